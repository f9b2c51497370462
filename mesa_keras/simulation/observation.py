"""A simulated observation: cadences, noise, trends, and their removal."""

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.signal import lfilter

from mesa_keras.preprocessing import bin_median, phase_fold
from mesa_keras.simulation.noise import LONG_CADENCE_DAYS, kepler_noise_ppm

# Kepler's first long-cadence data, BKJD.
START_DAY = 131.5
MONTH_DAYS = 31.0
DOWNLINK_DAYS = 0.9
LOST_FRACTION = 0.01

MASK_DURATIONS = 1.5
TREND_DAYS = 1.0
TREND_DURATIONS = 3.0
# A mask that hides more than this leaves too little to see a trend by.
LARGEST_MASK = 0.6


def cadences(window_days: float, rng: np.random.Generator) -> np.ndarray:
    """Returns times of half-hour exposures, without monthly downlinks and lost ones."""
    time = START_DAY + LONG_CADENCE_DAYS * np.arange(window_days / LONG_CADENCE_DAYS)
    month = (time - START_DAY) % MONTH_DAYS
    return time[
        (month >= DOWNLINK_DAYS) & (rng.uniform(size=time.size) > LOST_FRACTION)
    ]


def stellar_noise(
    time: np.ndarray, magnitude: float, evolved: float, rng: np.random.Generator
) -> np.ndarray:
    """Returns the flux of a star on which nothing transits.

    Spots that turn with the star, granulation (a first-order autoregressive process),
    white noise by magnitude with a spread of 20 % from star to star, and a new level
    and slope of the instrument after each downlink.

    Args:
        time: Times from `cadences`.
        magnitude: Kepler magnitude.
        evolved: Star's radius over that of a dwarf of its mass: giants seethe more.
        rng: Source of randomness.

    Returns:
        Flux near 1, shape of `time`.
    """
    white = 1e-6 * kepler_noise_ppm(magnitude) * rng.lognormal(0.0, 0.2)
    flux = 1 + white * rng.standard_normal(time.size)
    granulation = 2e-5 * evolved**1.5 * rng.lognormal(0.0, 0.4)
    memory = np.exp(-LONG_CADENCE_DAYS / rng.uniform(0.05, 0.4))
    steps = granulation * np.sqrt(1 - memory**2) * rng.standard_normal(time.size)
    flux += lfilter([1.0], [1.0, -memory], steps)
    rotation = rng.uniform(6.0, 35.0)
    spots = rng.lognormal(np.log(1e-3), 1.0)
    for harmonic in (1, 2, 3):
        angle = 2 * np.pi * (harmonic * time / rotation + rng.uniform())
        flux += spots * rng.uniform() / harmonic**1.5 * np.sin(angle)
    month = ((time - START_DAY) // MONTH_DAYS).astype(int)
    within = (time - START_DAY) % MONTH_DAYS / MONTH_DAYS
    levels, slopes = 1e-3 * rng.standard_normal((2, int(month.max()) + 1))
    return np.asarray(flux + levels[month] + slopes[month] * within)


def remove_trend(
    time: np.ndarray, flux: np.ndarray, period: float, epoch: float, duration: float
) -> np.ndarray:
    """Divides a light curve by its slow trend, found outside the transits.

    The trend is the monotone cubic (PCHIP) through medians over one day, or three
    durations if that is longer, month by month. It stands in for the biweight of
    `preprocessing.flatten`, which takes some hundred times as long.

    Args:
        time: Ascending times from `cadences`.
        flux: Flux near 1.
        period: Period in days.
        epoch: A transit's centre, days.
        duration: Transit duration in hours.

    Returns:
        Flux over trend, shape of `time`.
    """
    away = np.abs(phase_fold(time, period, epoch)) > MASK_DURATIONS * duration / 48
    if away.mean() < 1 - LARGEST_MASK:
        away = np.ones(time.shape, dtype=bool)
    window = max(TREND_DAYS, TREND_DURATIONS * duration / 24)
    trend = np.ones(time.shape)
    borders = np.flatnonzero(np.diff(time) > DOWNLINK_DAYS / 2) + 1
    for part in np.split(np.arange(time.size), borders):
        used = part[away[part]]
        if not used.size:
            continue
        first, last = time[part[0]], time[part[-1]] + LONG_CADENCE_DAYS / 2
        count = max(int(np.round((last - first) / window)), 1)
        edges = np.linspace(first, last, count + 1)
        medians = bin_median(time[used], flux[used], edges)
        centers = bin_median(time[used], time[used], edges)
        known = np.isfinite(medians)
        if known.sum() < 2:
            trend[part] = medians[known]
            continue
        curve = PchipInterpolator(centers[known], medians[known])
        trend[part] = curve(time[part])
    return flux / trend
