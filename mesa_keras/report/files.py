"""Figures on disk."""

import os

from matplotlib.figure import Figure

from mesa_keras.atomic_file import atomic_file
from mesa_keras.report.style import DOTS_PER_INCH


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Writes a figure in the format of the suffix (`.png`, `.pdf`, `.svg`), or nothing.

    Args:
        figure: Figure to write.
        path: Name of the file; its folder must exist.
    """
    with atomic_file(path) as temporary:
        figure.savefig(temporary, dpi=DOTS_PER_INCH)
