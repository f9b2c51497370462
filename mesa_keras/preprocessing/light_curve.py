"""From a raw light curve to views: detrend, fold, bin, scale."""

from mesa_keras.preprocessing.binning import bin_median
from mesa_keras.preprocessing.flatten import flatten
from mesa_keras.preprocessing.fold import phase_fold
from mesa_keras.preprocessing.views import (
    VIEW_CONVENTION,
    global_edges,
    global_view,
    local_edges,
    local_view,
    make_views,
    normalize_view,
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
