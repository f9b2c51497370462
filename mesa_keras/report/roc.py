"""ROC curves, one class against the rest."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from sklearn.metrics import auc, roc_curve

from mesa_keras.report.style import class_color, new_figure, plain, tidy

_LINES = ("-", "--", "-.", ":")


def roc_figure(
    y_true: ArrayLike, probabilities: ArrayLike, class_names: Sequence[str]
) -> Figure:
    """Draws the ROC curve of each class against the rest.

    A class without an example, or without any other, has no curve and is named so.

    Args:
        y_true: Class indices, shape `(n,)`.
        probabilities: Shape `(n, classes)`.
        class_names: Names in order.

    Raises:
        ValueError: If the shapes do not fit.
    """
    y, p = np.asarray(y_true), np.asarray(probabilities)
    if p.shape != (len(y), len(class_names)):
        raise ValueError(
            f"`probabilities` must have shape ({len(y)}, {len(class_names)}). "
            f"Received: shape={p.shape}"
        )
    figure = new_figure(5.6)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="#6B6B6B", linewidth=1, linestyle="--")
    for k, name in enumerate(class_names):
        positive = y == k
        style: dict[str, Any] = {
            "color": class_color(k),
            "linestyle": _LINES[k % len(_LINES)],
            "linewidth": 2,
        }
        if positive.any() and not positive.all():
            false_rate, true_rate, _ = roc_curve(positive, p[:, k])
            label = f"{plain(name)}: AUC {auc(false_rate, true_rate):.3f}"
            axes.plot(
                false_rate,
                true_rate,
                label=f"{label} (n = {positive.sum():,})",
                **style,
            )
        else:
            axes.plot([], [], label=f"{plain(name)}: not defined", **style)
    tidy(
        axes,
        "False positive rate",
        "True positive rate (recall)",
        "ROC curve of each class against the rest",
    )
    axes.set_xlim(-0.01, 1)
    axes.set_ylim(0, 1.01)
    axes.legend(fontsize=10, frameon=False, loc="lower right")
    return figure
