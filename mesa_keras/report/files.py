"""Figures on disk."""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from mesa_keras.atomic_file import atomic_file
from mesa_keras.report.page import Picture
from mesa_keras.report.style import DOTS_PER_INCH


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Writes a figure in the format of the suffix (`.png`, `.pdf`, `.svg`), or nothing.

    Args:
        figure: Figure to write.
        path: Name of the file; its folder must exist.
    """
    with atomic_file(path) as temporary:
        figure.savefig(temporary, dpi=DOTS_PER_INCH)


def save_pictures(
    pictures: Mapping[str, Picture], folder: str | os.PathLike[str]
) -> tuple[dict[str, Picture], dict[str, Path]]:
    """Writes figures as `<folder>/<name>.png`.

    Args:
        pictures: Pictures of Matplotlib figures by name.
        folder: Folder, which must exist.

    Returns:
        The same pictures of the files, for a report, and the files, by name.

    Raises:
        TypeError: If a picture is of a file already.
    """
    files = {}
    for name, picture in pictures.items():
        if not isinstance(picture.figure, Figure):
            raise TypeError(
                "`pictures` must hold Matplotlib figures. "
                f"Received: {name}={picture.figure}"
            )
        files[name] = Path(folder) / f"{name}.png"
        save_figure(picture.figure, files[name])
    shown = {
        name: dataclasses.replace(picture, figure=files[name])
        for name, picture in pictures.items()
    }
    return shown, files
