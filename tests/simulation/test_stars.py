import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.simulation import (
    quadratic_limb_darkening,
    scaled_semimajor_axis,
    semimajor_axis_from_duration,
    stellar_density,
    transit_duration,
    typical_logg,
)
from mesa_keras.simulation.stars import central_intensity, radius_of_solar_mass


def test_sun_and_earth():
    assert stellar_density(4.438, 1.0) == pytest.approx(1.41, rel=0.005)
    assert scaled_semimajor_axis(365.256, 1.41) == pytest.approx(215.0, rel=0.002)
    # 13 hours: the Earth before the Sun.
    assert transit_duration(365.256, 215.0, 0.00917) == pytest.approx(13.1, abs=0.1)


def test_missing_values_stay_missing():
    assert np.isnan(stellar_density(np.nan, 1.0))
    assert np.isnan(transit_duration(3.0, [np.nan, 9.0], 0.1)).tolist() == [True, False]


@given(st.floats(0.5, 400), st.floats(3, 200), st.floats(0, 0.3), st.floats(0, 0.9))
def test_duration_and_orbit_are_inverse(period, axis, ratio, impact):
    hours = float(transit_duration(period, axis, ratio, impact))
    assert semimajor_axis_from_duration(period, hours, ratio, impact) == pytest.approx(
        axis, rel=1e-6
    )


def test_no_transit_beside_the_star():
    assert transit_duration(3.0, 10.0, 0.1, 1.2) == 0


def test_typical_stars():
    assert typical_logg(1.0) == pytest.approx(4.438, abs=0.001)
    assert typical_logg(0.5) == pytest.approx(4.66, abs=0.01)
    assert 2.2 < typical_logg(10.0) < 3.0
    assert radius_of_solar_mass(4.438) == pytest.approx(1.0, abs=0.001)
    assert radius_of_solar_mass(2.438) == pytest.approx(10.0, rel=0.001)


@given(st.floats(1.0, 50_000.0))
def test_limb_darkening_is_physical(temperature):
    u1, u2 = quadratic_limb_darkening(temperature)
    mu = np.linspace(0, 1, 50)
    intensity = 1 - u1 * (1 - mu) - u2 * (1 - mu) ** 2
    assert (intensity > 0).all()
    assert (np.diff(intensity) > 0).all()


def test_limb_darkening_by_temperature():
    cool, hot = quadratic_limb_darkening(4500.0), quadratic_limb_darkening(6500.0)
    assert cool[0] > hot[0]
    assert quadratic_limb_darkening(np.nan) == pytest.approx((0.40, 0.26))
    with pytest.raises(ValueError, match="`stellar_temp` must be positive kelvin"):
        quadratic_limb_darkening(0.0)


def test_brightness_averages_to_one():
    # Mean over the disc: the integral over r^2 from 0 to 1.
    r = np.sqrt((np.arange(20_000) + 0.5) / 20_000)
    values = [central_intensity((0.4, 0.26), float(b)) for b in r]
    assert np.mean(values) == pytest.approx(1, abs=1e-4)
