"""One HTML page that opens anywhere, also without a network."""

import base64
import io
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from matplotlib.figure import Figure

from mesa_keras.atomic_file import atomic_file
from mesa_keras.report.style import DOTS_PER_INCH


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a report.

    Attributes:
        columns: Heads of the columns.
        rows: Rows of as many cells: text, numbers, or metrics with an interval as
            `{"value": v, "low": l, "high": h}`. NaN and None show as "not defined".
        caption: One sentence above the table.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    caption: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"`rows` must have {len(self.columns)} cells each. "
                    f"Received: {len(row)} in row {number}"
                )


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure of a report.

    Attributes:
        figure: Matplotlib figure, or the path of a PNG file.
        alt: What is to be seen, for those who cannot see it. Must not be empty.
        caption: One sentence below the figure.
    """

    figure: Figure | str | os.PathLike[str]
    alt: str
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError("`alt` must say what the figure shows. Received: ''")


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section of a report: text, then tables, then figures.

    Attributes:
        title: Heading.
        text: Paragraphs, shown to the letter.
        tables: Tables in order.
        figures: Figures in order.
    """

    title: str
    text: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Picture] = ()

    def __post_init__(self) -> None:
        if isinstance(self.text, str):
            raise TypeError("`text` must be a list of paragraphs. Received: one string")


def write_report(
    path: str | os.PathLike[str], title: str, sections: Sequence[Section]
) -> None:
    """Writes `sections` as one HTML file with its figures inside.

    The page loads nothing from anywhere, follows the reader's light or dark setting,
    and shows names from data to the letter.

    Args:
        path: Name of the file; its folder must exist. Replaced whole or not at all.
        title: Heading of the page.
        sections: Sections in order.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = format_cell
    environment.tests["numeric"] = _is_numeric
    environment.filters["png"] = _png_base64
    page = environment.get_template("report.html").render(
        title=title, sections=sections
    )
    with atomic_file(path) as temporary:
        # Names of files may hold bytes that are no text.
        temporary.write_text(page, encoding="utf-8", errors="backslashreplace")


def format_cell(value: Any) -> str:
    """Returns a cell as text: "not defined" for NaN, intervals as "v (l to h)"."""
    if isinstance(value, Mapping):
        text = format_cell(value["value"])
        low, high = format_cell(value["low"]), format_cell(value["high"])
        return (
            text if "not defined" in (text, low, high) else f"{text} ({low} to {high})"
        )
    if value is None:
        return "not defined"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return f"{int(value):,}"
    if isinstance(value, (float, np.floating)):
        return _format_number(float(value))
    return str(value)


def _format_number(value: float) -> str:
    if math.isnan(value):
        return "not defined"
    if math.isinf(value):
        return "infinite" if value > 0 else "−infinite"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        decimals = 3 if abs(value) < 10 else 1
        return f"{value:,.{decimals}f}".replace("-", "−")
    return f"{value:.3g}".replace("-", "−")


def _is_numeric(value: Any) -> bool:
    kinds = (int, float, np.number, Mapping, type(None))
    return isinstance(value, kinds) and not isinstance(value, bool)


def _png_base64(picture: Picture) -> str:
    if isinstance(picture.figure, Figure):
        buffer = io.BytesIO()
        picture.figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
        content = buffer.getvalue()
    else:
        content = Path(picture.figure).read_bytes()
        if not content.startswith(b"\x89PNG\r\n\x1a\n"):
            raise ValueError(f"{picture.figure}: figures of a report must be PNG files")
    return base64.b64encode(content).decode("ascii")
