"""Which classes are taken for which."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from mesa_keras.report.style import PALETTE, new_figure, plain, tidy


def confusion_matrix_figure(confusion: ArrayLike, class_names: Sequence[str]) -> Figure:
    """Draws counts and the percentage of each true class.

    Args:
        confusion: Counts, a row per true class and a column per class decided, shape
            `(classes, classes)`, or `(classes, classes + 1)` with unknown last.
        class_names: Names in order.

    Raises:
        ValueError: If the shape does not fit the names.
    """
    counts = np.asarray(confusion)
    num = len(class_names)
    if counts.shape not in ((num, num), (num, num + 1)) or num == 0:
        raise ValueError(
            f"`confusion` must have shape ({num}, {num}) or ({num}, {num + 1}). "
            f"Received: shape={counts.shape}"
        )
    rows = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, rows, out=np.zeros(counts.shape), where=rows > 0)
    size = float(np.clip(0.75 * num, 3.2, 12)) + 1.4
    figure = new_figure(size)
    axes = figure.add_subplot()
    shades = LinearSegmentedColormap.from_list("share", ["#FFFFFF", PALETTE[0]])
    image = axes.imshow(share, cmap=shades, vmin=0, vmax=1, aspect="auto")
    font = float(np.clip(80 / num, 6, 13))
    for i, j in np.ndindex(*counts.shape):
        percent = f"{100 * share[i, j]:.1f} %" if rows[i, 0] else "–"
        axes.text(
            j,
            i,
            f"{int(counts[i, j]):,}\n{percent}",
            ha="center",
            va="center",
            fontsize=font,
            fontweight="bold" if i == j else "normal",
            color="white" if share[i, j] > 0.55 else "black",
        )
    columns = [*class_names, "unknown"][: counts.shape[1]]
    tidy(
        axes, "Decided", "True class", f"Confusion matrix, {int(rows.sum()):,} objects"
    )
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    many = len(columns) > 6
    axes.set_xticks(
        np.arange(len(columns)), [plain(n, None if many else 12) for n in columns]
    )
    labels = [
        f"{plain(n, 12)}\n({total:,})"
        for n, total in zip(class_names, rows[:, 0].astype(int), strict=True)
    ]
    axes.set_yticks(np.arange(num), labels)
    if many:
        for tick in axes.get_xticklabels():
            tick.set(rotation=45, ha="right", rotation_mode="anchor")
    # White lines part the cells; unknown stands a little apart.
    for edge in range(1, len(columns)):
        axes.axvline(edge - 0.5, color="white", linewidth=6 if edge == num else 2)
    for edge in range(1, num):
        axes.axhline(edge - 0.5, color="white", linewidth=2)
    bar = figure.colorbar(image, ax=axes, fraction=0.04, pad=0.02)
    bar.set_label("Share of the true class", fontsize=11)
    bar.outline.set_visible(False)
    return figure
