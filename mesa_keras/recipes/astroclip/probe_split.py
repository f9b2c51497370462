"""Training, validation and test rows of a probe, by object."""

from typing import Any

import numpy as np

_PARTS = ("train", "validation", "test")
_SHARES = {"train": 0.7, "validation": 0.15, "test": 0.15}


def probe_split(
    splits: Any, groups: np.ndarray, usable: np.ndarray, seed: int = 0
) -> tuple[dict[str, np.ndarray], str]:
    """Parts rows by the stored split, or by object where there is none.

    Args:
        splits: Name of the split of each row, `(n,)`, empty for none.
        groups: Object of each row, `(n,)`.
        usable: Rows to part, rising.
        seed: Seed of a split made here.

    Returns:
        Rows of `train`, `validation` and `test`, and a sentence on how they came.
    """
    names = np.asarray(splits, dtype=object).astype(str)[usable]
    stored = {name: usable[names == name] for name in _PARTS}
    if len(stored["train"]) and len(stored["test"]):
        if len(stored["validation"]):
            return stored, "the stored split"
        kept, chosen = _parted(stored["train"], groups, [0.85, 0.15], seed)
        parts = {"train": kept, "validation": chosen, "test": stored["test"]}
        return parts, "the stored split; 15 % of the training objects choose"
    shares = list(_SHARES.values())
    parts = dict(zip(_PARTS, _parted(usable, groups, shares, seed), strict=True))
    return parts, "at random by object, 70, 15 and 15 %"


def _parted(
    rows: np.ndarray, groups: np.ndarray, shares: list[float], seed: int
) -> list[np.ndarray]:
    """Rows in parts of about these shares of the objects, each object in one."""
    objects, code = np.unique(groups[rows], return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(objects))
    limits = np.round(np.cumsum(shares) * len(objects)).astype(int)
    part = np.searchsorted(limits, order, side="right")[code]
    return [rows[part == number] for number in range(len(shares))]
