"""Predicted against true values of any property."""

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from numpy.typing import ArrayLike

from mesa_keras.evaluation import regression_metrics
from mesa_keras.report.style import PALETTE, new_figure, plain, tidy

# From light to nearly black by way of the palette's blue.
_COLORS = ["#A6CBE3", PALETTE[0], "#00121F"]
CELLS = 60


def prediction_scatter_figure(
    true: ArrayLike, predicted: ArrayLike, label: str
) -> Figure:
    """Draws the density of objects over true and predicted value.

    Args:
        true: Finite numbers, shape `(n,)`.
        predicted: Finite numbers, shape `(n,)`.
        label: Name of the property.

    Raises:
        ValueError: If shapes differ, there is no row, or a value is not finite.
    """
    x, y = np.asarray(true, float), np.asarray(predicted, float)
    found = regression_metrics(x, y)
    low, high = np.percentile(x, [0.5, 99.5])
    room = 0.05 * max(high - low, 1e-9)
    low, high = low - room, high + room
    figure = new_figure(6.6)
    axes = figure.add_subplot()
    cells = density_cells(x, y, low, high)
    norm = LogNorm(1, max(2.0, float(cells.max())))
    image = draw_density(axes, cells, low, high, norm)
    axes.plot([low, high], [low, high], color=PALETTE[1], linewidth=1.5)
    text = (
        f"$R^2$ = {found['r2']:.3f}\nmean absolute error {found['mae']:.3g}\n"
        f"{len(x):,} objects"
    )
    axes.text(0.04, 0.96, text, transform=axes.transAxes, va="top", fontsize=11)
    tidy(axes, f"True {plain(label)}", f"Predicted {plain(label)}")
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.set_aspect("equal")
    add_density_bar(figure, image, axes)
    return figure


def density_cells(x: np.ndarray, y: np.ndarray, low: float, high: float) -> np.ndarray:
    """Counts objects in cells, `(y, x)`; those beyond the limits stand at the edge."""
    edges = np.linspace(low, high, CELLS + 1).tolist()
    clipped = np.clip(x, low, high), np.clip(y, low, high)
    return np.asarray(np.histogram2d(*clipped, bins=(edges, edges))[0].T)


def draw_density(
    axes: Any, cells: np.ndarray, low: float, high: float, norm: LogNorm
) -> Any:
    """Draws counts in cells, empty ones white."""
    shades = LinearSegmentedColormap.from_list("density", _COLORS)
    edges = np.linspace(low, high, CELLS + 1)
    return axes.pcolormesh(
        edges, edges, np.ma.masked_equal(cells, 0), cmap=shades, norm=norm
    )


def add_density_bar(figure: Figure, image: Any, axes: Any) -> None:
    """Adds the scale of the counts."""
    bar = figure.colorbar(image, ax=axes, shrink=0.7, pad=0.02)
    bar.set_label("Objects per cell", fontsize=11)
    bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    bar.ax.yaxis.set_major_formatter("{x:,.0f}")
    bar.ax.minorticks_off()
