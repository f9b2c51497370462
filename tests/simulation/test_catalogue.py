import collections

import numpy as np
import pytest

from mesa_keras.simulation.catalogue import (
    LABELS,
    Measurement,
    catalogue_event,
    catalogue_star,
    draw_label,
    measure,
    observed_ephemeris,
)
from mesa_keras.simulation.population import Event, Star
from mesa_keras.simulation.signals import Transit

SUN = Star(temperature=5772, radius=1.0, logg=4.438, magnitude=12.0, evolved=1.0)
EARTH = Event(
    kind="planet",
    period=365.25,
    epoch=200.0,
    duration=13.0,
    impact=0.0,
    signal=Transit(
        period=365.25,
        epoch=200.0,
        radius_ratio=0.00917,
        scaled_semimajor_axis=215.0,
        impact=0.0,
        limb_darkening=(0.4, 0.26),
    ),
)


def rows(count):
    rng = np.random.default_rng(0)
    measured = Measurement(depth=1e-4, snr=50.0, num_transits=4)
    made = []
    for _ in range(count):
        star = catalogue_star(SUN, rng)
        ephemeris = observed_ephemeris(EARTH, 50.0, 1470.0, rng)
        made.append(star | catalogue_event(star, EARTH, ephemeris, measured, rng))
    return {name: np.array([row[name] for row in made]) for name in made[0]}


def test_measures_a_box():
    rng = np.random.default_rng(0)
    time = np.arange(0, 100, 0.02)
    phase = np.abs((time - 1.0 + 2.5) % 5.0 - 2.5)
    flux = 1 - 0.01 * (phase < 0.1) + rng.normal(scale=1e-3, size=time.size)
    measured = measure(time, flux, 5.0, 1.0, 4.8)
    assert measured.depth == pytest.approx(0.01, rel=0.05)
    assert measured.num_transits == 20
    assert measured.snr == pytest.approx(10 * np.sqrt((phase < 0.1).sum()), rel=0.1)


def test_nothing_to_measure():
    time = np.arange(0, 2, 0.02)
    assert measure(time, np.ones(100), 50.0, 30.0, 5.0).num_transits == 0


def test_values_scatter_around_the_truth():
    columns = rows(400)
    for name, true, spread in (
        ("stellar_temp", 5772, 0.025),
        ("stellar_radius", 1.0, 0.15),
        ("insolation", 1.0, 0.25),
        ("equilibrium_temp", 255, 0.07),
        ("duration", 13.0, 0.046),
        ("period", 365.25, 2.2e-6),
    ):
        assert np.nanmedian(columns[name]) == pytest.approx(true, rel=0.03)
        relative = np.nanstd(columns[name]) / true
        assert 0.3 * spread < relative < 2 * spread


def test_orbit_follows_from_the_catalogues_own_star():
    columns = rows(50)
    axis_au = np.cbrt(
        10 ** (columns["stellar_logg"] - 4.438)
        * columns["stellar_radius"] ** 2
        * (columns["period"] / 365.25) ** 2
    )
    luminosity = columns["stellar_radius"] ** 2 * (columns["stellar_temp"] / 5772) ** 4
    np.testing.assert_allclose(
        columns["insolation"], luminosity / axis_au**2, rtol=0.02
    )
    np.testing.assert_allclose(
        columns["equilibrium_temp"], 254.6 * columns["insolation"] ** 0.25, rtol=0.01
    )


def test_there_are_gaps():
    columns = rows(1000)
    for name in ("depth", "planet_radius", "impact", "model_snr", "stellar_radius"):
        assert 0.002 < np.isnan(columns[name]).mean() < 0.06
    starless = np.isnan(columns["stellar_radius"])
    for name in ("insolation", "equilibrium_temp", "planet_radius"):
        assert np.isnan(columns[name][starless]).all()
    for name in ("period", "epoch", "duration", "magnitude"):
        assert np.isfinite(columns[name]).all()


def labels(kind, snr, num_transits=20, siblings=0):
    rng = np.random.default_rng(1)
    measured = Measurement(depth=1e-3, snr=snr, num_transits=num_transits)
    drawn = [draw_label(kind, measured, siblings, rng) for _ in range(2000)]
    counts = collections.Counter(drawn)
    assert set(counts) <= set(LABELS)
    return {name: counts[name] / 2000 for name in LABELS}


def test_labels_follow_the_rule():
    assert labels("planet", 11)["CONFIRMED"] == pytest.approx(0.5, abs=0.04)
    assert labels("planet", 110)["CONFIRMED"] > 0.98
    assert labels("planet", 11, siblings=1)["CONFIRMED"] > 0.75
    assert labels("planet", 11, num_transits=2)["CONFIRMED"] < 0.25
    assert labels("planet", 11)["FALSE POSITIVE"] == pytest.approx(0.03, abs=0.015)
    passed = labels("background_binary", 15)
    assert passed["CANDIDATE"] == pytest.approx(0.25, abs=0.04)
    assert passed["CONFIRMED"] == 0
    assert labels("background_binary", 90)["CANDIDATE"] < 0.12
