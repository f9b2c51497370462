"""Search for similar objects: exact, or by FAISS where there are very many."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.evaluation import Neighbors, nearest_neighbors
from mesa_keras.evaluation.neighbors import check_unit
from mesa_keras.recipes.astroclip.directions import vectors
from mesa_keras.recipes.astroclip.embeddings import Embeddings
from mesa_keras.recipes.astroclip.object_groups import object_groups
from mesa_keras.recipes.astroclip.search_cells import Cells
from mesa_keras.recipes.astroclip.search_filter import rows_where
from mesa_keras.recipes.astroclip.search_index_about import about_view, tuning_queries
from mesa_keras.recipes.astroclip.search_index_files import read_index, write_index

KINDS = ("auto", "exact", "approximate")
# Above this an exact search takes a second for some hundred queries.
APPROXIMATE_ABOVE = 500_000
# An approximate search through fewer rows than this is no quicker than an exact one.
_FEW = 50_000


class SimilarityIndex:
    """Finds the objects whose vectors are nearest by cosine similarity.

    Rows that are not valid, or have no vector, are never found; nor is the object that
    a query is, in whichever view, or anything made from the same source.

    Args:
        vectors: Unit vectors of one view, float32 `(n, dim)`; NaN where there is none.
        table: `pandas.DataFrame` with a row per vector: `object_id`, where known
            `source_id` and `valid`, and catalogue columns to filter by.
        kind: `"exact"`; `"approximate"`, by FAISS; or `"auto"`, approximate above
            500,000 rows.
        valid_only: Whether rows that are not valid are left out; else all with a
            vector may be found.
        tuning: Kinds of queries that an approximate index is tuned on, each to the
            target: their vectors `(q, dim)`, and the row of the table that each is, or
            -1. By default some rows of the index.
        target_recall: Share of the ten true neighbours that an approximate search
            finds.
        seed: Seed of the approximate index.
        about: What the vectors are of; kept with the index.

    Raises:
        ValueError: If shapes do not fit, no row can be found, or an argument is none of
            its choices.
        ImportError: If an approximate index is wanted without FAISS.
    """

    def __init__(
        self,
        vectors: np.ndarray,
        table: Any,
        *,
        kind: str = "auto",
        valid_only: bool = True,
        tuning: Sequence[tuple[np.ndarray, np.ndarray]] | None = None,
        target_recall: float = 0.99,
        seed: int = 0,
        about: dict[str, Any] | None = None,
    ) -> None:
        if kind not in KINDS:
            raise ValueError(f"`kind` must be of {KINDS}. Received: {kind!r}")
        fits = vectors.ndim == 2 and vectors.dtype == np.float32
        if not fits or len(vectors) != len(table):
            raise ValueError(
                "`vectors` must be float32 of shape (n, dim), with a row of `table` "
                f"each. Received: {vectors.dtype} of shape {vectors.shape}, "
                f"{len(table)} rows"
            )
        there = ~np.isnan(np.asarray(vectors[:, 0]))
        if valid_only and "valid" in table:
            there &= np.asarray(table["valid"], dtype=bool)
        if not there.any():
            raise ValueError(
                f"None of {len(table):,} rows is valid and has a vector: there is "
                "nothing to find."
            )
        for start in range(0, len(vectors), 65536):
            part = np.flatnonzero(there[start : start + 65536]) + start
            check_unit(vectors[part], "vectors", part)
        self.vectors = vectors
        self.table = table
        self.rows = np.flatnonzero(there)
        self.groups = object_groups([table])[0]
        self.about = dict(about or {})
        self.cells: Cells | None = None
        many = len(self.rows) > APPROXIMATE_ABOVE
        if kind == "approximate" or (kind == "auto" and many):
            self.cells = Cells.build(vectors, self.rows, self.groups, seed)
            self._tune(self.cells, tuning, target_recall, seed)

    @classmethod
    def of(
        cls, embeddings: Embeddings, modality: str, **options: Any
    ) -> "SimilarityIndex":
        """Builds an index of one view of embeddings.

        Args:
            embeddings: Both views of objects.
            modality: `"image"` or `"spectrum"`, the view that is found.
            **options: As the class's.
        """
        options.setdefault("tuning", tuning_queries(embeddings))
        return cls(
            vectors(embeddings, modality),
            embeddings.table,
            about=about_view(embeddings, modality),
            **options,
        )

    @property
    def kind(self) -> str:
        """`"exact"` or `"approximate"`."""
        return "exact" if self.cells is None else "approximate"

    def __len__(self) -> int:
        return len(self.rows)

    def search(
        self,
        queries: np.ndarray,
        k: int,
        *,
        own_rows: Sequence[int] | np.ndarray | None = None,
        where: str | None = None,
    ) -> Neighbors:
        """Returns the most similar objects of every query.

        Args:
            queries: Unit vectors, `(n, dim)`.
            k: Objects wanted.
            own_rows: Row of the table that each query is, -1 for one that is not in it;
                by default none is.
            where: Conditions on columns of the table; see `parse_conditions`.

        Returns:
            Rows of the table and similarities, both `(n, k)`, the most similar first;
            row -1 and similarity NaN where fewer fulfil the conditions.

        Raises:
            ValueError: If a vector is no unit vector of the index's dim, `k` is below
                1, or the conditions are wrong.
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        dim = self.vectors.shape[1]
        if k < 1 or queries.ndim != 2 or queries.shape[1] != dim:
            raise ValueError(
                f"`queries` must have shape (n, {dim}) and `k` be at least 1. "
                f"Received: shape {queries.shape}, k={k}"
            )
        check_unit(queries, "queries")
        own = np.full(len(queries), -1) if own_rows is None else np.asarray(own_rows)
        allowed = self.rows
        if where is not None:
            allowed = allowed[rows_where(self.table, where)[allowed]]
        groups = np.where(own >= 0, self.groups[own], -1)
        if self.cells is None or len(allowed) < min(_FEW, len(self.rows)):
            return self._exact(queries, k, allowed, groups)
        found = self.cells.search(queries, k, groups, allowed)
        # Cells that were looked into may hold too few that fulfil the conditions.
        short = np.flatnonzero((found.rows < 0).any(axis=1))
        if len(short):
            again = self._exact(queries[short], k, allowed, groups[short])
            found.rows[short], found.similarities[short] = again
        return found

    def save(self, folder: str | Path) -> dict[str, Path]:
        """Writes the index with its table; returns paths by what they hold."""
        about = {**self.about, "kind": self.kind, "rows": len(self.rows)}
        return write_index(
            Path(folder), self.vectors, self.table, self.rows, self.cells, about
        )

    @classmethod
    def load(cls, folder: str | Path) -> "SimilarityIndex":
        """Opens what `save` wrote.

        Raises:
            FileNotFoundError: If a file is missing.
            ValueError: If a file is damaged or of another index.
            ImportError: If the index is approximate, and FAISS is not installed.
        """
        content = read_index(Path(folder))
        result = cls.__new__(cls)
        result.vectors, result.table = content.vectors, content.table
        result.rows, result.cells = content.rows, content.cells
        result.groups = content.groups
        result.about = content.about
        return result

    def _exact(
        self, queries: np.ndarray, k: int, allowed: np.ndarray, groups: np.ndarray
    ) -> Neighbors:
        return nearest_neighbors(
            queries,
            self.vectors,
            k,
            rows=allowed,
            query_groups=groups,
            reference_groups=self.groups,
            check=False,
        )

    def _tune(
        self,
        cells: Cells,
        tuning: Sequence[tuple[np.ndarray, np.ndarray]] | None,
        target_recall: float,
        seed: int,
    ) -> None:
        """Looks into as many cells as the target needs, for every kind of query."""
        if tuning is None:
            rng = np.random.default_rng(seed)
            rows = rng.choice(self.rows, min(len(self.rows), 500), replace=False)
            tuning = [(self.vectors[rows], rows)]
        for queries, own in tuning:
            groups = np.where(own >= 0, self.groups[own], -1)
            truth = self._exact(queries, 10, self.rows, groups)
            cells.tune(queries, truth, groups, target_recall)
