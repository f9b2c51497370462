import numpy as np
import pytest

from mesa_keras.preprocessing import Ephemeris, detrend_light_curve
from mesa_keras.preprocessing.detrend_noise import red_noise_factor, trend_noise_factor
from mesa_keras.simulation.injection import Injection

pytestmark = pytest.mark.usefixtures("wotan_compiled")
TIME = np.arange(0.0, 60.0, 0.02)
NOISE = 2e-4
PLANET = Injection(
    period=5.3, epoch=2.0, radius_ratio=0.1, scaled_semimajor_axis=12, impact=0.3
)
TRANSITS = Ephemeris(period=5.3, epoch=2.0, duration=PLANET.duration())


def light_curve(*signals):
    flux = 800 * (1 + NOISE * np.random.default_rng(0).normal(size=TIME.size))
    for signal in signals:
        flux = flux * signal.flux(TIME, 0.02)
    return flux


def test_flat_outside_and_whole_inside():
    star = 1 + 3e-3 * np.sin(TIME)
    flat = detrend_light_curve(TIME, light_curve(PLANET) * star, TRANSITS)
    left = flat.flux - PLANET.flux(flat.time, 0.02)
    assert left.std() < 1.2 * NOISE
    inside = TRANSITS.near(flat.time, 0.8)
    assert abs(left[inside].mean()) < 1e-4
    # No point of a transit is lost.
    assert inside.sum() == TRANSITS.near(TIME, 0.8).sum()
    assert flat.noise == pytest.approx(NOISE, rel=0.05)
    assert flat.exposure_days == pytest.approx(0.02)
    np.testing.assert_allclose(flat.trend / star, 800, rtol=1e-3)


def test_places_and_masks_are_those_of_the_input():
    flux = light_curve(PLANET)
    flux[50], flux[70] = np.nan, 900.0
    order = np.random.default_rng(1).permutation(TIME.size)
    flat = detrend_light_curve(TIME[order], flux[order], TRANSITS)
    assert (np.diff(flat.time) > 0).all()
    np.testing.assert_array_equal(TIME[order][flat.kept], flat.time)
    assert order[np.flatnonzero(flat.clipped)].tolist() == [70]
    assert np.isnan(flat.trend[np.flatnonzero(order == 50)])


def test_other_planets_are_left_out():
    other = Injection(
        period=7.9, epoch=2.1, radius_ratio=0.2, scaled_semimajor_axis=15, impact=0.1
    )
    times = Ephemeris(period=7.9, epoch=2.1, duration=other.duration())
    flux = light_curve(PLANET, other)
    flat = detrend_light_curve(TIME, flux, TRANSITS, others=[times])
    np.testing.assert_array_equal(flat.hidden, times.near(TIME, 1.5))
    assert flat.flux[~TRANSITS.near(flat.time, 1.5)].min() > 1 - 6 * NOISE
    with_it = detrend_light_curve(TIME, flux, TRANSITS)
    assert with_it.flux[~TRANSITS.near(with_it.time, 1.5)].min() < 0.97


def test_what_hides_most_transits_is_no_other_planet():
    twice = Ephemeris(period=2 * 5.3, epoch=2.0, duration=3.0)
    once = Ephemeris(period=5.3, epoch=2.01, duration=3.0)
    own = TRANSITS.near(TIME, 0.9)
    flat = detrend_light_curve(TIME, light_curve(PLANET), TRANSITS, others=[once])
    assert not flat.hidden[own].any()
    flat = detrend_light_curve(TIME, light_curve(PLANET), TRANSITS, others=[twice])
    assert flat.hidden[own].mean() == pytest.approx(0.5, abs=0.1)


def test_a_certain_secondary_eclipse_does_not_enter_the_trend():
    binary = Injection(
        period=5.3,
        epoch=2.0,
        radius_ratio=0.1,
        scaled_semimajor_axis=12,
        impact=0.3,
        secondary_depth=2000,
        secondary_phase=0.4,
    )
    flat = detrend_light_curve(TIME, light_curve(binary), TRANSITS)
    assert flat.secondary.snr > 20
    assert flat.secondary.phase_days / 5.3 == pytest.approx(0.4, abs=0.005)
    left = flat.flux - binary.flux(flat.time, 0.02)
    eclipse = np.abs((flat.time - 2.0 - 0.4 * 5.3 + 2) % 5.3 - 2) < 0.05
    assert abs(left[eclipse].mean()) < 1e-4


def test_no_noise_at_all():
    flat = detrend_light_curve(TIME, 5 * PLANET.flux(TIME), TRANSITS)
    assert flat.noise < 1e-7
    assert 0 < flat.point_error() < 1e-6
    assert flat.flux.size == TIME.size


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"flux": np.ones(9)}, "must be one-dimensional and of one length"),
        ({"flux": np.full(99, np.nan)}, "must have finite points outside the transits"),
        ({"flux": np.zeros(99)}, "must have a positive median"),
        ({"segment": np.ones(99)}, "`segment` must be an integer for each time"),
        ({"segment": np.ones(9, int)}, "`segment` must be an integer for each time"),
        ({"window": -1.0}, "`window` must be positive days"),
    ],
)
def test_rejects(changed, message):
    good = {"time": np.linspace(0, 9, 99), "flux": np.ones(99), "ephemeris": TRANSITS}
    with pytest.raises(ValueError, match=message):
        detrend_light_curve(**(good | changed))


def test_red_noise():
    rng = np.random.default_rng(2)
    white = 1 + rng.normal(size=TIME.size)
    assert red_noise_factor(TIME, white, 0.2, 1.0) < 1.15
    # Every ten points in a row alike: means of ten scatter as single points do.
    blocks = 1 + np.repeat(rng.normal(size=TIME.size // 10), 10)
    factor = red_noise_factor(TIME + 0.01, blocks, 0.2, 1.0)
    assert factor == pytest.approx(np.sqrt(10), rel=0.15)
    assert red_noise_factor(TIME[:20], white[:20], 0.2, 1.0) == 1.0


def test_trend_noise():
    assert trend_noise_factor(0.01, 1.0) == pytest.approx(1, abs=0.02)
    assert trend_noise_factor(0.1, 1.0) == pytest.approx(np.sqrt(1 + 0.3 / 0.85))
