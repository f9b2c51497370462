"""From a raw light curve to views: ours against lightkurve's flatten, fold and bin.

python -m benchmarks.light_curve_views --curves 6

Simulated light curves of a whole Kepler mission (65,000 half-hour exposures, 16
quarters with levels of their own, spots, white noise of 100 ppm, a planet) become
views.
lightkurve's chain is `flatten` (Savitzky-Golay, its default window of 101 cadences)
with and without a mask on the transits, `fold`, and `bin` into a global and a local
view. Ours detrends by wotan's biweight and local parabolas, leaves outliers out, finds
and masks a secondary eclipse, makes all eight views with scatters and counts, the
matrix of single transits, and fits the scalars. Both run on one core, all libraries
with one thread; the processor's time is given, which other programs on the machine
lengthen little. Depths are read from the local view in the same way, against that of
the noiseless planet.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.machine import machine
from mesa_keras.preprocessing import (
    Ephemeris,
    candidate_views,
    flatten,
    global_view,
    local_edges,
    local_view,
)
from mesa_keras.simulation.injection import Injection

POINTS = 65_000
CADENCE_DAYS = 0.02043359821692
LOCAL_BINS, LOCAL_DURATIONS, GLOBAL_BINS = 61, 5.0, 201


def simulate(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, Any]:
    """Returns time, relative flux, quarter and the planet that is in it."""
    rng = np.random.default_rng(seed)
    time = 131.5 + CADENCE_DAYS * np.arange(80_000)
    time = time[((time - 131.5) % 31 > 0.9) & (rng.uniform(size=time.size) > 0.01)]
    time = time[:POINTS]
    quarter = ((time - 131.5) // 93).astype(np.int64)
    planet = Injection(
        period=rng.uniform(4, 20),
        epoch=133.0,
        radius_ratio=rng.uniform(0.015, 0.04),
        scaled_semimajor_axis=rng.uniform(12, 30),
        impact=rng.uniform(0, 0.6),
    )
    flux = planet.flux(time, CADENCE_DAYS)
    rotation = rng.uniform(8, 30)
    for harmonic in (1, 2):
        angle = 2 * np.pi * (harmonic * time / rotation + rng.uniform())
        flux *= 1 + 1e-3 / harmonic * np.sin(angle)
    flux += 1e-4 * rng.normal(size=time.size)
    levels = rng.uniform(0.98, 1.02, size=int(quarter.max()) + 1)
    flux *= levels[quarter]
    # Each quarter by its own median, as both users would do.
    for number in range(levels.size):
        flux[quarter == number] /= np.median(flux[quarter == number])
    return time, flux, quarter, planet


def ours(time: np.ndarray, flux: np.ndarray, quarter: np.ndarray, planet: Any) -> Any:
    """All views and scalars; returns days and flux of the local view, and the depth."""
    transits = Ephemeris(
        period=planet.period, epoch=planet.epoch, duration=planet.duration()
    )
    views = candidate_views(
        time, flux, transits, segment=quarter, exposure_days=CADENCE_DAYS
    )
    return local_days(planet), 1 + views.flux["local"], views.scalars["measured_depth"]


def three_steps(
    time: np.ndarray, flux: np.ndarray, quarter: np.ndarray, planet: Any
) -> Any:
    """Our detrending, folding and binning alone, as lightkurve's chain."""
    arguments = (planet.period, planet.epoch)
    flat = flatten(time, flux, *arguments, planet.duration())
    global_view(time, flat, *arguments)
    view = local_view(time, flat, *arguments, planet.duration())
    return local_days(planet), view, float("nan")


def theirs(masked: bool) -> Callable[..., Any]:
    """The chain of lightkurve, with or without a mask on the transits."""

    def chain(
        time: np.ndarray, flux: np.ndarray, quarter: np.ndarray, planet: Any
    ) -> Any:
        import lightkurve

        curve = lightkurve.LightCurve(time=time, flux=flux)
        ephemeris = {
            "period": planet.period,
            "transit_time": planet.epoch,
            "duration": 1.5 * planet.duration() / 24,
        }
        mask = curve.create_transit_mask(**ephemeris) if masked else None
        flat = curve.flatten(window_length=101, mask=mask)
        folded = flat.fold(period=planet.period, epoch_time=planet.epoch)
        folded.bin(time_bin_size=planet.period / GLOBAL_BINS)
        width = LOCAL_DURATIONS * planet.duration() / 24
        near = folded[np.abs(folded.time.value) < width / 2]
        step = width / LOCAL_BINS
        local = near.bin(time_bin_size=step)
        view = np.asarray(local.flux.value, dtype=float)
        return local.time.value, view, float("nan")

    return chain


def local_days(planet: Any) -> np.ndarray:
    """Days from mid-transit of the bins of our local view."""
    edges = local_edges(planet.period, planet.duration(), LOCAL_BINS, LOCAL_DURATIONS)
    return (edges[1:] + edges[:-1]) / 2


def view_depth(days: np.ndarray, view: np.ndarray, planet: Any) -> float:
    """Depth of a local view in ppm: its middle below what is beside the transit."""
    place = days * 24 / planet.duration()
    inside, beside = np.abs(place) < 0.25, np.abs(place) > 1.0
    return float(1e6 * (np.nanmean(view[beside]) - np.nanmean(view[inside])))


def true_depth(time: np.ndarray, planet: Any) -> float:
    """The same of the planet alone."""
    arguments = (planet.period, planet.epoch, planet.duration())
    flux = planet.flux(time, CADENCE_DAYS)
    view = local_view(time, flux, *arguments, LOCAL_BINS, LOCAL_DURATIONS)
    return view_depth(local_days(planet), view, planet)


def measure(way: Callable[..., Any], curves: list[Any]) -> dict[str, float]:
    """Least processor time of a curve, and errors of the depth over all."""
    way(*curves[0])  # loads and compiles what is needed
    seconds, errors, fits = [], [], []
    for curve in curves:
        start = time.process_time()
        days, view, depth = way(*curve)
        seconds.append(time.process_time() - start)
        true = true_depth(curve[0], curve[3])
        errors.append(view_depth(days, view, curve[3]) / true - 1)
        fits.append(depth / curve[3].depth() - 1)
    return {
        "least": min(seconds),
        "median": float(np.median(seconds)),
        "error": float(np.sqrt(np.mean(np.square(errors)))),
        "bias": float(np.mean(errors)),
        "fit": float(np.sqrt(np.mean(np.square(fits)))),
    }


def main(argv: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--curves", type=int, default=6, help="simulated light curves")
    arguments = parser.parse_args(argv)
    print(machine("numpy", "wotan", "numba", "lightkurve", "astropy"))
    # Read when numba and BLAS are loaded.
    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        curves = [simulate(seed) for seed in range(arguments.curves)]
        found = {
            "ours, all views and scalars": measure(ours, curves),
            "ours, the same three steps": measure(three_steps, curves),
            "lightkurve": measure(theirs(masked=False), curves),
            "lightkurve, transits masked": measure(theirs(masked=True), curves),
        }
    print(f"{arguments.curves} simulated light curves of {POINTS:,} points, one core:")
    print(f"{'':30s}{'ms':>8s}{'median':>8s}{'1/s':>7s}{'depth rms':>11s}{'bias':>8s}")
    for name, values in found.items():
        print(
            f"{name:30s}{1e3 * values['least']:8.1f}{1e3 * values['median']:8.1f}"
            f"{1 / values['median']:7.1f}{values['error']:11.1%}{values['bias']:8.1%}"
        )
    first, steps, *rest = found.values()
    for name, other in zip(list(found)[2:], rest, strict=True):
        whole, alone = (other["median"] / way["median"] for way in (first, steps))
        print(f"{whole:.1f} times as fast as {name}, {alone:.1f} in the same steps")
    print(f"fitted depth, ours: rms {first['fit']:.1%} of the true one")


if __name__ == "__main__":
    main()
