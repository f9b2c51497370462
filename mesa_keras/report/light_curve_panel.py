"""A light curve over time, with the transits marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.report.style import GREY, PALETTE, tidy

# A stretch without points that is longer is a gap, over which no line is drawn.
_GAP_STEPS = 20
_MOST_LARGE_MARKS = 100


@dataclass(frozen=True, eq=False, kw_only=True)
class LightCurvePanel:
    """A light curve.

    Attributes:
        time: Days, ascending, `(points,)`.
        flux: Its values.
        y_label: What they are.
        x_label: What the times are.
        trend: A line through them, `(points,)`; `None` without.
        transits: Times of the transits.
        binned_time: Times of means, `None` without.
        binned: The means.
    """

    time: np.ndarray
    flux: np.ndarray
    y_label: str
    x_label: str = ""
    trend: np.ndarray | None = None
    transits: Sequence[float] = ()
    binned_time: np.ndarray | None = None
    binned: np.ndarray | None = None


def draw_light_curve(axes: Any, panel: LightCurvePanel) -> None:
    """Draws the points, the trend or means over them, and marks below the transits."""
    tidy(axes, panel.x_label, panel.y_label)
    axes.yaxis.label.set_fontsize(9)
    axes.xaxis.label.set_fontsize(9)
    axes.tick_params(labelsize=8.5)
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.plot(
        panel.time, panel.flux, ",", color=GREY, alpha=0.7, rasterized=True, zorder=1
    )
    if panel.trend is not None:
        broken = _broken(panel.time, panel.trend)
        axes.plot(panel.time, broken, color=PALETTE[1], linewidth=1.2)
    if panel.binned_time is not None and panel.binned is not None:
        axes.plot(panel.binned_time, panel.binned, ".", color=PALETTE[0], markersize=2)
    low, high = np.nanpercentile(panel.flux, [0.05, 99.95])
    margin = 0.12 * max(high - low, 1e-12)
    axes.set_ylim(low - 1.6 * margin, high + margin)
    span = panel.time[-1] - panel.time[0]
    axes.set_xlim(panel.time[0] - 0.01 * span, panel.time[-1] + 0.01 * span)
    axes.plot(
        panel.transits,
        np.full(len(panel.transits), low - margin),
        "^",
        color=PALETTE[1],
        markersize=5 if len(panel.transits) <= _MOST_LARGE_MARKS else 1.5,
        zorder=3,
    )


def _broken(time: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values with NaN where a gap begins, so that no line crosses it."""
    steps = np.diff(time, append=time[-1])
    gap = steps > _GAP_STEPS * np.median(steps)
    return np.where(gap, np.nan, values)
