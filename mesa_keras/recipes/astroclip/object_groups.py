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

    together = pd.concat(
        [table.reindex(columns=["object_id", "source_id"]) for table in tables],
        ignore_index=True,
    )
    objects = pd.factorize(together["object_id"])[0]
    source = together["source_id"]
    # -1 where there is none.
    sources = pd.factorize(source.where(source >= 0))[0]
    num = objects.max(initial=-1) + 1
    size = num + sources.max(initial=-1) + 1
    known = sources >= 0
    links = coo_array(
        (np.ones(known.sum()), (objects[known], num + sources[known])),
        shape=(size, size),
    )
    group = connected_components(links, directed=False)[1][objects].astype(np.int64)
    limits = np.cumsum([0, *(len(table) for table in tables)])
    return [group[low:high] for low, high in itertools.pairwise(limits)]
