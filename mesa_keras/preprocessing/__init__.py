"""Raw arrays to model inputs, in NumPy only."""

from mesa_keras.preprocessing.light_curve import (
    VIEW_CONVENTION,
    bin_median,
    flatten,
    global_edges,
    global_view,
    local_edges,
    local_view,
    make_views,
    normalize_view,
    phase_fold,
)

__all__ = [
    "VIEW_CONVENTION",
    "bin_median",
    "flatten",
    "global_edges",
    "global_view",
    "local_edges",
    "local_view",
    "make_views",
    "normalize_view",
    "phase_fold",
]
