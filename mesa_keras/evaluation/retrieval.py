"""Search across modalities: does an object's one view find its other."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation._validation import check_count

# Similarities closer than this differ by the order of summation only.
_TIE = 1e-10


class RetrievalRanks(NamedTuple):
    """Where each query's partner stands among the candidates.

    Attributes:
        better: Candidates more similar than the partner, shape `(n,)`.
        tied: Other candidates exactly as similar, shape `(n,)`.
        pool: Candidates, the partner included, shape `(n,)`.
    """

    better: np.ndarray
    tied: np.ndarray
    pool: np.ndarray

    @property
    def rank(self) -> np.ndarray:
        """Mean rank over the orders that ties leave open; 1 is best."""
        return np.asarray(self.better + 1 + self.tied / 2)

    def hits(self, k: int) -> np.ndarray:
        """Probability that the partner is among the first `k`, ties in random order."""
        check_count(k, "k")
        return np.asarray(np.clip((k - self.better) / (self.tied + 1), 0.0, 1.0))


def retrieval_ranks(
    queries: ArrayLike,
    gallery: ArrayLike,
    groups: ArrayLike | None = None,
    block_size: int = 1024,
) -> RetrievalRanks:
    """Ranks the partner of every query by cosine similarity.

    Row i of `gallery` is the partner of row i of `queries`. Ties are counted as if
    broken at random, so that embeddings which carry no information score at chance. A
    zero vector is equally similar to everything.

    Args:
        queries: Embeddings, shape `(n, dim)`.
        gallery: Embeddings, shape `(n, dim)`.
        groups: Star of each row, shape `(n,)`. Other rows of the query's star are left
            out of its pool: they are neither hits nor misses.
        block_size: Queries compared at a time; bounds the memory at
            `block_size * n` similarities.

    Raises:
        ValueError: If shapes differ or a value is not finite.
    """
    check_count(block_size, "block_size")
    a, b = unit_pairs(queries, gallery)
    star = None
    if groups is not None:
        star = np.unique(np.asarray(groups), return_inverse=True)[1]
        if star.shape != (len(a),):
            raise ValueError(
                f"`groups` must have shape ({len(a)},). Received: "
                f"shape={np.shape(groups)}"
            )
    blocks = []
    for start in range(0, len(a), block_size):
        rows = np.arange(start, min(start + block_size, len(a)))
        similarity = a[rows] @ b.T
        own = similarity[np.arange(len(rows)), rows][:, None]
        allowed = np.ones(similarity.shape, dtype=bool)
        if star is not None:
            allowed = star[rows][:, None] != star[None]
        allowed[np.arange(len(rows)), rows] = False
        better = (similarity > own + _TIE) & allowed
        tied = (np.abs(similarity - own) <= _TIE) & allowed
        blocks.append([better.sum(1), tied.sum(1), allowed.sum(1) + 1])
    return RetrievalRanks(*np.concatenate(blocks, axis=1))


def retrieval_recall(
    queries: ArrayLike,
    gallery: ArrayLike,
    ks: Sequence[int] = (1, 5, 10),
    groups: ArrayLike | None = None,
) -> dict[str, float]:
    """Returns the share of queries whose partner is among the first k.

    Args:
        queries: Embeddings, shape `(n, dim)`.
        gallery: Embeddings of the partners, shape `(n, dim)`.
        ks: Numbers of candidates looked at.
        groups: Star of each row; see `retrieval_ranks`.

    Returns:
        `recall@k` and `chance@k` (what a random order would reach) for each k,
        `median_rank`, `num_queries` and `pool_size` (mean number of candidates).
    """
    ranks = retrieval_ranks(queries, gallery, groups)
    result = {f"recall@{k}": float(ranks.hits(k).mean()) for k in ks}
    result |= {f"chance@{k}": float(np.minimum(k / ranks.pool, 1).mean()) for k in ks}
    return result | {
        "median_rank": float(np.median(ranks.rank)),
        "num_queries": float(len(ranks.pool)),
        "pool_size": float(ranks.pool.mean()),
    }


def alignment_uniformity(a: ArrayLike, b: ArrayLike) -> dict[str, float]:
    """Returns how close partners lie and how evenly each view fills the sphere.

    `alignment` = mean |a_i - b_i|^2, 0 at best and 2 for unrelated directions.
    `uniformity_a`, `uniformity_b` = log mean exp(-2 |x_i - x_j|^2) over i < j, 0 where
    all coincide and near -4 on an even sphere of many dimensions; NaN for one row.

    Args:
        a: Embeddings of one view, shape `(n, dim)`. They are normalized here.
        b: Embeddings of the other view, shape `(n, dim)`.

    References:
        Wang & Isola (2020), https://arxiv.org/abs/2005.10242, section 4.1, with the
        exponents alpha = 2 and t = 2.
    """
    a, b = unit_pairs(a, b)
    return {
        "alignment": float(np.mean(np.sum((a - b) ** 2, axis=1))),
        "uniformity_a": _uniformity(a),
        "uniformity_b": _uniformity(b),
    }


def modality_gap(a: ArrayLike, b: ArrayLike) -> float:
    """Returns the distance of the two views' mean unit vectors, 0 to 2.

    Args:
        a: Embeddings of one view, shape `(n, dim)`.
        b: Embeddings of the other view, shape `(n, dim)`.

    References:
        Liang et al. (2022), https://arxiv.org/abs/2203.02053, section 2.
    """
    a, b = unit_pairs(a, b)
    return float(np.linalg.norm(a.mean(axis=0) - b.mean(axis=0)))


def unit_pairs(first: ArrayLike, second: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Returns both arrays as float64 unit vectors; zero vectors stay zero."""
    a = np.asarray(first, dtype=np.float64)
    b = np.asarray(second, dtype=np.float64)
    if a.ndim != 2 or a.shape != b.shape or a.size == 0:
        raise ValueError(
            "The two views must have one shape (n, dim) with n > 0. "
            f"Received: shapes {a.shape} and {b.shape}"
        )
    for array, name in ((a, "first"), (b, "second")):
        finite = np.isfinite(array).all(axis=1)
        if not finite.all():
            raise ValueError(
                "Embeddings must be finite; leave rows without a view out. "
                f"Received: row {int(np.argmin(finite))} of the {name} view is not"
            )
    return _unit(a), _unit(b)


def _unit(array: np.ndarray) -> np.ndarray:
    # The largest entry goes first, so that squares neither overflow nor vanish.
    size = np.abs(array).max(axis=1, keepdims=True)
    scaled: np.ndarray = np.zeros_like(array)
    np.divide(array, size, out=scaled, where=size > 0)
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    np.divide(scaled, length, out=scaled, where=length > 0)
    return scaled


def _uniformity(x: np.ndarray, block_size: int = 1024) -> float:
    num = len(x)
    if num < 2:
        return float("nan")
    squares = np.sum(x**2, axis=1)
    total = 0.0
    for start in range(0, num, block_size):
        rows = slice(start, start + block_size)
        distance = squares[rows, None] + squares[None] - 2 * (x[rows] @ x.T)
        total += float(np.exp(-2 * np.maximum(distance, 0)).sum())
    # Each row meets itself once, at distance 0.
    return float(np.log((total - num) / (num * (num - 1))))
