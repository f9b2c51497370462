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
from mesa_keras.preprocessing.spectrum import (
    air_to_vacuum,
    join_spectra,
    resample_spectrum,
    vacuum_to_air,
    wavelength_grid,
)

__all__ = [
    "STATISTIC_MEANINGS",
    "STATISTIC_NAMES",
    "VIEW_CONVENTION",
    "air_to_vacuum",
    "bin_median",
    "flatten",
    "frame_image",
    "frame_statistics",
    "global_edges",
    "global_view",
    "join_spectra",
    "local_edges",
    "local_view",
    "make_views",
    "normalize_view",
    "phase_fold",
    "resample_spectrum",
    "stretch",
    "vacuum_to_air",
    "wavelength_grid",
]
