"""Probabilities of the classes of one object, with what is known of their errors."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.report.style import GREY, class_color, lightened, plain


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassProbabilities:
    """What a model says of one object.

    Attributes:
        class_names: Names of the classes.
        probabilities: Of each, `(classes,)`.
        thresholds: Probability from which each is decided, `(classes,)`; 0 is not
            drawn.
        interval: Lower and upper end of each, `(2, classes)`; `None` without.
        spread: Lowest and highest among several networks, `(2, classes)`; `None`
            without.
    """

    class_names: tuple[str, ...]
    probabilities: np.ndarray
    thresholds: np.ndarray
    interval: np.ndarray | None = None
    spread: np.ndarray | None = None


def draw_probabilities(axes: Any, shown: ClassProbabilities) -> None:
    """Draws a bar per class, its interval, threshold, and the networks' spread."""
    for place, name in enumerate(shown.class_names):
        value, color = float(shown.probabilities[place]), class_color(place)
        axes.barh(place, value, height=0.62, color=lightened(color, 0.45))
        text = f"{plain(name)}  {value:.3f}"
        if shown.interval is not None:
            low, high = shown.interval[:, place]
            axes.plot([low, high], [place, place], color=color, linewidth=2.5)
            axes.plot([low, high], [place, place], "|", color=color, markersize=11)
            text += f"  ({low:.3f} to {high:.3f})"
        if shown.spread is not None:
            axes.plot(
                shown.spread[:, place],
                [place + 0.22] * 2,
                ".-",
                color=GREY,
                linewidth=1,
                markersize=5,
            )
        threshold = float(shown.thresholds[place])
        if threshold > 0:
            axes.plot([threshold] * 2, [place - 0.36, place + 0.36], "k--", lw=1.2)
        axes.text(0.0, place - 0.37, text, fontsize=9.5, va="bottom", in_layout=False)
    axes.set_ylim(len(shown.class_names) - 0.55, -0.85)
    axes.set_xlim(0, 1)
    axes.set_yticks([])
    axes.tick_params(labelsize=9)
    axes.spines[["top", "right", "left"]].set_visible(False)
