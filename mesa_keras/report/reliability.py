"""Reliability diagram: how often the model is right when it says that it is."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from mesa_keras.evaluation import (
    calibration_band,
    consistency_bars,
    expected_calibration_error,
    reliability_curve,
)
from mesa_keras.report.style import PALETTE, new_figure, tidy


def reliability_figure(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    num_bins: int = 10,
    level: float = 0.95,
    seed: int = 0,
) -> Figure:
    """Draws accuracy against confidence of the top class, with consistency bars.

    The bars hold `level` of what a perfectly calibrated model with these probabilities
    would show by chance; a point outside its bar is evidence of miscalibration.

    Args:
        y_true: Class indices, shape `(n,)`.
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        num_bins: Bins of equal width.
        level: Level of the bars.
        seed: Seed of the draws behind the bars.
    """
    curve = reliability_curve(y_true, probabilities, num_bins)
    low, high = consistency_bars(probabilities, num_bins, level, seed=seed)
    band = calibration_band(probabilities, num_bins, level, seed=seed)
    error = expected_calibration_error(y_true, probabilities, num_bins)
    filled = curve.counts > 0
    confidence = curve.confidence[filled]

    figure = new_figure(6.2)
    top, bottom = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1]}
    )
    top.plot([0, 1], [0, 1], color="#6B6B6B", linewidth=1, linestyle="--")
    top.vlines(
        confidence,
        low[filled],
        high[filled],
        color=PALETTE[5],
        alpha=0.55,
        linewidth=11,
        label=f"{100 * level:g} % of perfectly calibrated models",
    )
    top.plot(
        confidence,
        curve.accuracy[filled],
        "o-",
        color=PALETTE[1],
        markersize=6,
        linewidth=1.5,
        label="This model",
    )
    text = (
        f"ECE {error:.3f}   (perfectly calibrated: {band['low']:.3f} to "
        f"{band['high']:.3f})"
    )
    tidy(top, "", "Share right", f"Reliability of the top class, {text}")
    top.set_xlim(0, 1)
    top.set_ylim(-0.03, 1.03)
    top.legend(fontsize=10, frameon=False, loc="upper left")
    bottom.bar(
        curve.edges[:-1],
        curve.counts,
        width=np.diff(curve.edges),
        align="edge",
        color=PALETTE[0],
        edgecolor="white",
    )
    tidy(bottom, "Probability of the top class", "Objects")
    return figure
