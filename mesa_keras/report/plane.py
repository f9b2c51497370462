"""Vectors brought into a plane: by principal components, t-SNE or UMAP."""

import importlib.util
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

METHODS = ("auto", "umap", "pca", "tsne")


class Plane(NamedTuple):
    """Points of a plane.

    Attributes:
        points: Shape `(shown, 2)`.
        rows: Row of each point among the vectors, rising.
        axes: What to write along both axes.
        title: What it is, with the number of objects.
    """

    points: np.ndarray
    rows: np.ndarray
    axes: tuple[str, str]
    title: str


def project_to_plane(
    vectors: ArrayLike, method: str = "auto", *, max_points: int = 5000, seed: int = 0
) -> Plane:
    """Brings vectors into a plane in which neighbours stay together.

    Args:
        vectors: Finite, shape `(n, dim)`, `n` at least 4, `dim` at least 2.
        method: `"umap"`, `"pca"`, `"tsne"`, or `"auto"` for UMAP where the package
            umap-learn is installed and else principal components. The title says which.
        max_points: More objects are thinned out at random, which the title says.
        seed: Seed of the thinning and of the map.

    Raises:
        ValueError: If the shape does not fit, a value is not finite, or the method is
            unknown.
        ImportError: If UMAP is wanted and not installed.

    References:
        McInnes et al. (2018), UMAP, https://arxiv.org/abs/1802.03426
    """
    x = np.asarray(vectors, dtype=np.float32)
    if x.ndim != 2 or len(x) < 4 or x.shape[1] < 2 or not np.isfinite(x).all():
        raise ValueError(
            "`vectors` must be finite, of shape (n, dim) with n >= 4 and dim >= 2. "
            f"Received: shape {x.shape}"
        )
    if method not in METHODS:
        raise ValueError(f"`method` must be of {METHODS}. Received: {method!r}")
    if method == "auto":
        method = "pca" if importlib.util.find_spec("umap") is None else "umap"
    rows = np.arange(len(x))
    if len(x) > max_points:
        drawn = np.random.default_rng(seed).choice(len(x), max_points, replace=False)
        rows = np.sort(drawn)
    shown = f"{len(rows):,}" + (f" of {len(x):,}" if len(rows) < len(x) else "")
    make = {"pca": _components, "tsne": _tsne, "umap": _umap}[method]
    points, axes, name = make(x[rows], seed)
    return Plane(points, rows, axes, f"Embedding, {name}, {shown} objects")


def _components(x: np.ndarray, seed: int) -> Any:
    from sklearn.decomposition import PCA

    model = PCA(n_components=2, svd_solver="full").fit(x)
    shares = 100 * np.nan_to_num(model.explained_variance_ratio_)
    axes = (
        f"Component 1 ({shares[0]:.1f} % of the variance)",
        f"Component 2 ({shares[1]:.1f} %)",
    )
    return model.transform(x), axes, "principal components"


def _tsne(x: np.ndarray, seed: int) -> Any:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    used = min(30.0, (len(x) - 1) / 3)
    # One thread: the map does not depend on the machine.
    with threadpool_limits(limits=1):
        points = TSNE(perplexity=used, init="pca", random_state=seed).fit_transform(x)
    return points, _no_unit("t-SNE"), f"t-SNE with perplexity {used:.3g}"


def _umap(x: np.ndarray, seed: int) -> Any:
    try:
        import umap  # type: ignore[import-not-found]
    except ImportError as error:
        raise ImportError(
            "a UMAP map needs umap-learn: pip install umap-learn, or choose pca, tsne."
        ) from error
    num = min(15, len(x) - 1)
    model = umap.UMAP(n_neighbors=num, metric="cosine", random_state=seed, n_jobs=1)
    return model.fit_transform(x), _no_unit("UMAP"), f"UMAP of {num} neighbours"


def _no_unit(name: str) -> tuple[str, str]:
    return f"{name} axis 1 (no unit)", f"{name} axis 2 (no unit)"
