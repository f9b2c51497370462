"""From a raw light curve to views: detrend, clip, fold, bin, measure, scale.

`candidate_views` does all of it. `make_views` only folds, bins and scales, by the
convention of the published views.
"""

from mesa_keras.preprocessing.binning import bin_median
from mesa_keras.preprocessing.detrend_light_curve import (
    DetrendedLightCurve,
    detrend_light_curve,
)
from mesa_keras.preprocessing.flatten import flatten
from mesa_keras.preprocessing.fold import Ephemeris, phase_fold
from mesa_keras.preprocessing.transit_scalars import SCALARS
from mesa_keras.preprocessing.views import (
    VIEW_CONVENTION,
    global_edges,
    global_view,
    local_edges,
    local_view,
    make_views,
    normalize_view,
)
from mesa_keras.preprocessing.views_candidate import CandidateViews, candidate_views
from mesa_keras.preprocessing.views_settings import ViewSettings

__all__ = [
    "SCALARS",
    "VIEW_CONVENTION",
    "CandidateViews",
    "DetrendedLightCurve",
    "Ephemeris",
    "ViewSettings",
    "bin_median",
    "candidate_views",
    "detrend_light_curve",
    "flatten",
    "global_edges",
    "global_view",
    "local_edges",
    "local_view",
    "make_views",
    "normalize_view",
    "phase_fold",
]
