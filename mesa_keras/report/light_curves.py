"""A few example views with what the model made of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from mesa_keras.report.style import GREY, PALETTE, new_figure, plain, tidy

# Width of a view, and what its axis counts, by the convention "median0_min-1".
_SPANS = {
    "global_view": (1.0, "Phase (periods from transit)"),
    "local_view": (5.0, "Time from transit (durations)"),
    "secondary_view": (5.0, "Time from secondary eclipse (durations)"),
}


def light_curves_figure(
    views: Mapping[str, ArrayLike],
    object_ids: Sequence[str],
    true_names: Sequence[str],
    decided_names: Sequence[str],
    scores: ArrayLike,
) -> Figure:
    """Draws a row per object and a column per view, titled by truth and decision.

    Args:
        views: Folded flux by view name, each `(n, bins)`; NaN bins stay empty, and a
            row of NaN only says that the view is missing.
        object_ids: Names of the objects, `n` of them, at most 12.
        true_names: True class of each.
        decided_names: Class decided for each, or "unknown".
        scores: Probability of the decision, shape `(n,)`.

    Raises:
        ValueError: If lengths differ, or there is no object or view, or too many.
    """
    arrays = {name: np.asarray(view, dtype=float) for name, view in views.items()}
    values = np.asarray(scores, dtype=float)
    num = len(object_ids)
    lengths = {len(true_names), len(decided_names), len(values)}
    lengths |= {len(view) for view in arrays.values()}
    if lengths != {num} or not arrays or not 1 <= num <= 12:
        raise ValueError(
            "`views`, `object_ids`, names and `scores` must be of one length from 1 to "
            f"12, with at least one view. Received: {num} ids, {len(arrays)} views, "
            f"lengths {sorted(lengths)}"
        )
    figure = new_figure(1.75 * num + 0.6)
    panels = figure.subplots(num, len(arrays), squeeze=False, sharex="col")
    for i in range(num):
        if decided_names[i] == "unknown":
            mark, color, ink = "not decided", GREY, GREY
        elif decided_names[i] == true_names[i]:
            mark, color, ink = "right", PALETTE[0], "black"
        else:
            mark, color, ink = "WRONG", PALETTE[1], "#A84300"
        for j, (name, view) in enumerate(arrays.items()):
            axes = panels[i, j]
            _draw_view(axes, name, view[i], color)
            if i + 1 < num:
                axes.set_xlabel("")
        panels[i, 0].set_title(
            plain(
                f"{object_ids[i]}: {true_names[i]}, decided {decided_names[i]} "
                f"({values[i]:.2f}), {mark}"
            ),
            fontsize=10,
            loc="left",
            color=ink,
        )
    return figure


def _draw_view(axes: Any, name: str, flux: np.ndarray, color: str) -> None:
    num_bins = len(flux)
    width, label = _SPANS.get(name, (float(num_bins), f"Bin of {plain(name)}"))
    position = (np.arange(num_bins) - num_bins // 2) * (width / num_bins)
    axes.plot(position, flux, ".", color=color, markersize=3.5)
    axes.plot(position, flux, "-", color=color, linewidth=0.7, alpha=0.6)
    tidy(axes, label, "Flux (depth 1)")
    axes.set_xlim(position[0], position[-1])
    axes.yaxis.label.set_fontsize(9)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 5, 10]))
    if not np.isfinite(flux).any():
        axes.set_yticks([])
        axes.text(
            0.5,
            0.5,
            "view missing",
            transform=axes.transAxes,
            ha="center",
            va="center",
            fontsize=11,
            color=GREY,
        )
