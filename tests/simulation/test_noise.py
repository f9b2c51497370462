import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.simulation import (
    LONG_CADENCE_DAYS,
    kepler_noise_ppm,
    median_noise,
    points_per_bin,
)


def test_typical_values():
    # Gilliland et al. 2011: about 28 to 30 ppm at 6.5 h for a star of magnitude 12.
    assert 24 < kepler_noise_ppm(12.0, 6.5) < 32
    assert 60 < kepler_noise_ppm(15.0, 6.0) < 120


@given(st.floats(7, 18), st.floats(0.1, 2.0), st.floats(0.1, 20.0))
def test_grows_with_magnitude_and_falls_with_time(magnitude, fainter, hours):
    noise = kepler_noise_ppm(magnitude, hours)
    assert kepler_noise_ppm(magnitude + fainter, hours) > noise
    assert kepler_noise_ppm(magnitude, 4 * hours) == pytest.approx(noise / 2)


def test_missing_magnitude():
    assert np.isnan(kepler_noise_ppm([12.0, np.nan])).tolist() == [False, True]
    with pytest.raises(ValueError, match="`duration_hours` must be positive"):
        kepler_noise_ppm(12.0, 0.0)


@pytest.mark.parametrize("num", [1, 2, 3, 5, 20, 101])
def test_noise_of_medians(num):
    draws = np.random.default_rng(num).normal(scale=3.0, size=(40_000, num))
    expected = np.median(draws, axis=1).std()
    assert median_noise(3.0, num) == pytest.approx(
        expected, rel=0.03 if num % 2 else 0.12
    )


def test_points_in_a_bin():
    whole = points_per_bin(10.0, 10.0, span_days=100.0, duty_cycle=0.5)
    assert whole == pytest.approx(50 / LONG_CADENCE_DAYS)
    assert points_per_bin(0.1, 10.0) * 100 == pytest.approx(points_per_bin(10.0, 10.0))
