"""Where, over two features, the model decides for which class."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from mesa_keras.report.style import (
    class_color,
    class_marker,
    enlarge_marks,
    lightened,
    new_figure,
    plain,
    tidy,
)


def decision_boundary_figure(
    x_values: ArrayLike,
    y_values: ArrayLike,
    grid: ArrayLike,
    points: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str],
    *,
    axis_labels: tuple[str, str],
    log_axes: tuple[bool, bool] = (False, False),
    note: str = "",
) -> Figure:
    """Draws the most probable class and its probability over two features.

    Args:
        x_values: Rising values of the first feature, shape `(nx,)`.
        y_values: Rising values of the second feature, shape `(ny,)`.
        grid: Probabilities at each pair of values, shape `(ny, nx, classes)`.
        points: Features of the objects, shape `(n, 2)`; those that are missing, outside
            the map or not positive on a logarithmic axis are left out.
        labels: Class indices of the objects, shape `(n,)`.
        class_names: Names in order.
        axis_labels: Names of the features with units.
        log_axes: Which axes are logarithmic.
        note: What the other inputs were set to.

    Raises:
        ValueError: If shapes do not fit, or a logarithmic axis is not positive.
    """
    x, y = np.asarray(x_values, dtype=float), np.asarray(y_values, dtype=float)
    p, xy = np.asarray(grid, dtype=float), np.asarray(points, dtype=float)
    truth = np.asarray(labels)
    _check(x, y, p, xy, truth, len(class_names))
    for values, log, name in (
        (x, log_axes[0], "x_values"),
        (y, log_axes[1], "y_values"),
    ):
        if (np.diff(values) <= 0).any() or (log and values[0] <= 0):
            raise ValueError(
                f"`{name}` must rise, and be positive on a logarithmic axis. "
                f"Received: {values[0]} to {values[-1]}"
            )
    figure = new_figure(6.4)
    axes = figure.add_subplot()
    num_classes = p.shape[2]
    best, highest = p.argmax(axis=2), p.max(axis=2)
    # White where all classes are equally probable, full colour where one is certain.
    certainty = (highest - 1 / num_classes) / (1 - 1 / num_classes)
    colors = np.array([lightened(class_color(k), 0.5) for k in range(num_classes)])
    shade = 0.12 + 0.88 * np.clip(certainty, 0, 1)[..., None]
    axes.pcolormesh(x, y, 1 - shade * (1 - colors[best]), shading="nearest")
    # A class and the best of the others meet where their difference is 0.
    for k in range(num_classes):
        margin = p[..., k] - np.delete(p, k, axis=2).max(axis=2)
        if margin.min() < 0 < margin.max():
            axes.contour(x, y, margin, levels=[0], colors="black", linewidths=1.2)
    inside = (
        (xy[:, 0] >= x[0])
        & (xy[:, 0] <= x[-1])
        & (xy[:, 1] >= y[0])
        & (xy[:, 1] <= y[-1])
    )
    for k, name in enumerate(class_names):
        rows = inside & (truth == k)
        axes.scatter(
            xy[rows, 0],
            xy[rows, 1],
            s=float(np.clip(16000 / max(len(xy), 1), 20, 45)),
            color=class_color(k),
            marker=class_marker(k),
            edgecolors="white",
            linewidths=0.5,
            label=f"{plain(name)} ({rows.sum():,})",
        )
    tidy(
        axes,
        plain(axis_labels[0]),
        plain(axis_labels[1]),
        "Most probable class (colour; paler is less sure) and true class (marks)",
    )
    axes.grid(visible=False)
    axes.set_xscale("log" if log_axes[0] else "linear")
    axes.set_yscale("log" if log_axes[1] else "linear")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    legend = figure.legend(
        fontsize=10,
        frameon=False,
        loc="outside lower left",
        ncols=min(4, num_classes),
        title=plain(note, 110) or None,
        title_fontsize=9,
        alignment="left",
    )
    enlarge_marks(legend)
    return figure


def _check(
    x: np.ndarray,
    y: np.ndarray,
    p: np.ndarray,
    xy: np.ndarray,
    truth: np.ndarray,
    num_classes: int,
) -> None:
    if x.ndim != 1 or y.ndim != 1 or len(x) < 2 or len(y) < 2:
        raise ValueError(
            "`x_values` and `y_values` must be lists of at least two values. "
            f"Received: shapes {x.shape} and {y.shape}"
        )
    if p.shape != (len(y), len(x), num_classes) or num_classes < 2:
        raise ValueError(
            f"`grid` must have shape ({len(y)}, {len(x)}, {num_classes}): y, x, class. "
            f"Received: shape={p.shape}"
        )
    if xy.ndim != 2 or xy.shape[1] != 2 or truth.shape != xy.shape[:1]:
        raise ValueError(
            "`points` must have shape (n, 2) and `labels` shape (n,). "
            f"Received: shapes {xy.shape} and {truth.shape}"
        )
