"""Blocks of galaxy pairs of any number of rows, cut into shards."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

Block: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]


def rechunked(
    parts: Iterable[Block | Callable[[], Block]], sizes: Sequence[int]
) -> Iterator[Block]:
    """Cuts blocks of any size into shards.

    Args:
        parts: Blocks of `(images, flux, ivar)`, or functions that return them.
        sizes: Rows of each shard.

    Yields:
        Blocks of these sizes; one more where there are more rows.

    Raises:
        ValueError: If shapes differ, or rows are left that fill no shard.
    """
    waiting: list[Block] = []
    number = 0
    for part in parts:
        block = part() if callable(part) else part
        lengths = {len(array) for array in block}
        if len(lengths) != 1:
            raise ValueError(
                "the arrays of a block must have as many rows. "
                f"Received: {', '.join(str(np.shape(array)) for array in block)}"
            )
        if waiting and any(
            np.shape(a)[1:] != np.shape(b)[1:]
            for a, b in zip(block, waiting[0], strict=True)
        ):
            raise ValueError(
                "the blocks of `parts` must have one shape. Received: "
                f"{[np.shape(a)[1:] for a in waiting[0]]}, then "
                f"{[np.shape(a)[1:] for a in block]}"
            )
        waiting.append(block)
        while waiting:
            size = sizes[number] if number < len(sizes) else 1
            have = sum(len(block[0]) for block in waiting)
            if have < size:
                break
            whole = [np.concatenate(arrays) for arrays in zip(*waiting, strict=True)]
            yield whole[0][:size], whole[1][:size], whole[2][:size]
            number += 1
            waiting = [(whole[0][size:], whole[1][size:], whole[2][size:])]
            if have == size:
                waiting = []
    if waiting:
        raise ValueError(
            f"`parts` must fill the {sum(sizes)} rows of `index`. Received: too few or "
            "too many rows"
        )
