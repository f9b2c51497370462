"""Predicted against true redshift, as the literature shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from mesa_keras.evaluation import redshift_metrics
from mesa_keras.report.prediction_scatter import (
    add_density_bar,
    density_cells,
    draw_density,
)
from mesa_keras.report.style import GREY, PALETTE, new_figure, plain, tidy

_OUTLIER = 0.15


def redshift_scatter_figure(
    panels: Mapping[str, tuple[ArrayLike, ArrayLike]],
    columns: int = 2,
) -> Figure:
    """Draws the density of objects over true and predicted redshift.

    Each panel names R2, sigma_NMAD and the share of outliers, and has the line of
    perfect prediction between those beyond which an object is an outlier,
    |prediction - true| = 0.15 (1 + true).

    Args:
        panels: True and predicted redshifts, both `(n,)`, by title.
        columns: Panels beside each other.

    Raises:
        ValueError: If there is no panel, shapes differ, or a value is not finite.
    """
    if not panels:
        raise ValueError("`panels` must hold at least one panel. Received: none")
    shown = {
        name: (np.asarray(true, float), np.asarray(predicted, float))
        for name, (true, predicted) in panels.items()
    }
    measures = {name: redshift_metrics(*pair) for name, pair in shown.items()}
    low, high = _limits(list(shown.values()))
    width = min(columns, len(shown))
    height = -(-len(shown) // width)
    figure = new_figure(0.6 + 3.9 * height * (2 / max(width, 2)))
    grid = figure.subplots(height, width, squeeze=False, sharex=True, sharey=True)
    counts = {name: density_cells(*pair, low, high) for name, pair in shown.items()}
    norm = LogNorm(1, max(2.0, *(float(cells.max()) for cells in counts.values())))
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    for number, (axes, name) in enumerate(zip(grid.flat, shown, strict=False)):
        image = draw_density(axes, counts[name], low, high, norm)
        _lines(axes, low, high)
        last = number + width >= len(shown)
        tidy(
            axes,
            "True redshift" if last else "",
            "Predicted redshift" if number % width == 0 else "",
            plain(name),
        )
        found = measures[name]
        text = (
            f"$R^2$ = {found['r2']:.3f}\n"
            f"$\\sigma_{{NMAD}}$ = {found['sigma_nmad']:.4f}\n"
            f"outliers {100 * found['outliers_0.15']:.1f} %"
        )
        axes.text(0.04, 0.96, text, transform=axes.transAxes, va="top", fontsize=11)
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        axes.set_aspect("equal")
    add_density_bar(figure, image, grid)
    return figure


def _limits(pairs: Sequence[tuple[Any, ...]]) -> tuple[float, float]:
    """The range of true redshifts, with some room; predictions beyond pile up there."""
    true = np.concatenate([pair[0] for pair in pairs])
    low, high = float(true.min()), float(true.max())
    room = 0.03 * max(high - low, 0.01)
    return low - room, high + room


def _lines(axes: Any, low: float, high: float) -> None:
    x = np.array([low, high])
    axes.plot(x, x, color=PALETTE[1], linewidth=1.5)
    for sign in (-1, 1):
        axes.plot(x, x + sign * _OUTLIER * (1 + x), "--", color=GREY, linewidth=1.2)
