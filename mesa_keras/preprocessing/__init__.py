"""Raw arrays to model inputs, in NumPy only."""

from mesa_keras.preprocessing.frame_statistics import (
    STATISTIC_MEANINGS,
    STATISTIC_NAMES,
    frame_statistics,
)
from mesa_keras.preprocessing.image import frame_image, stretch
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
    "STATISTIC_MEANINGS",
    "STATISTIC_NAMES",
    "VIEW_CONVENTION",
    "bin_median",
    "flatten",
    "frame_image",
    "frame_statistics",
    "global_edges",
    "global_view",
    "local_edges",
    "local_view",
    "make_views",
    "normalize_view",
    "phase_fold",
    "stretch",
]
