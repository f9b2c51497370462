"""Simulated data: transits, a whole survey, and the noise and stars that they need."""

from mesa_keras.simulation.catalogue_rows import rows_with_density
from mesa_keras.simulation.noise import (
    KEPLER_DUTY_CYCLE,
    KEPLER_SPAN_DAYS,
    LONG_CADENCE_DAYS,
    kepler_noise_ppm,
    median_noise,
    points_per_bin,
)
from mesa_keras.simulation.stars import (
    EARTH_RADIUS_SOLAR,
    quadratic_limb_darkening,
    scaled_semimajor_axis,
    semimajor_axis_from_duration,
    stellar_density,
    transit_duration,
    typical_logg,
)
from mesa_keras.simulation.survey import simulate_candidates, simulate_survey
from mesa_keras.simulation.survey_files import SURVEY_FILES, write_survey
from mesa_keras.simulation.transits import simulate_views_from_rows, transit_flux

__all__ = [
    "EARTH_RADIUS_SOLAR",
    "KEPLER_DUTY_CYCLE",
    "KEPLER_SPAN_DAYS",
    "LONG_CADENCE_DAYS",
    "SURVEY_FILES",
    "kepler_noise_ppm",
    "median_noise",
    "points_per_bin",
    "quadratic_limb_darkening",
    "rows_with_density",
    "scaled_semimajor_axis",
    "semimajor_axis_from_duration",
    "simulate_candidates",
    "simulate_survey",
    "simulate_views_from_rows",
    "stellar_density",
    "transit_duration",
    "transit_flux",
    "typical_logg",
    "write_survey",
]
