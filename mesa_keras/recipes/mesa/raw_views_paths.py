"""Which light-curve files belong to a row of a table."""

from pathlib import Path

from mesa_keras.readers import CandidateTable
from mesa_keras.readers.light_curve_files import LightCurveFolder
from mesa_keras.recipes.mesa.view_sources import file_names


def light_curve_paths(
    table: CandidateTable,
    folder: LightCurveFolder | None,
    object_id: str,
    star: str,
    names: str,
) -> list[Path]:
    """Finds the light-curve files of a row of a table.

    Args:
        table: The table.
        folder: Files by star; `None` where only the table names them.
        object_id: The row's object.
        star: Its star.
        names: What its column `light_curve` says, '' where nothing.

    Raises:
        FileNotFoundError: If a file that is named does not exist.
        ValueError: If there is none, or it is not told which star is meant.
    """
    if names:
        roots = [table.path.parent] if folder is None else [folder.path]
        if folder is not None:
            roots.append(table.path.parent)
        return [_named(name, roots) for name in file_names(names)]
    if folder is None:
        raise ValueError(
            f"{object_id}: the table names no light curve, and no folder was given."
        )
    paths = folder.find(object_id, star, table.star_catalogue)
    if not paths:
        raise ValueError(f"{folder.path}: no light curve of {star}.")
    return paths


def _named(name: str, roots: list[Path]) -> Path:
    for root in roots:
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{roots[0] / name}: no such file.")
