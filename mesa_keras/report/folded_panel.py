"""One folded light curve: bins with their scatter, and a model over them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.report.style import GREY, PALETTE, lightened, tidy

# The axis shows all medians, and the error bars of all but the emptiest bins.
_MARGIN = 0.12


@dataclass(frozen=True, eq=False, kw_only=True)
class FoldedPanel:
    """A folded light curve.

    Attributes:
        title: Heading.
        x: Middle of each bin, `(bins,)`.
        x_label: What `x` is.
        median: Median of each bin, NaN where it is empty.
        scatter: Standard deviation of the points of each bin.
        count: Number of points of each bin.
        y_label: What the values are.
        model_x: Where the model is known; `None` without one.
        model: Values of the model there.
        note: A line within the axes.
    """

    title: str
    x: np.ndarray
    x_label: str
    median: np.ndarray
    scatter: np.ndarray
    count: np.ndarray
    y_label: str = "ppm"
    model_x: np.ndarray | None = None
    model: np.ndarray | None = None
    note: str = ""


def draw_folded(axes: Any, panel: FoldedPanel) -> None:
    """Draws medians with bars of scatter over root of points, and the scatter pale."""
    tidy(axes, panel.x_label, panel.y_label)
    axes.set_title(panel.title, fontsize=10.5, loc="left")
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
    axes.tick_params(labelsize=8.5)
    if panel.note:
        axes.text(
            0.02, 0.03, panel.note, transform=axes.transAxes, fontsize=8.5, color=GREY
        )
    step = abs(panel.x[1] - panel.x[0]) if panel.x.size > 1 else 1.0
    axes.set_xlim(panel.x[0] - step, panel.x[-1] + step)
    known = np.isfinite(panel.median)
    if not known.any():
        axes.set_yticks([])
        axes.text(
            *(0.5, 0.5, "no data"),
            transform=axes.transAxes,
            ha="center",
            va="center",
            color=GREY,
        )
        return
    blue = PALETTE[0]
    error = panel.scatter / np.sqrt(np.maximum(panel.count, 1))
    axes.fill_between(
        panel.x,
        panel.median - panel.scatter,
        panel.median + panel.scatter,
        color=lightened(blue, 0.14),
        linewidth=0,
        step="mid",
    )
    axes.errorbar(
        *(panel.x, panel.median, np.nan_to_num(error)),
        fmt=".",
        color=blue,
        ecolor=lightened(blue, 0.5),
        markersize=3.5,
        elinewidth=0.8,
    )
    values = [panel.median[known] - np.nan_to_num(error[known])]
    values.append(panel.median[known] + np.nan_to_num(error[known]))
    if panel.model_x is not None and panel.model is not None:
        axes.plot(panel.model_x, panel.model, color=PALETTE[1], linewidth=1.4)
        values.append(panel.model)
    _set_limits(axes, np.concatenate(values))


def _set_limits(axes: Any, values: np.ndarray) -> None:
    low, high = float(values.min()), float(values.max())
    margin = _MARGIN * max(high - low, 1e-9)
    axes.set_ylim(low - margin, high + margin)
