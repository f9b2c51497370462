"""Objects that look like one object, or have a spectrum like its spectrum or image."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.recipes.astroclip.directions import split_direction, vectors
from mesa_keras.recipes.astroclip.embeddings import Embeddings
from mesa_keras.recipes.astroclip.search_index import SimilarityIndex

# Columns that say how a row was made, not what it is.
_HIDDEN = ("valid", "reason", "image_valid", "spectrum_valid")


@dataclass(frozen=True, eq=False, kw_only=True)
class SearchResult:
    """Hits of one query.

    Attributes:
        hits: `pandas.DataFrame` with `rank`, `similarity`, `object_id`, `row` and the
            catalogue columns, the most similar first.
        query: What is known of the query: `object_id`, `row` and the catalogue columns
            of an object of the survey, or `file`.
        summary: What was searched, and how.
    """

    hits: Any
    query: dict[str, Any]
    summary: dict[str, Any]


def find_row(embeddings: Embeddings, object_id: int, modality: str) -> int:
    """Returns the row of an object that has a view to search with.

    Args:
        embeddings: Where to look.
        object_id: The object.
        modality: `"image"` or `"spectrum"`, the view that is needed.

    Raises:
        ValueError: If the object is unknown, stands in several rows, or lacks the view.
    """
    ids = np.asarray(embeddings.table["object_id"])
    rows = np.flatnonzero(ids == object_id)
    if len(rows) != 1:
        found = (
            f"is none of the {len(ids):,} objects, {ids.min()} to {ids.max()}"
            if not len(rows)
            else f"stands in {len(rows)} rows: {', '.join(map(str, rows[:5]))}"
        )
        raise ValueError(f"`query_id` {object_id} {found}.")
    row = int(rows[0])
    entry = embeddings.table.iloc[row]
    there = bool(entry.get(f"{modality}_valid", True))
    if not there or np.isnan(vectors(embeddings, modality)[row]).any():
        reason = str(entry["reason"]) or "no embedding"
        raise ValueError(
            f"`query_id` {object_id} has no {modality} to search with: {reason}."
        )
    return row


def search_object(
    index: SimilarityIndex,
    embeddings: Embeddings,
    row: int,
    direction: str,
    top: int = 8,
    where: str | None = None,
) -> SearchResult:
    """Searches with an object of the survey, which is never its own hit.

    Args:
        index: Index of the view that the direction compares with, of these embeddings.
        embeddings: Both views of all objects.
        row: Row of the query.
        direction: As in `"image-spectrum"`, the query's view first.
        top: Hits wanted; fewer come back where fewer fulfil the conditions.
        where: Conditions on columns of the table; see `parse_conditions`.

    Raises:
        ValueError: If the query has no such view, `top` is below 1, or the conditions
            are wrong.
    """
    looking, _ = split_direction(direction)
    query = np.asarray(vectors(embeddings, looking)[[row]])
    entry = _plain(embeddings.table.drop(columns="row", errors="ignore").iloc[row])
    about = {"object_id": entry.pop("object_id"), "row": int(row), **entry}
    return _searched(index, query, row, direction, top, where, about)


def search_vector(
    index: SimilarityIndex,
    vector: np.ndarray,
    direction: str,
    top: int = 8,
    where: str | None = None,
    name: str = "",
) -> SearchResult:
    """Searches with the vector of an object that is not in the survey.

    Args:
        index: Index of the view that the direction compares with, of the same model.
        vector: Unit vector, `(dim,)`.
        direction: As in `"image-spectrum"`, the query's view first.
        top: Hits wanted.
        where: Conditions on columns of the table.
        name: File that the object came from.

    Raises:
        ValueError: If the vector does not fit, `top` is below 1, or the conditions are
            wrong.
    """
    query = np.asarray(vector)[None]
    return _searched(index, query, -1, direction, top, where, {"file": name})


def _searched(
    index: SimilarityIndex,
    query: np.ndarray,
    row: int,
    direction: str,
    top: int,
    where: str | None,
    about: dict[str, Any],
) -> SearchResult:
    _, against = split_direction(direction)
    if index.about.get("modality", against) != against:
        raise ValueError(
            f"`direction` {direction!r} needs an index of {against} vectors. Received: "
            f"one of {index.about['modality']}"
        )
    if top < 1:
        raise ValueError(f"`top` must be at least 1. Received: top={top}")
    found = index.search(query, top, own_rows=[row], where=where)
    rows = found.rows[0][found.rows[0] >= 0]
    table = index.table.iloc[rows].reset_index(drop=True)
    rest = [name for name in table if name not in ("object_id", "row", *_HIDDEN)]
    hits = table[rest].copy()
    first = {
        "rank": np.arange(1, len(rows) + 1),
        "similarity": found.similarities[0][: len(rows)],
        "object_id": table["object_id"],
        "row": rows,
    }
    for place, (name, values) in enumerate(first.items()):
        hits.insert(place, name, values)
    return SearchResult(
        hits=hits,
        query=about,
        summary={
            "direction": direction,
            "where": where,
            "num_searched": len(index),
            "num_wanted": top,
            "num_found": len(rows),
            "index": index.kind,
            "simulated": bool(index.about.get("simulated", False)),
            "model_fingerprint": index.about.get("model_fingerprint"),
            "data_fingerprint": index.about.get("data_fingerprint"),
        },
    )


def _plain(entry: Any) -> dict[str, Any]:
    """A row as Python's own values."""
    return {
        str(name): value.item() if isinstance(value, np.generic) else value
        for name, value in entry.items()
    }
