"""Which rows are one object, or come from one."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd


def object_groups(tables: Sequence[Any]) -> list[np.ndarray]:
    """Numbers the objects of tables that are used together.

    Rows share a number if they share an `object_id` or, as simulated objects made of
    one galaxy do, a `source_id`, also by way of further rows.

    Args:
        tables: `pandas.DataFrame`s with `object_id` and, where it is known,
            `source_id`; a missing or negative one says that it is not.

    Returns:
        Per table a number of each row, int64 `(rows,)`, with one meaning in all.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    together = pd.concat([table["object_id"] for table in tables], ignore_index=True)
    objects = pd.factorize(together)[0]
    source = np.concatenate([_sources(table) for table in tables])
    known = source >= 0
    sources = pd.factorize(source)[0]
    num = objects.max(initial=-1) + 1
    size = num + sources.max(initial=-1) + 1
    links = coo_array(
        (np.ones(known.sum()), (objects[known], num + sources[known])),
        shape=(size, size),
    )
    group = connected_components(links, directed=False)[1][objects].astype(np.int64)
    limits = np.cumsum([0, *(len(table) for table in tables)])
    return [group[low:high] for low, high in itertools.pairwise(limits)]


def _sources(table: Any) -> np.ndarray:
    """Source of each row of a table as int64, -1 where it is not known.

    Table by table: beside one without sources, ids would become floats, in which those
    of neighbouring objects of DESI are one number.
    """
    if "source_id" not in table:
        return np.full(len(table), -1, dtype=np.int64)
    column = table["source_id"]
    known = np.asarray(column.notna() & (column >= 0), dtype=bool)
    found = np.full(len(table), -1, dtype=np.int64)
    found[known] = column[known].to_numpy(dtype=np.int64)
    return found
