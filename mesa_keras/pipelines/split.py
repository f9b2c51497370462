"""Splits that keep all rows of one star, night or source object together."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def split_by_group(
    groups: ArrayLike,
    fractions: Mapping[str, float],
    *,
    labels: ArrayLike | None = None,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Splits rows into named parts that share no group.

    Groups are ranked by a hash of their name and the seed, so the split depends neither
    on the order of the rows nor on the machine, and rows added elsewhere move only
    groups that stood at the border of two parts. The ranking is done among groups that
    hold the same rarest label, so each part gets its share of each label as well as
    whole groups allow.

    Args:
        groups: Name of the group of each row, shape `(rows,)`; compared as text.
        fractions: Share of the rows by name of the part, in (0, 1], with sum 1.
        labels: Label of each row, shape `(rows,)`.
        seed: Another seed gives another split.

    Returns:
        Ascending row numbers by name of the part.

    Raises:
        ValueError: If the fractions do not sum to 1, the shapes differ, or there are
            fewer groups than parts.
    """
    names, group_of_row = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    if np.ndim(groups) != 1:
        raise ValueError(
            f"`groups` must be one-dimensional. Received: shape {np.shape(groups)}"
        )
    shares = np.array(list(fractions.values()), dtype=np.float64)
    if not shares.size or (shares <= 0).any() or abs(shares.sum() - 1.0) > 1e-6:
        raise ValueError(
            "`fractions` must be positive with sum 1. "
            f"Received: fractions={dict(fractions)}"
        )
    if len(names) < shares.size:
        raise ValueError(
            f"`groups` must hold at least one group for each of {shares.size} parts. "
            f"Received: {len(names)} groups"
        )
    rows = np.bincount(group_of_row, minlength=len(names))
    stratum = _rarest_label(labels, group_of_row, len(names))
    order = np.array([_hash(name, seed) for name in names])
    part = _place(rows, stratum, order, np.cumsum(shares))
    _fill_empty(part, rows, order, shares.size)
    part_of_row = part[group_of_row]
    return {
        name: np.flatnonzero(part_of_row == index)
        for index, name in enumerate(fractions)
    }


def _hash(name: str, seed: int) -> int:
    # Names of files may hold bytes that are no text.
    key = f"{seed}\x1f{name}".encode(errors="surrogateescape")
    digest = hashlib.blake2b(key, digest_size=7)
    return int.from_bytes(digest.digest(), "big")


def _rarest_label(
    labels: ArrayLike | None, group_of_row: np.ndarray, num_groups: int
) -> np.ndarray:
    """Returns for each group the rarest label among its rows, as a number."""
    stratum = np.zeros(num_groups, dtype=np.int64)
    if labels is None:
        return stratum
    if np.shape(labels) != group_of_row.shape:
        raise ValueError(
            "`labels` must have one entry a row. "
            f"Received: shape {np.shape(labels)} for {group_of_row.size} rows"
        )
    _, code, count = np.unique(labels, return_inverse=True, return_counts=True)
    rank = np.empty(count.size, dtype=np.int64)
    rank[np.argsort(count, kind="stable")] = np.arange(count.size)
    stratum[:] = count.size
    np.minimum.at(stratum, group_of_row, rank[code])
    return stratum


def _place(
    rows: np.ndarray, stratum: np.ndarray, order: np.ndarray, borders: np.ndarray
) -> np.ndarray:
    """Gives each group the part in which the middle of its rows falls."""
    part = np.zeros(rows.size, dtype=np.int64)
    for value in np.unique(stratum):
        members = np.flatnonzero(stratum == value)
        members = members[np.argsort(order[members], kind="stable")]
        middle = np.cumsum(rows[members]) - rows[members] / 2
        position = middle / rows[members].sum()
        place = np.searchsorted(borders, position, side="right")
        part[members] = np.minimum(place, borders.size - 1)
    return part


def _fill_empty(
    part: np.ndarray, rows: np.ndarray, order: np.ndarray, num_parts: int
) -> None:
    """Moves the smallest group of the part with most groups into each empty part."""
    for empty in range(num_parts):
        if (part == empty).any():
            continue
        largest = np.argmax(np.bincount(part, minlength=num_parts))
        members: Any = np.flatnonzero(part == largest)
        part[members[np.lexsort((order[members], rows[members]))[0]]] = empty
