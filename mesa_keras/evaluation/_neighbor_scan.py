"""One pass over references, block by block, that keeps the best of every query."""

from typing import NamedTuple

import numpy as np

# Pairs whose similarity is computed again at a time; bounds the memory.
_PAIRS = 65536


class Best(NamedTuple):
    """The best so far: values falling, equal ones by row; -inf and -1 where unfilled.

    Attributes:
        values: Similarities, float64 `(queries, k)`.
        rows: Rows of the references, int64 `(queries, k)`.
    """

    values: np.ndarray
    rows: np.ndarray

    @classmethod
    def empty(cls, num_queries: int, k: int) -> "Best":
        """Nothing found yet."""
        shape = (num_queries, k)
        return cls(np.full(shape, -np.inf), np.full(shape, -1, dtype=np.int64))


def scan(
    queries: np.ndarray,
    references: np.ndarray,
    allowed: np.ndarray,
    span: tuple[int, int],
    excluded: tuple[np.ndarray, np.ndarray],
    k: int,
    block_size: int,
) -> Best:
    """Returns the best of `allowed[span[0]:span[1]]` for every query.

    Args:
        queries: Float32 vectors `(q, dim)`.
        references: Float32 vectors `(m, dim)`.
        allowed: Rising rows of the references that may be found.
        span: First and last place among `allowed`, the last not included.
        excluded: Places among `allowed`, rising, and the query that must not find each.
        k: Number to keep.
        block_size: References compared at a time.
    """
    best = Best.empty(len(queries), k)
    # The error of a sum of dim products of unit vectors in float32, twice over.
    slack = queries.shape[1] * float(np.finfo(np.float32).eps)
    # Memory that is touched once costs more than the products.
    memory = np.empty((len(queries), min(block_size, span[1] - span[0])), np.float32)
    for start in range(*span, block_size):
        stop = min(start + block_size, span[1])
        rows = allowed[start:stop]
        block = taken(references, rows)
        whole = len(rows) == memory.shape[1]
        similarity = np.matmul(queries, block.T, out=memory if whole else None)
        low, high = np.searchsorted(excluded[0], (start, stop))
        similarity[excluded[1][low:high], excluded[0][low:high] - start] = -np.inf
        floor = best.values[:, -1]
        if len(rows) > k and np.isneginf(floor).any():
            kth = np.partition(similarity, len(rows) - k, axis=1)[:, len(rows) - k]
            floor = np.maximum(floor, kth)
        # Rounding to float32 is less than the slack.
        enough = (floor - slack).astype(np.float32)[:, None]
        query, place = np.divmod(np.flatnonzero(similarity >= enough), len(rows))
        possible = similarity[query, place] > -np.inf
        query, place = query[possible], place[possible]
        if len(query):
            values = _exact(queries, block, query, place)
            best = _kept(best, query, values, rows[place])
    return best


def taken(references: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """References by their rows, without a copy where they stand together."""
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):
        return np.asarray(references[first : last + 1], dtype=np.float32)
    return np.asarray(references[rows], dtype=np.float32)


def merged(first: Best, second: Best) -> Best:
    """The best of both."""
    query, place = np.nonzero(second.rows >= 0)
    return _kept(first, query, second.values[query, place], second.rows[query, place])


def _exact(
    queries: np.ndarray, block: np.ndarray, query: np.ndarray, place: np.ndarray
) -> np.ndarray:
    values = np.empty(len(query))
    for start in range(0, len(query), _PAIRS):
        part = slice(start, start + _PAIRS)
        a = queries[query[part]].astype(np.float64)
        values[part] = (a * block[place[part]]).sum(axis=1)
    return values


def _kept(best: Best, query: np.ndarray, values: np.ndarray, rows: np.ndarray) -> Best:
    """The best `k` of what was kept and of further pairs."""
    k = best.values.shape[1]
    kept, place = np.nonzero(best.rows >= 0)
    query = np.concatenate([kept, query])
    values = np.concatenate([best.values[kept, place], values])
    rows = np.concatenate([best.rows[kept, place], rows])
    order = np.lexsort((rows, -values, query))
    query, values, rows = query[order], values[order], rows[order]
    rank = np.arange(len(query)) - np.searchsorted(query, query, side="left")
    inside = rank < k
    result = Best.empty(len(best.values), k)
    result.values[query[inside], rank[inside]] = values[inside]
    result.rows[query[inside], rank[inside]] = rows[inside]
    return result
