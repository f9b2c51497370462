"""Raw arrays to model inputs, in NumPy only."""

from mesa_keras.preprocessing.frame_statistics import (
    STATISTIC_MEANINGS,
    STATISTIC_NAMES,
    frame_statistics,
)
from mesa_keras.preprocessing.galaxy_image import (
    is_same_pixel_scale,
    place_image,
    rescale_image,
    to_pixel_scale,
)
from mesa_keras.preprocessing.image import frame_image, stretch
from mesa_keras.preprocessing.light_curve import (
    SCALARS,
    VIEW_CONVENTION,
    CandidateViews,
    DetrendedLightCurve,
    Ephemeris,
    ViewSettings,
    bin_median,
    candidate_views,
    detrend_light_curve,
    flatten,
    global_edges,
    global_view,
    local_edges,
    local_view,
    make_views,
    normalize_view,
    phase_fold,
)
from mesa_keras.preprocessing.spectrum import (
    air_to_vacuum,
    join_spectra,
    resample_spectrum,
    vacuum_to_air,
    wavelength_grid,
)
from mesa_keras.preprocessing.spectrum_noise import estimate_ivar

__all__ = [
    "SCALARS",
    "STATISTIC_MEANINGS",
    "STATISTIC_NAMES",
    "VIEW_CONVENTION",
    "CandidateViews",
    "DetrendedLightCurve",
    "Ephemeris",
    "ViewSettings",
    "air_to_vacuum",
    "bin_median",
    "candidate_views",
    "detrend_light_curve",
    "estimate_ivar",
    "flatten",
    "frame_image",
    "frame_statistics",
    "global_edges",
    "global_view",
    "is_same_pixel_scale",
    "join_spectra",
    "local_edges",
    "local_view",
    "make_views",
    "normalize_view",
    "phase_fold",
    "place_image",
    "resample_spectrum",
    "rescale_image",
    "stretch",
    "to_pixel_scale",
    "vacuum_to_air",
    "wavelength_grid",
]
