import numpy as np
import pytest

from mesa_keras.simulation import EARTH_RADIUS_SOLAR, simulate_survey
from mesa_keras.simulation.kinds import KINDS
from mesa_keras.simulation.population import Event, Star
from mesa_keras.simulation.signals import EclipsingBinary, Pulsation, Transit
from mesa_keras.simulation.truth import true_parameters

SUN = Star(temperature=5772, radius=1.0, logg=4.438, magnitude=12.0, evolved=1.0)
ORBIT = Transit(
    period=4.0,
    epoch=1.0,
    radius_ratio=0.5,
    scaled_semimajor_axis=10.0,
    impact=0.0,
    limb_darkening=(0.0, 0.0),
)


def event(kind, signal, period=4.0):
    return Event(
        kind=kind, period=period, epoch=1.0, duration=3.0, impact=0.0, signal=signal
    )


def test_a_transit_is_as_deep_as_its_area():
    truth = true_parameters(event("planet", ORBIT), SUN)
    assert truth["depth"] == pytest.approx(250_000, rel=1e-3)
    assert (truth["orbital_period"], truth["radius_ratio"]) == (4.0, 0.5)
    assert np.isnan(truth["secondary_depth"])
    assert truth["magnitude"] == 12.0


def test_a_diluted_binary_found_at_half_its_period():
    signal = EclipsingBinary(primary=ORBIT, surface_brightness=0.8, light_fraction=0.01)
    truth = true_parameters(event("background_binary", signal, period=2.0), SUN)
    # Light 1 + 0.25 * 0.8: the eclipses hide 0.25 and 0.2 of it.
    assert truth["depth"] == pytest.approx(1e4 * 0.25 / 1.2, rel=1e-3)
    assert truth["secondary_depth"] == pytest.approx(1e4 * 0.2 / 1.2, rel=1e-3)
    assert (truth["period"], truth["orbital_period"]) == (2.0, 4.0)
    assert truth["light_fraction"] == 0.01


def test_what_is_no_orbit_has_none():
    wave = Pulsation(
        period=2.0, epoch=1.0, amplitude=1e-3, harmonic=0.0, beat_days=20.0, beat=0.0
    )
    truth = true_parameters(event("variability", wave), SUN)
    assert truth["depth"] == pytest.approx(1000)
    assert np.isnan([truth["orbital_period"], truth["radius_ratio"]]).all()


def test_the_catalogue_scatters_around_the_truth():
    frame, _, truth = simulate_survey(200, 0)
    assert list(frame["object_id"]) == list(truth["object_id"])
    assert set(truth["kind"]) == set(KINDS)
    np.testing.assert_allclose(frame["period"], truth["period"], rtol=3e-3)
    assert (frame["period"] != truth["period"]).all()
    planets = (truth["kind"] == "planet") & (frame["model_snr"] > 20)
    radius = truth["radius_ratio"] * truth["stellar_radius"] / EARTH_RADIUS_SOLAR
    for measured, true, low, high in (
        (frame["planet_radius"], radius, 0.08, 0.4),
        (frame["depth"], truth["depth"], 0.01, 0.3),
        (frame["stellar_radius"], truth["stellar_radius"], 0.08, 0.25),
    ):
        error = np.log(measured / true)[planets].dropna()
        assert low < error.std() < high
        assert abs(error.median()) < 0.1
