"""Accuracy against the share of objects that a classifier dares to decide."""

import numpy as np
from matplotlib.figure import Figure

from mesa_keras.evaluation import CoverageCurve
from mesa_keras.report.style import PALETTE, new_figure, plain, tidy


def coverage_figure(
    curves: dict[str, CoverageCurve],
    chosen: tuple[float, float] | None = None,
) -> Figure:
    """Draws accuracy against coverage.

    Args:
        curves: Curve by what it is of.
        chosen: Coverage and accuracy of the thresholds in use, drawn as a point.
    """
    figure = new_figure(4.8)
    axes = figure.add_subplot()
    lowest = 1.0
    for k, (name, curve) in enumerate(curves.items()):
        axes.plot(
            curve.coverage,
            curve.accuracy,
            color=PALETTE[k % len(PALETTE)],
            linestyle=("-", "--", "-.", ":")[k % 4],
            linewidth=2,
            label=f"{plain(name)}: {curve.accuracy[-1]:.3f} of all",
        )
        lowest = min(lowest, float(np.min(curve.accuracy)))
    if chosen is not None and np.isfinite(chosen).all():
        axes.plot(
            *chosen,
            "D",
            color="black",
            markersize=8,
            label=f"thresholds in use: {chosen[1]:.3f} of {chosen[0]:.1%}",
        )
        lowest = min(lowest, chosen[1])
    tidy(
        axes,
        "Coverage (share decided, the surest first)",
        "Accuracy of these",
        "Accuracy at coverage",
    )
    axes.set_xlim(0, 1.02)
    axes.set_ylim(max(0.0, lowest - 0.05), 1.01)
    axes.legend(fontsize=10, frameon=False, loc="lower left")
    return figure
