import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesa_keras.preprocessing.transit_secondary import find_secondary

PERIOD, DURATION, NOISE = 7.0, 0.2, 1e-4
TIME = np.arange(0.0, 80.0, 0.02)
FLUX = 1 + NOISE * np.random.default_rng(0).normal(size=TIME.size)


def find(time, flux):
    phase = (time + PERIOD / 2) % PERIOD - PERIOD / 2
    return find_secondary(
        phase, flux, period=PERIOD, duration_days=DURATION, noise=NOISE
    )


@given(st.floats(0.06, 0.94))
@settings(max_examples=20)
def test_finds_an_eclipse_at_any_phase(where):
    away = np.abs((TIME - where * PERIOD + 3) % PERIOD - 3)
    dip = find(TIME, FLUX - 3e-4 * (away < DURATION / 2))
    assert dip.phase_days == pytest.approx(where * PERIOD, abs=DURATION / 5)
    assert dip.snr > 15


def test_transits_slow_waves_and_single_points_are_none():
    transit = np.abs((TIME + 3) % PERIOD - 3) < DURATION / 2
    wave = 2e-4 * np.cos(2 * np.pi * TIME / PERIOD)
    flux = FLUX - 0.1 * transit + wave
    flux[777] = 0.5
    assert find(TIME, flux).snr < 6


def test_needs_data():
    near = np.abs((TIME + 3) % PERIOD - 3) < 0.25
    assert find(TIME[near], FLUX[near]) is None
    assert find(TIME[:0], FLUX[:0]) is None


def test_a_period_far_longer_than_the_light_curve_takes_no_more_memory():
    phase = TIME - 30.0
    away = np.abs(phase - 20.0) < DURATION / 2
    found = [
        find_secondary(
            phase, FLUX - 3e-4 * away, period=p, duration_days=DURATION, noise=NOISE
        )
        for p in (110.0, 1e12)
    ]
    for dip in found:
        assert dip.phase_days == pytest.approx(20.0, abs=DURATION / 5)
    assert found[1].snr == pytest.approx(found[0].snr, rel=0.05)
