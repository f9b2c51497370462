"""A small table as text within a figure."""

from collections.abc import Sequence
from typing import Any

from mesa_keras.report.style import GREY, plain


def draw_text_table(
    axes: Any,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    places: Sequence[float],
    lines: int,
    fontsize: float = 9.0,
) -> None:
    """Writes a title, heads and rows; a row has the same height in tables side by side.

    Args:
        axes: Where to write; its frame is taken away.
        title: Heading.
        columns: Heads of the columns.
        rows: Cells as text.
        places: Left edge of each column, 0 to 1.
        lines: Rows that the height is divided into; further rows are not shown.
        fontsize: Size of the text in points.

    Raises:
        ValueError: If a row has another number of cells than there are columns.
    """
    for number, row in enumerate([columns, *rows]):
        if len(row) != len(places):
            raise ValueError(
                f"`rows` must have {len(places)} cells each. "
                f"Received: {len(row)} in row {number - 1}"
            )
    axes.axis("off")
    axes.set_xlim(0, 1)
    height = 1 / (lines + 2)
    axes.text(0, 1, plain(title), fontsize=fontsize + 2, va="top", in_layout=False)
    shown = [(columns, GREY, "bold"), *((row, "black", "normal") for row in rows)]
    for number, (cells, color, weight) in enumerate(shown[: lines + 1]):
        for left, cell in zip(places, cells, strict=True):
            axes.text(
                left,
                1 - (number + 1.25) * height,
                plain(cell),
                fontsize=fontsize,
                color=color,
                weight=weight,
                va="top",
                in_layout=False,
            )
