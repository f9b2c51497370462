import numpy as np
import pandas as pd
import pytest
from astropy import constants, units
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.readers import read_candidates
from mesa_keras.recipes.mesa import derived_features as df

SUN = {"stellar_radius": 1.0, "stellar_logg": 4.43807}
YEAR = 365.25
# HD 209458: Torres et al. (2008).
HD209458 = {"stellar_radius": 1.155, "stellar_logg": 4.361}


def test_constants_are_those_of_astropy():
    assert constants.R_sun.si.value == pytest.approx(df.SOLAR_RADIUS_M)
    assert constants.R_earth.si.value == pytest.approx(df.EARTH_RADIUS_M)
    assert constants.au.si.value == pytest.approx(df.ASTRONOMICAL_UNIT_M)
    assert constants.G.si.value == pytest.approx(df.GRAVITATIONAL_CONSTANT)
    flux = constants.L_sun / (4 * np.pi * constants.R_sun**2 * constants.sigma_sb)
    assert (flux**0.25).to_value(units.K) == pytest.approx(5772, abs=0.5)


def test_density_of_the_sun():
    assert float(df.stellar_density(**SUN)) == pytest.approx(1.410, abs=0.002)


def test_earth_crosses_the_sun_in_thirteen_hours():
    density = df.stellar_density(**SUN)
    assert float(df.expected_duration(YEAR, density)) == pytest.approx(13.0, abs=0.05)
    assert float(df.scaled_semimajor_axis(YEAR, density)) == pytest.approx(215, abs=0.3)


def test_earth_gives_84_ppm_and_gets_one_insolation():
    depth = (constants.R_earth / constants.R_sun).to_value("") ** 2 * 1e6
    assert depth == pytest.approx(84.05, abs=0.01)
    assert float(df.radius_from_depth(depth, 1.0)) == pytest.approx(1.0)
    light = df.insolation(YEAR, 5772.0, **SUN)
    assert float(light) == pytest.approx(1.0, abs=1e-3)


def test_hd_209458_b():
    density = df.stellar_density(**HD209458)
    hours = df.expected_duration(3.52475, density, impact=0.507, radius_ratio=0.1209)
    assert float(hours) == pytest.approx(3.07, abs=0.08)
    assert float(df.scaled_semimajor_axis(3.52475, density)) == pytest.approx(
        8.76, abs=0.1
    )


def test_grazing_missing_and_engulfed_orbits():
    density = df.stellar_density(**SUN)
    central, high, missed = df.expected_duration(10.0, density, [0, 0.9, 1.2], 0.1)
    assert central > high > 0
    assert np.isnan(missed)
    assert np.isnan(df.expected_duration(0.05, density))


numbers = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.just(1.0))


@given(st.lists(numbers, min_size=7, max_size=7))
def test_any_value_gives_a_number_or_nan_without_warning(values):
    names = [
        *("period", "duration", "depth", "planet_radius"),
        *("stellar_temp", "stellar_radius", "stellar_logg"),
    ]
    derived = df.derive(pd.DataFrame([dict(zip(names, values, strict=True))]))
    assert tuple(derived) == df.DERIVED_COLUMNS
    for column in derived.values():
        assert column.dtype == np.float64
        assert not np.isinf(column).any()


def test_absent_and_missing_columns_give_nan():
    frame = pd.DataFrame({"period": [10.0, np.nan], "stellar_radius": [1.0, 1.0]})
    for column in df.derive(frame).values():
        assert np.isnan(column).all()


def test_agrees_with_the_catalogue(real_data):
    frame = read_candidates(real_data / "koi/train_data.csv").frame
    derived = df.derive(frame)
    light = derived["derived_insolation"] / frame["insolation"]
    assert np.nanmedian(light) == pytest.approx(1.0, abs=0.03)
    planets = (frame["label"] == "CONFIRMED").to_numpy()
    assert np.nanmedian(derived["radius_ratio"][planets]) == pytest.approx(1, abs=0.1)
    assert 0.6 < np.nanmedian(derived["duration_ratio"][planets]) < 1.1
