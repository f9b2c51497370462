"""Embeddings drawn in a plane."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from mesa_keras.report.style import (
    UNKNOWN,
    class_color,
    class_marker,
    enlarge_marks,
    new_figure,
    plain,
    tidy,
)


def pca_map(
    embedding: ArrayLike, labels: ArrayLike, class_names: Sequence[str]
) -> Figure:
    """Draws the two directions of largest variance, with their share of it.

    Args:
        embedding: Finite vectors, shape `(n, dim)` with `n` and `dim` at least 2.
        labels: Class indices, shape `(n,)`; -1 for objects without a label.
        class_names: Names in order.

    Raises:
        ValueError: If the shapes do not fit or a value is not finite.
    """
    x, y = _checked(embedding, labels, class_names, min_rows=2)
    variance = float(x.var(axis=0).sum())
    if variance > 0:
        model = PCA(n_components=2, svd_solver="full").fit(x)
        points, shares = model.transform(x), model.explained_variance_ratio_
    else:
        points, shares = np.zeros((len(x), 2)), np.zeros(2)
    figure = class_scatter(points, y, class_names)
    tidy(
        figure.axes[0],
        f"Component 1 ({100 * shares[0]:.1f} % of the variance)",
        f"Component 2 ({100 * shares[1]:.1f} %)",
        f"Embedding, principal components, {len(x):,} objects",
    )
    return figure


def tsne_map(
    embedding: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str],
    *,
    perplexity: float = 30.0,
    max_points: int = 2000,
    seed: int = 0,
) -> Figure:
    """Draws a t-SNE map: near neighbours stay near, distances mean little.

    Args:
        embedding: Finite vectors, shape `(n, dim)`, `n` at least 4.
        labels: Class indices, shape `(n,)`; -1 for objects without a label.
        class_names: Names in order.
        perplexity: Neighbours that count; lowered to `(n - 1) / 3` for small samples.
        max_points: More objects are thinned out at random, which the title says.
        seed: Seed of the thinning and of the map.

    Raises:
        ValueError: If the shapes do not fit or a value is not finite.

    References:
        van der Maaten & Hinton (2008), JMLR 9, 2579.
    """
    x, y = _checked(embedding, labels, class_names, min_rows=4)
    total = len(x)
    if total > max_points:
        kept = np.random.default_rng(seed).choice(total, max_points, replace=False)
        x, y = x[np.sort(kept)], y[np.sort(kept)]
    # Coinciding points have no principal axis to start from.
    varied = x.std(axis=0).max() > 1e-12 * max(1.0, np.abs(x).max())
    used = min(perplexity, (len(x) - 1) / 3)
    model = TSNE(perplexity=used, init="pca" if varied else "random", random_state=seed)
    # One thread: the map does not depend on the machine, and on one whose cores are
    # busy, threads that wait for each other take a hundred times as long.
    with threadpool_limits(limits=1):
        points = model.fit_transform(x.astype(np.float32))
    figure = class_scatter(points, y, class_names)
    shown = f"{len(x):,}" + (f" of {total:,}" if len(x) < total else "")
    tidy(
        figure.axes[0],
        "t-SNE axis 1 (no unit)",
        "t-SNE axis 2 (no unit)",
        f"Embedding, t-SNE with perplexity {used:.3g}, {shown} objects",
    )
    return figure


def _checked(
    embedding: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str],
    min_rows: int,
) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(embedding, dtype=np.float64), np.asarray(labels)
    if x.ndim != 2 or len(x) < min_rows or x.shape[1] < 2 or y.shape != x.shape[:1]:
        raise ValueError(
            f"`embedding` must have shape (n, dim) with n >= {min_rows}, dim >= 2 and "
            f"`labels` shape (n,). Received: shapes {x.shape} and {y.shape}"
        )
    if not np.isfinite(x).all():
        raise ValueError("`embedding` must be finite. Received: NaN or infinity")
    if y.min() < -1 or y.max() >= len(class_names):
        raise ValueError(
            f"`labels` must lie in [-1, {len(class_names)}). "
            f"Received: {y.min()} to {y.max()}"
        )
    return x, y


def class_scatter(
    points: np.ndarray, y: np.ndarray, class_names: Sequence[str]
) -> Figure:
    """Draws points of a plane by class; axes are labelled by the caller.

    Args:
        points: Shape `(n, 2)`.
        y: Class indices, shape `(n,)`; -1 for objects without a label.
        class_names: Names in order.
    """
    figure = new_figure(6.0)
    axes = figure.add_subplot()
    size = float(np.clip(9000 / len(points), 9, 45))
    # Large classes first, so that small ones are not buried.
    order = sorted(np.unique(y), key=lambda k: -int((y == k).sum()))
    handles = {}
    for k in order:
        rows = y == k
        name = "no label" if k < 0 else plain(class_names[k])
        handles[int(k)] = axes.scatter(
            points[rows, 0],
            points[rows, 1],
            s=size,
            color=UNKNOWN if k < 0 else class_color(k),
            marker="." if k < 0 else class_marker(k),
            alpha=0.65,
            linewidths=0,
            label=f"{name} ({rows.sum():,})",
        )
    legend = axes.legend(
        handles=[handles[k] for k in sorted(handles)],
        fontsize=10,
        frameon=False,
        loc="upper left",
        bbox_to_anchor=(0, -0.12),
        ncols=min(4, len(handles)),
    )
    enlarge_marks(legend)
    return figure
