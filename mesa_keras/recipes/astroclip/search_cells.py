"""Approximate search by FAISS: vectors in cells, only the nearest are searched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file
from mesa_keras.evaluation import Neighbors
from mesa_keras.missing_extra import missing_extra

# Vectors that a cell's centre is fitted to.
_TRAINED_ON = 40


def load_faiss() -> Any:
    """Returns the module FAISS.

    Raises:
        ImportError: If it is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise missing_extra(
            "approximate search (an exact index does without) needs FAISS", "search"
        ) from error
    return faiss


class Cells:
    """Vectors sorted into cells around centres (an inverted file).

    Args:
        index: FAISS index of `vectors[rows]`, in that order.
        vectors: All vectors, float32 `(n, dim)`.
        rows: Rows that are in the index, rising.
        groups: Object of each row of the vectors.
        num_probes: Cells that a search looks into.
    """

    def __init__(
        self,
        index: Any,
        vectors: np.ndarray,
        rows: np.ndarray,
        groups: np.ndarray,
        num_probes: int,
    ) -> None:
        self.index = index
        self.vectors = vectors
        self.rows = rows
        self.groups = groups
        self.num_probes = num_probes
        self._rows_of_group = np.bincount(groups[rows])

    @classmethod
    def build(
        cls, vectors: np.ndarray, rows: np.ndarray, groups: np.ndarray, seed: int
    ) -> "Cells":
        """Sorts vectors into about 4 sqrt(n) cells, each number as one byte."""
        faiss = load_faiss()
        dim, num = int(vectors.shape[1]), len(rows)
        num_cells = int(max(1, min(4 * num**0.5, num / 40)))
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dim),
            dim,
            num_cells,
            faiss.ScalarQuantizer.QT_8bit,
            faiss.METRIC_INNER_PRODUCT,
        )
        index.cp.seed = seed + 1
        index.cp.min_points_per_centroid = 1
        index.cp.max_points_per_centroid = _TRAINED_ON
        rng = np.random.default_rng(seed)
        size = min(num, _TRAINED_ON * num_cells)
        index.train(_taken(vectors, np.sort(rng.choice(rows, size, replace=False))))
        for start in range(0, num, 65536):
            index.add(_taken(vectors, rows[start : start + 65536]))
        return cls(index, vectors, rows, groups, 1)

    @property
    def num_cells(self) -> int:
        """Number of cells."""
        return int(self.index.nlist)

    def search(
        self,
        queries: np.ndarray,
        k: int,
        query_groups: np.ndarray,
        allowed: np.ndarray,
    ) -> Neighbors:
        """Returns the most similar rows of the cells nearest to each query.

        Args:
            queries: Unit vectors, float32 `(n, dim)`.
            k: Rows wanted.
            query_groups: Object of each query, -1 for none.
            allowed: Rows that may be found, rising.
        """
        faiss = load_faiss()
        options = {"nprobe": self.num_probes}
        if len(allowed) < len(self.rows):
            inside = np.isin(self.rows, allowed, assume_unique=True)
            bits = np.packbits(inside, bitorder="little")
            options["sel"] = faiss.IDSelectorBitmap(bits)
        # Bytes put the nearest in nearly the right order: twice as many are looked at
        # again, with room for the query's own rows, which are taken out.
        known = query_groups[(query_groups >= 0)]
        known = known[known < len(self._rows_of_group)]
        wanted = 2 * k + int(self._rows_of_group[known].max(initial=0))
        places = self.index.search(
            queries, wanted, params=faiss.SearchParametersIVF(**options)
        )[1]
        rows = np.where(places >= 0, self.rows[places], -1)
        asked = query_groups[:, None]
        own = (self.groups[rows] == asked) & (asked >= 0)
        return _sorted(queries, self.vectors, np.where(own, -1, rows), k)

    def tune(
        self,
        queries: np.ndarray,
        truth: Neighbors,
        query_groups: np.ndarray,
        target_recall: float,
    ) -> None:
        """Raises the probes until they find the target share of the true neighbours.

        Args:
            queries: Unit vectors.
            truth: Their true neighbours.
            query_groups: Object of each query, -1 for none.
            target_recall: Share wanted, in (0, 1].
        """
        k, before = truth.rows.shape[1], self.num_probes

        def reaches(probes: int) -> bool:
            self.num_probes = probes
            found = self.search(queries, k, query_groups, self.rows)
            return recall_of(found, truth) >= target_recall

        self.num_probes = max(before, _fewest(reaches, self.num_cells))

    def write(self, path: Path) -> None:
        """Writes the cells with their bytes, a quarter of the vectors' size."""
        with atomic_file(path) as temporary:
            load_faiss().write_index(self.index, str(temporary))


def read_cells(
    path: Path,
    vectors: np.ndarray,
    rows: np.ndarray,
    groups: np.ndarray,
    num_probes: int,
) -> Cells:
    """Reads what `Cells.write` wrote.

    Raises:
        ValueError: If the file is damaged or of other vectors.
        ImportError: If FAISS is not installed.
    """
    try:
        index = load_faiss().read_index(str(path))
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path}: not a whole FAISS index ({reason}).") from error
    if index.ntotal != len(rows) or index.d != vectors.shape[1]:
        raise ValueError(
            f"{path}: holds {index.ntotal} vectors of dim {index.d}, not the "
            f"{len(rows)} of dim {vectors.shape[1]} of the index."
        )
    return Cells(index, vectors, rows, groups, num_probes)


def recall_of(found: Neighbors, truth: Neighbors) -> float:
    """Returns the share of the true neighbours that were found."""
    hits = (found.rows[:, :, None] == truth.rows[:, None]) & (truth.rows[:, None] >= 0)
    return float(hits.sum() / max(1, int((truth.rows >= 0).sum())))


def _fewest(reaches: Callable[[int], bool], largest: int) -> int:
    """The smallest number in 1 to `largest` that is enough, to about a tenth."""
    low, high = 0, 1
    while high < largest and not reaches(high):
        low, high = high, min(2 * high, largest)
    while high - low > max(1, high // 10):
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _taken(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(vectors[rows], dtype=np.float32)


def _sorted(
    queries: np.ndarray, vectors: np.ndarray, rows: np.ndarray, k: int
) -> Neighbors:
    """The `k` best of candidate rows, by similarities as an exact search gives them."""
    products = queries[:, None].astype(np.float64) * vectors[np.maximum(rows, 0)]
    similarity = np.where(rows >= 0, products.sum(axis=2), -np.inf)
    order = np.lexsort((rows, -similarity), axis=1)[:, :k]
    best = np.take_along_axis(rows, order, axis=1)
    values = np.take_along_axis(similarity, order, axis=1)
    return Neighbors(best.astype(np.int64), np.where(best >= 0, values, np.nan))
