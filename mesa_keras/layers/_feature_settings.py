"""Checks of the arguments of `FeatureNormalization`."""

import math
from collections.abc import Mapping, Sequence

TRANSFORMS = ("linear", "log10", "asinh", "quantile")


def check_settings(
    columns: Sequence[str],
    transforms: Mapping[str, str],
    units: Mapping[str, float],
    clip: float,
    num_quantiles: int,
) -> None:
    """Raises where an argument of the layer is out of range or names no column."""
    if isinstance(columns, str) or len(set(columns)) < len(columns) or not columns:
        raise ValueError(
            "`columns` must be a sequence of names without duplicates. "
            f"Received: columns={columns!r}"
        )
    for argument, mapping in (("transforms", transforms), ("units", units)):
        unknown = sorted(set(mapping) - set(columns))
        if unknown:
            raise ValueError(
                f"`{argument}` must name columns only. Received: {unknown}, "
                f"columns={tuple(columns)}"
            )
    for column, transform in transforms.items():
        if transform not in TRANSFORMS:
            raise ValueError(
                f"`transforms` must be of {TRANSFORMS}. "
                f"Received: {transform!r} for column {column!r}"
            )
    for column, factor in units.items():
        if not 0 < factor < math.inf:
            raise ValueError(
                "`units` must be positive and finite. "
                f"Received: {factor} for column {column!r}"
            )
    if not clip > 0 or num_quantiles < 2:
        raise ValueError(
            "`clip` must be positive and `num_quantiles` at least 2. "
            f"Received: clip={clip}, num_quantiles={num_quantiles}"
        )
