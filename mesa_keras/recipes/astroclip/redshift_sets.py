"""Which rows redshifts are taken from, predicted for, and calibrated on."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.recipes.astroclip.embeddings import Embeddings, check_same_model
from mesa_keras.recipes.astroclip.object_groups import object_groups

ALL = "all"
NONE = "none"
CALIBRATION = "calibration"


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Rows of embeddings that play one part.

    Attributes:
        embeddings: Where the rows are.
        split: Name of the split; `"all"` for every row.
        rows: All rows of the split, rising.
        valid: Those of them that are valid, rising.
        groups: Object of each row of `embeddings`, with one meaning in all parts.
    """

    embeddings: Embeddings
    split: str
    rows: np.ndarray
    valid: np.ndarray
    groups: np.ndarray

    @property
    def redshift(self) -> np.ndarray:
        """Redshifts of all rows of the embeddings, NaN where unknown."""
        return np.asarray(self.embeddings.table["redshift"], dtype=np.float64)

    def described(self) -> dict[str, object]:
        """What a result says of this part."""
        return {
            "split": self.split,
            "num_rows": len(self.rows),
            "num_valid": len(self.valid),
            "num_objects": len(np.unique(self.groups[self.valid])),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class RedshiftSets:
    """Everything that one prediction run reads.

    Attributes:
        reference: Whose redshifts are averaged.
        query: Whose redshifts are predicted.
        calibration: On whom the widths are fitted; `None` to fit each half of the
            queries on the other.
        num_shared: Query objects that are among the reference too, where one set was
            asked for, and are left out of their own neighbours.
    """

    reference: Part
    query: Part
    calibration: Part | None
    num_shared: int


def redshift_sets(
    embeddings: Embeddings,
    reference: Embeddings | None = None,
    *,
    reference_split: str = "train",
    query_split: str = "test",
    calibration_split: str | None = None,
) -> RedshiftSets:
    """Picks the rows of each part.

    Two splits of different names must share no object. Where they are of one name, or
    one is `"all"`, reference and queries may be one set: then no object is its own
    neighbour, and calibration objects that are queried are left out.

    Args:
        embeddings: Those of the queries.
        reference: Those of the reference; by default the same.
        reference_split: Split whose redshifts are averaged, or `"all"`.
        query_split: Split whose redshifts are predicted, or `"all"`.
        calibration_split: Split that widths are fitted on, or `"none"`; by default
            `"calibration"` if there is one. It is taken from the reference, or from
            the queries' embeddings where those have none; where the queries include it,
            there is none.

    Raises:
        ValueError: If the embeddings are of two models, a split has no row, or two
            splits share an object.
    """
    own = reference is None or reference is embeddings
    other = embeddings if reference is None else reference
    check_same_model(embeddings, other, "`embeddings` and `reference`")
    if own:
        groups = object_groups([embeddings.table]) * 2
    else:
        groups = object_groups([embeddings.table, other.table])
    query = _part(embeddings, query_split, groups[0], "query_split")
    source = _part(other, reference_split, groups[1], "reference_split")
    if not len(source.valid):
        raise ValueError(
            f"`reference_split` {reference_split!r} has {len(source.rows)} rows, but "
            "none is valid: there is no redshift to take."
        )
    calibration = _calibration(query, source, calibration_split)
    _check_disjoint(source, "reference_split", query, "query_split")
    if calibration is not None:
        _check_disjoint(source, "reference_split", calibration, "calibration_split")
        _check_disjoint(calibration, "calibration_split", query, "query_split")
    shared = np.isin(groups[0][query.rows], groups[1][source.valid])
    return RedshiftSets(
        reference=source,
        query=query,
        calibration=calibration,
        num_shared=len(np.unique(groups[0][query.rows][shared])),
    )


def _part(
    embeddings: Embeddings, split: str, groups: np.ndarray, argument: str
) -> Part:
    splits = embeddings.table["split"].astype(str)
    chosen = np.full(len(splits), True) if split == ALL else np.asarray(splits == split)
    if not chosen.any():
        counts = splits[splits != ""].value_counts()
        known = ", ".join(f"{name} ({count:,} rows)" for name, count in counts.items())
        raise ValueError(
            f"`{argument}` must be a split of the embeddings, which have "
            f"{known or 'no splits'}, or {ALL!r}. Received: {split!r}"
        )
    rows = np.flatnonzero(chosen)
    return Part(
        embeddings=embeddings,
        split=split,
        rows=rows,
        valid=rows[embeddings.valid[rows]],
        groups=groups,
    )


def _calibration(query: Part, reference: Part, named: str | None) -> Part | None:
    split = CALIBRATION if named is None else named
    if split == NONE:
        return None
    having = [
        part
        for part in (reference, query)
        if (part.embeddings.table["split"].astype(str) == split).any()
    ]
    if named is not None and not having:
        # What is named must be there: this says which splits are.
        _part(reference.embeddings, split, reference.groups, "calibration_split")
    for part in having:
        inside = part.embeddings is query.embeddings and query.split in (ALL, split)
        if not inside:
            found = _part(part.embeddings, split, part.groups, "calibration_split")
            # An object of the queries would be a test object.
            queried = part.groups[found.valid]
            free = ~np.isin(queried, query.groups[query.rows])
            return Part(
                embeddings=found.embeddings,
                split=split,
                rows=found.rows,
                valid=found.valid[free],
                groups=found.groups,
            )
    return None


def _check_disjoint(first: Part, name: str, second: Part, other: str) -> None:
    """Raises if two splits share an object, unless they were asked for as one set."""
    if ALL in (first.split, second.split) or first.split == second.split:
        return
    shared = np.isin(second.groups[second.rows], first.groups[first.rows])
    if shared.any():
        row = second.rows[shared][0]
        count = len(np.unique(second.groups[second.rows[shared]]))
        raise ValueError(
            f"`{name}` {first.split!r} and `{other}` {second.split!r} share {count:,} "
            "of their objects, for example object_id "
            f"{second.embeddings.table['object_id'].iloc[row]}. Each must be in one "
            "split only."
        )
