import numpy as np
import pytest

from mesa_keras.preprocessing import phase_fold
from mesa_keras.simulation import scaled_semimajor_axis, stellar_density
from mesa_keras.simulation.signals import (
    EclipsingBinary,
    InstrumentEvents,
    Pulsation,
    Transit,
)

TIME = np.arange(0, 40, 0.01)
ORBIT = {
    "period": 4.0,
    "epoch": 1.0,
    "scaled_semimajor_axis": 10.0,
    "limb_darkening": (0.0, 0.0),
}


def depth_at(signal, phase):
    """Light lost at a phase of the orbit, in cycles."""
    primary = getattr(signal, "primary", signal)
    time = primary.epoch + phase * primary.period
    return 1 - signal.flux(np.array([time]))[0]


def binary(ratio=0.5, impact=0.0, **changed):
    primary = Transit(radius_ratio=ratio, impact=impact, **ORBIT)
    return EclipsingBinary(primary=primary, **({"surface_brightness": 0.5} | changed))


def test_earth_over_sun_is_84_ppm():
    transit = Transit(
        **ORBIT
        | {"period": 365.25}
        | {"scaled_semimajor_axis": 215.0, "radius_ratio": 0.009168, "impact": 0.0}
    )
    assert 1e6 * depth_at(transit, 0) == pytest.approx(84, abs=0.5)


def test_one_percent_is_ten_thousand_ppm():
    transit = Transit(radius_ratio=0.1, impact=0.0, **ORBIT)
    assert 1e6 * depth_at(transit, 0) == pytest.approx(10_000, rel=1e-3)


def test_central_transit_of_the_sun_lasts_as_theory_says():
    axis = float(scaled_semimajor_axis(10.0, stellar_density(4.438, 1.0)))
    parameters = {"period": 10.0, "scaled_semimajor_axis": axis, "impact": 0.0}
    transit = Transit(**ORBIT | parameters | {"radius_ratio": 0.05})
    dark = transit.flux(np.arange(0, 10, 0.001)) < 1 - 0.5 * 0.05**2
    # Earth's transit lasts 13 hours; durations grow as the cube root of the period.
    expected = 13.0 * (10 / 365.25) ** (1 / 3)
    assert dark.sum() * 0.001 * 24 == pytest.approx(expected, rel=0.03)
    assert transit.duration() == pytest.approx(expected * 1.05, rel=0.02)


def test_only_near_transit_is_it_dark():
    transit = Transit(radius_ratio=0.1, impact=0.3, **ORBIT)
    flux = transit.flux(TIME)
    far = np.abs(phase_fold(TIME, 4.0, 1.0)) * 24 > transit.duration() / 2 + 0.5
    assert (flux[far] == 1).all()
    assert flux.min() < 0.991


def test_eclipses_of_equal_discs():
    # k = 0.5, half the surface brightness: light 1 + 0.125, each eclipse hides
    # 0.25 of the primary or the whole secondary.
    pair = binary()
    assert depth_at(pair, 0) == pytest.approx(0.25 / 1.125, rel=1e-3)
    assert depth_at(pair, 0.5) == pytest.approx(0.125 / 1.125, rel=1e-3)
    assert depth_at(pair, 0.25) == pytest.approx(0, abs=1e-9)


def test_dilution_scales_both_eclipses():
    pair, faint = binary(), binary(light_fraction=0.01)
    for phase in (0, 0.5):
        assert depth_at(faint, phase) == pytest.approx(0.01 * depth_at(pair, phase))


def test_secondary_moves_on_eccentric_orbits():
    pair = binary(secondary_phase=0.6)
    assert depth_at(pair, 0.6) > 0.1
    assert depth_at(pair, 0.5) == pytest.approx(0, abs=1e-9)


def test_found_at_half_the_period_odd_and_even_differ():
    pair = binary(ratio=0.9, surface_brightness=0.8)
    odd, even = depth_at(pair, 0), depth_at(pair, 0.5)
    assert odd > even > 0.3 * odd
    assert odd / even == pytest.approx(1 / 0.8, rel=1e-3)


def test_grazing_eclipses_are_v_shaped():
    def flatness(signal):
        phase = np.linspace(-0.03, 0.03, 301)
        flux = signal.flux(1.0 + 4.0 * phase)
        dip = (1 - flux) / (1 - flux).max()
        return (dip > 0.9).sum() / (dip > 0.1).sum()

    assert flatness(binary(0.5, impact=1.2)) < 0.35 < flatness(binary(0.3))


def test_ellipsoidal_variation_is_brightest_at_quadrature():
    pair = binary(ellipsoidal=0.02)
    assert depth_at(pair, 0.25) < depth_at(pair, 0.15)
    assert depth_at(pair, 0.25) < 0


def test_pulsation_is_darkest_at_the_epoch():
    wave = Pulsation(
        period=2.0, epoch=3.0, amplitude=1e-3, harmonic=0.5, beat_days=20.0, beat=0.0
    )
    flux = wave.flux(TIME)
    assert 1e6 * (1 - flux.min()) == pytest.approx(1500, rel=0.01)
    assert phase_fold(TIME[flux.argmin()], 2.0, 3.0) == pytest.approx(0, abs=0.02)


def test_steps_recover_and_bands_are_smooth():
    events = {"times": (5.0, 20.0), "depths": (1e-3, 2e-3), "length": 0.5}
    step = InstrumentEvents(sudden=True, **events).flux(TIME)
    assert step[TIME < 5].min() == 1
    assert 1 - step[500] == pytest.approx(1e-3, rel=0.05)
    assert 1 - step[550] == pytest.approx(1e-3 / np.e, rel=0.05)
    band = InstrumentEvents(sudden=False, **events).flux(TIME)
    assert 1 - band.min() == pytest.approx(2e-3, rel=0.01)
    assert np.abs(np.diff(band)).max() < 2e-4
