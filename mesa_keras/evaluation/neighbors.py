"""Exact nearest neighbours by cosine similarity, never an object and its own copies."""

import functools
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.available_cores import available_cores
from mesa_keras.evaluation._neighbor_scan import Best, merged, scan, taken
from mesa_keras.evaluation._validation import check_count

# Fewer products than this are done before a second thread has started.
_WORTH_THREADS = 1e8
_QUERIES_AT_A_TIME = 256


class Neighbors(NamedTuple):
    """The nearest references of every query, the most similar first.

    Attributes:
        rows: Row of the reference, int64 `(queries, k)`; -1 where there are fewer.
        similarities: Cosine similarity, float64 `(queries, k)`; NaN where there are
            fewer.
    """

    rows: np.ndarray
    similarities: np.ndarray


def nearest_neighbors(
    queries: ArrayLike,
    references: np.ndarray,
    k: int,
    *,
    rows: ArrayLike | None = None,
    query_groups: ArrayLike | None = None,
    reference_groups: ArrayLike | None = None,
    check: bool = True,
    block_size: int = 8192,
    num_threads: int | None = None,
) -> Neighbors:
    """Returns the `k` most similar references of every query.

    Blocks of references are compared by one matrix product in float32. What comes
    within rounding of the `k` best so far is computed again in float64, so that the
    result depends neither on the blocks nor on the number of threads. Equally similar
    references come in the order of their rows.

    Args:
        queries: Unit vectors, shape `(n, dim)`; taken as float32.
        references: Unit vectors, float32 `(m, dim)`; may be memory-mapped.
        k: Neighbours wanted.
        rows: References that may be found, as rising row numbers; by default all. Only
            these are read.
        query_groups: Object of each query, shape `(n,)`.
        reference_groups: Object of each reference, shape `(m,)`. A reference of the
            query's own object is never its neighbour.
        check: Whether to check that vectors are finite and of unit length. Leave it out
            only where that has been done.
        block_size: References compared at a time.
        num_threads: Threads; by default as many as there are cores, where it pays.

    Raises:
        ValueError: If shapes differ, a vector is no unit vector, or `k` is below 1.
        TypeError: If `k` is no integer.
    """
    check_count(k, "k")
    check_count(block_size, "block_size")
    vectors = np.ascontiguousarray(queries, dtype=np.float32)
    allowed = _checked_rows(vectors, references, rows)
    if check:
        check_unit(vectors, "queries")
        for part in _ranges(len(allowed), block_size):
            check_unit(taken(references, allowed[part]), "references", allowed[part])
    own = _OwnRows(vectors, references, allowed, query_groups, reference_groups)
    if num_threads is None:
        products = float(len(vectors)) * len(allowed) * vectors.shape[1]
        num_threads = available_cores() if products > _WORTH_THREADS else 1
    found = Best.empty(len(vectors), k)
    # Each thread has its own references; a BLAS with threads of its own would wait for
    # them at every block.
    with _one_blas_thread(), ThreadPoolExecutor(num_threads) as pool:
        for part in _ranges(len(vectors), _QUERIES_AT_A_TIME):
            excluded = own.pairs(part)
            scans = [
                pool.submit(
                    scan, vectors[part], references, allowed, span, excluded, k,
                    block_size,
                )
                for span in _spans(len(allowed), num_threads)
            ]  # fmt: skip
            best = functools.reduce(merged, (task.result() for task in scans))
            found.values[part], found.rows[part] = best
    missing = found.rows < 0
    return Neighbors(found.rows, np.where(missing, np.nan, found.values))


def check_unit(vectors: np.ndarray, name: str, rows: np.ndarray | None = None) -> None:
    """Raises `ValueError` unless all vectors are finite and of unit length.

    Args:
        vectors: Shape `(n, dim)`.
        name: What they are called in the message.
        rows: Row number of each, where it is not its place.
    """
    lengths = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float32)
    wrong = ~(np.abs(lengths - 1) < 2e-3)
    if wrong.any():
        place = int(np.argmax(wrong))
        row = place if rows is None else int(rows[place])
        raise ValueError(
            f"`{name}` must be unit vectors; leave missing ones out. Received: row "
            f"{row} of length {np.sqrt(lengths[place]):.6g}"
        )


class _OwnRows:
    """Which references are of the query's own object."""

    def __init__(
        self,
        vectors: np.ndarray,
        references: np.ndarray,
        allowed: np.ndarray,
        query_groups: ArrayLike | None,
        reference_groups: ArrayLike | None,
    ) -> None:
        self.queries: np.ndarray | None = None
        if query_groups is None and reference_groups is None:
            return
        groups = [
            np.asarray([] if given is None else given)
            for given in (query_groups, reference_groups)
        ]
        for given, rows, name in zip(
            groups, (vectors, references), ("query", "reference"), strict=True
        ):
            if given.shape != (len(rows),):
                raise ValueError(
                    f"`{name}_groups` must have shape ({len(rows)},); queries and "
                    f"references have both or none. Received: shape={given.shape}"
                )
        asked, found = groups[0], groups[1][allowed]
        # Few references are of a query's own object; only those are sorted.
        same = np.flatnonzero(np.isin(found, np.unique(asked)))
        both = np.concatenate([asked, found[same]])
        codes = np.unique(both, return_inverse=True)[1].ravel()
        self.queries = codes[: len(vectors)]
        rising = np.argsort(codes[len(vectors) :], kind="stable")
        self.order = same[rising]
        self.sorted = codes[len(vectors) :][rising]

    def pairs(self, part: slice) -> tuple[np.ndarray, np.ndarray]:
        """Places among the allowed references, rising, and the query of each."""
        if self.queries is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        low = np.searchsorted(self.sorted, self.queries[part], side="left")
        count = np.searchsorted(self.sorted, self.queries[part], side="right") - low
        query = np.repeat(np.arange(len(low)), count)
        offset = np.arange(len(query)) - np.repeat(np.cumsum(count) - count, count)
        places = self.order[np.repeat(low, count) + offset]
        rising = np.argsort(places, kind="stable")
        return places[rising], query[rising]


def _checked_rows(
    vectors: np.ndarray, references: np.ndarray, rows: ArrayLike | None
) -> np.ndarray:
    """The references that may be found."""
    fits = vectors.ndim == 2 and references.ndim == 2 and vectors.shape[1] > 0
    if not fits or vectors.shape[1] != references.shape[1]:
        raise ValueError(
            "`queries` and `references` must have shapes (n, dim) and (m, dim). "
            f"Received: shapes {vectors.shape} and {references.shape}"
        )
    if rows is None:
        return np.arange(len(references))
    allowed = np.asarray(rows, dtype=np.int64)
    rising = allowed.ndim == 1 and bool((np.diff(allowed) > 0).all())
    inside = not len(allowed) or 0 <= allowed[0] <= allowed[-1] < len(references)
    if not (rising and inside):
        raise ValueError(
            f"`rows` must be rising row numbers below {len(references)}, each once."
        )
    return allowed


def _ranges(total: int, size: int) -> Iterator[slice]:
    for start in range(0, total, size):
        yield slice(start, min(start + size, total))


def _spans(total: int, parts: int) -> list[tuple[int, int]]:
    limits = np.linspace(0, total, parts + 1).astype(int).tolist()
    return list(itertools.pairwise(limits))


@functools.cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def _one_blas_thread() -> Any:
    return _controller().limit(limits=1, user_api="blas")
