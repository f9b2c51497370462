"""Guards against inputs and splits that give the answer away."""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import ArrayLike

LEAKING_COLUMNS = (
    "label",
    "koi_score",
    "koi_fpflag_*",
    "koi_pdisposition",
    "koi_disposition",
    "kepler_name",
    "kepoi_name",
    "toi*",
    "tfopwg_disp*",
    "disposition",
    "cls",
    "part",
    "split",
    "dup_view",
    "interpolated_run",
)


def _normalized(name: str) -> str:
    """Undoes case, spaces, hyphens and odd encodings, which change no column."""
    plain = unicodedata.normalize("NFKC", name).replace("\ufeff", "").strip()
    return re.sub(r"[\s\-_]+", "_", plain).casefold()


def check_no_leak(names: str | Iterable[str], extra: Iterable[str] = ()) -> None:
    """Raises if a column that gives the label away is named as an input.

    Args:
        names: Names of input columns.
        extra: Further names or patterns (`*` stands for anything) to refuse.

    Raises:
        ValueError: Names the first such column and what it matches.
    """
    patterns = {_normalized(pattern): pattern for pattern in LEAKING_COLUMNS}
    patterns |= {_normalized(pattern): pattern for pattern in extra}
    for name in [names] if isinstance(names, str) else names:
        for normalized, pattern in patterns.items():
            if fnmatchcase(_normalized(name), normalized):
                raise ValueError(
                    f"Column {name!r} gives the label away and must not be an input "
                    f"(it matches {pattern!r}). Remove it from the features."
                )


def check_disjoint(**groups: ArrayLike) -> None:
    """Raises if two splits share a star or an object.

    Numbers and texts are compared as written, so 757450, 757450.0 and "757450" are the
    same star. Missing ids (None, NaN, empty) are left out.

    Args:
        **groups: Ids of each split by its name, as in
            `check_disjoint(train=a, test=b)`.

    Raises:
        ValueError: Names the two splits, how many they share, and one of them.
    """
    sets = {name: _ids(values) for name, values in groups.items()}
    for (first, a), (second, b) in itertools.combinations(sets.items(), 2):
        shared = a & b
        if shared:
            raise ValueError(
                f"Splits '{first}' and '{second}' share {len(shared)} of their stars "
                f"or objects, for example {min(shared)!r}. Each must be in one only."
            )


def _ids(values: ArrayLike) -> set[str]:
    ids = set()
    for value in np.unique(np.asarray(values, dtype=object).astype(str)):
        text = str(value).strip()
        if re.fullmatch(r"[+-]?\d+\.0*", text):
            text = text.split(".")[0]
        if text.casefold() not in ("", "nan", "none", "<na>", "nat"):
            ids.add(text)
    return ids
