"""Precision-recall curve of one class against the rest."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from mesa_keras.evaluation import PrecisionRecallCurve
from mesa_keras.report.style import GREY, PALETTE, new_figure, plain, tidy


def precision_recall_figure(
    curve: PrecisionRecallCurve,
    name: str,
    share: float,
    threshold: float | None = None,
) -> Figure:
    """Draws the curve of one class and the point that its threshold stands for.

    Args:
        curve: What `precision_recall_curve` returns.
        name: Name of the class.
        share: Share of the objects that are of the class: the precision of guessing.
        threshold: Threshold in use; `None` or one that no score reaches draws no point.
    """
    figure = new_figure(4.8)
    axes = figure.add_subplot()
    axes.axhline(share, color=GREY, linewidth=1, linestyle="--", label="guessing")
    axes.step(
        np.concatenate([[0], curve.recall]),
        np.concatenate([curve.precision[:1], curve.precision]),
        where="pre",
        color=PALETTE[0],
        linewidth=2,
        label=f"average precision {curve.average_precision:.3f}",
    )
    if threshold is not None and (curve.threshold >= threshold).any():
        _mark(axes, curve, threshold)
    tidy(
        axes,
        "Recall",
        "Precision",
        f"{plain(name)} against the rest",
    )
    axes.set_xlim(-0.01, 1.02)
    axes.set_ylim(-0.01, 1.03)
    axes.legend(fontsize=10, edgecolor="none", framealpha=1, loc="lower left")
    return figure


def _mark(axes: Any, curve: PrecisionRecallCurve, threshold: float) -> None:
    point = int(np.flatnonzero(curve.threshold >= threshold)[-1])
    axes.plot(
        curve.recall[point],
        curve.precision[point],
        "o",
        color=PALETTE[1],
        markersize=9,
        label=f"threshold {threshold:.3f}: precision {curve.precision[point]:.3f}, "
        f"recall {curve.recall[point]:.3f}",
    )
