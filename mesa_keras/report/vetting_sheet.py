"""One page about one candidate: light curve, views, verdict, and what would turn it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from mesa_keras.report.change_panel import ChangePanel, draw_change
from mesa_keras.report.folded_panel import FoldedPanel, draw_folded
from mesa_keras.report.light_curve_panel import LightCurvePanel, draw_light_curve
from mesa_keras.report.probability_bars import ClassProbabilities, draw_probabilities
from mesa_keras.report.style import DOTS_PER_INCH, GREY, PALETTE, plain, tidy
from mesa_keras.report.text_table import draw_text_table

# The shape of a sheet of A4.
SIZE_INCHES = (12.4, 17.54)
_HEIGHTS = (1.35, 1.05, 1.05, 1.55, 1.25, 1.25, 1.25, 2.35, 0.3)
# Left, bottom, width and height of what is within the margins.
_MARGINS = (0.03, 0.015, 0.94, 0.965)
_TABLE_LINES = 13


@dataclass(frozen=True, eq=False, kw_only=True)
class SheetTable:
    """A table of the sheet.

    Attributes:
        title: Heading.
        columns: Heads.
        rows: Cells as text.
        places: Left edge of each column, 0 to 1.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    places: Sequence[float]


@dataclass(frozen=True, eq=False, kw_only=True)
class SingleTransits:
    """Transits one by one.

    Attributes:
        flux: A row a transit, ppm, `(transits, bins)`, NaN where there are no points.
        half_width: Half of the width of a row.
        x_label: What the width is measured in.
        number: Number of each transit that has a depth.
        depth: Its depth, ppm.
        error: Standard error of it.
    """

    flux: np.ndarray
    half_width: float
    x_label: str
    number: np.ndarray
    depth: np.ndarray
    error: np.ndarray


@dataclass(frozen=True, eq=False, kw_only=True)
class VettingSheet:
    """All that the sheet shows.

    Attributes:
        title: The object.
        verdict: The verdict in a few words.
        lines: Lines of text below.
        probabilities: What the model says.
        raw: Light curve before, and `flat` after the trend was taken out.
        flat: See `raw`.
        wide: Two folded light curves of one wide line.
        narrow: Six folded light curves.
        single: Transits one by one.
        changes: What would turn the verdict, four panels.
        tables: Three tables side by side.
        footnote: What a user should know.
    """

    title: str
    verdict: str
    lines: Sequence[str]
    probabilities: ClassProbabilities
    raw: LightCurvePanel
    flat: LightCurvePanel
    wide: Sequence[FoldedPanel]
    narrow: Sequence[FoldedPanel]
    single: SingleTransits
    changes: Sequence[ChangePanel]
    tables: Sequence[SheetTable]
    footnote: str


def vetting_sheet_figure(sheet: VettingSheet) -> Figure:
    """Draws the sheet, as large as a page of A4 at 150 points an inch.

    Raises:
        ValueError: If a line has another number of panels.
    """
    parts = (sheet.wide, sheet.narrow, sheet.changes, sheet.tables)
    if tuple(map(len, parts)) != (2, 6, 4, 3):
        raise ValueError(
            "`sheet` must have 2 wide and 6 narrow panels, 4 changes and 3 tables. "
            f"Received: {tuple(map(len, parts))}"
        )
    engine = ConstrainedLayoutEngine(rect=_MARGINS)
    figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, layout=engine)
    grid = figure.add_gridspec(len(_HEIGHTS), 1, height_ratios=_HEIGHTS)

    def line(number: int, *widths: float) -> list[Any]:
        parts = grid[number].subgridspec(1, len(widths), width_ratios=widths)
        return [figure.add_subplot(parts[0, place]) for place in range(len(widths))]

    text, bars = line(0, 7, 5)
    _draw_heading(text, sheet)
    draw_probabilities(bars, sheet.probabilities)
    _draw_light_curves(figure, grid[1:3].subgridspec(2, 1), sheet)
    narrow = [*line(4, 1, 1, 1, 1), *line(5, 1, 1, 1, 1)]
    panels = [*sheet.wide, *sheet.narrow]
    for axes, panel in zip([*line(3, 7, 5), *narrow], panels, strict=False):
        draw_folded(axes, panel)
    _same_height(narrow[:2])
    _draw_unfolded(narrow[6], sheet.single)
    _draw_depths(narrow[7], sheet.single)
    for axes, change in zip(line(6, 1, 1, 1, 1), sheet.changes, strict=True):
        draw_change(axes, change)
        if change is sheet.changes[0]:
            axes.set_ylabel("probability", fontsize=9)
            axes.legend(fontsize=8, frameon=False, loc="center right")
    for axes, table in zip(line(7, 3.9, 5, 3.1), sheet.tables, strict=True):
        draw_text_table(
            axes,
            table.title,
            table.columns,
            table.rows,
            places=table.places,
            lines=_TABLE_LINES,
        )
    _draw_footnote(line(8, 1)[0], sheet.footnote)
    return figure


def _draw_light_curves(figure: Figure, grid: Any, sheet: VettingSheet) -> None:
    """Draws both above each other, with a day at the same place."""
    raw, flat = (figure.add_subplot(grid[place]) for place in range(2))
    draw_light_curve(raw, sheet.raw)
    draw_light_curve(flat, sheet.flat)
    flat.set_xlim(raw.get_xlim())


def _draw_heading(axes: Any, sheet: VettingSheet) -> None:
    axes.axis("off")
    for height, text, look in (
        (1.0, sheet.title, {"fontsize": 19, "weight": "bold"}),
        (0.78, sheet.verdict, {"fontsize": 13.5}),
        (0.57, "\n".join(sheet.lines), {"fontsize": 9.5, "linespacing": 1.45}),
    ):
        # Free text does not push the panels about.
        axes.text(0, height, plain(text), va="top", in_layout=False, **look)


def _same_height(several: Sequence[Any]) -> None:
    """Gives axes one range of values, so that odd and even can be compared."""
    limits = [axes.get_ylim() for axes in several if axes.lines]
    for axes in several if limits else ():
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))


def _draw_unfolded(axes: Any, single: SingleTransits) -> None:
    seen = np.isfinite(single.flux).any(axis=1)
    flux = single.flux[seen]
    tidy(axes, single.x_label, "transit")
    axes.grid(visible=False)
    axes.set_title("Single transits (ppm)", fontsize=10.5, loc="left")
    _small(axes)
    if not len(flux):
        axes.text(0.5, 0.5, "no data", ha="center", transform=axes.transAxes)
        return
    low, high = np.nanpercentile(flux, [2, 98])
    image = axes.imshow(
        flux,
        aspect="auto",
        cmap="cividis",
        vmin=low,
        vmax=high,
        interpolation="nearest",
        extent=(-single.half_width, single.half_width, len(flux) + 0.5, 0.5),
    )
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02, fraction=0.06)
    bar.ax.tick_params(labelsize=8)
    axes.yaxis.get_major_locator().set_params(integer=True)


def _draw_depths(axes: Any, single: SingleTransits) -> None:
    tidy(axes, "number of the transit", "ppm")
    axes.set_title("Depths of single transits", fontsize=10.5, loc="left")
    _small(axes)
    odd = single.number % 2 == 0
    for chosen, mark, color, name in (
        (odd, "o", PALETTE[0], "1st, 3rd, …"),
        (~odd, "s", PALETTE[1], "others"),
    ):
        axes.errorbar(
            *(single.number[chosen], single.depth[chosen], single.error[chosen]),
            fmt=mark,
            color=color,
            markersize=4,
            elinewidth=1,
            label=name,
        )
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.legend(fontsize=8, loc="best", frameon=False)
    axes.xaxis.get_major_locator().set_params(integer=True)


def _small(axes: Any) -> None:
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
    axes.tick_params(labelsize=8.5)


def _draw_footnote(axes: Any, text: str) -> None:
    axes.axis("off")
    shown = plain(text, 190)
    axes.text(0, 1, shown, fontsize=8.5, color=GREY, va="top", in_layout=False)
