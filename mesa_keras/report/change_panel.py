"""What a model says along a change of its input, and where the verdict turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.report.style import GREY, class_color, plain, tidy


@dataclass(frozen=True, eq=False, kw_only=True)
class ChangePanel:
    """Probabilities along a quantity.

    Attributes:
        title: Heading.
        x_label: The quantity and its unit.
        class_names: Names of the classes.
        values: Values of the quantity, ascending, `(points,)`.
        probabilities: Of each class, `(points, classes)`.
        start: Value of the object as it is.
        flips: Values nearest to it at which the verdict is another.
        log: Whether the axis is logarithmic.
        note: A line within the axes.
    """

    title: str
    x_label: str
    class_names: Sequence[str]
    values: np.ndarray
    probabilities: np.ndarray
    start: float
    flips: Sequence[float] = ()
    log: bool = False
    note: str = ""


def draw_change(axes: Any, panel: ChangePanel) -> None:
    """Draws a line per class, the start dotted, and dashed where the verdict turns."""
    tidy(axes, panel.x_label, "")
    axes.set_title(panel.title, fontsize=10.5, loc="left")
    axes.xaxis.label.set_fontsize(9)
    axes.tick_params(labelsize=8.5)
    axes.set_ylim(-0.03, 1.03)
    if panel.note:
        axes.text(
            *(0.5, 0.5, plain(panel.note, 30)),
            transform=axes.transAxes,
            ha="center",
            va="center",
            fontsize=8.5,
            color=GREY,
        )
    if not panel.values.size:
        axes.set_xticks([])
        return
    if panel.log:
        axes.set_xscale("log")
    for place, name in enumerate(panel.class_names):
        axes.plot(
            panel.values,
            panel.probabilities[:, place],
            ".-",
            color=class_color(place),
            linewidth=1.3,
            markersize=3.5,
            label=plain(name),
        )
    axes.axvline(panel.start, color=GREY, linestyle=":", linewidth=1.2)
    for flip in panel.flips:
        axes.axvline(flip, color="black", linestyle="--", linewidth=1.2)
