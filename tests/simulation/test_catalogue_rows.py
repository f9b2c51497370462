import numpy as np
import pandas as pd
import pytest

from mesa_keras.simulation import transit_duration
from mesa_keras.simulation.catalogue_rows import (
    COLUMNS,
    TYPICAL_MAGNITUDE,
    catalogue_columns,
    rows_with_density,
    transit_parameters,
)

GAPS = dict.fromkeys(COLUMNS, np.nan)


def resolve(**cells):
    return transit_parameters(GAPS | cells, np.random.default_rng(0))


def test_duration_in_hours_sets_the_orbit():
    transit = resolve(period=10.0, duration=4.0, depth=1e4, impact=0.3)
    hours = transit_duration(
        10.0, transit.scaled_semimajor_axis, transit.radius_ratio, 0.3
    )
    assert hours == pytest.approx(4.0)
    assert transit.depth == pytest.approx(0.01)


SUN = {"stellar_radius": 1.0, "stellar_logg": 4.438, "stellar_mass": 1.0}


@pytest.mark.parametrize("gap", SUN)
def test_density_of_the_star_sets_the_orbit(gap):
    cells = {"period": 10.0, "depth": 100.0, "impact": 0.0}
    known = {name: value for name, value in SUN.items() if name != gap}
    for duration in ({}, {"duration": 12.0}):
        transit = resolve(**cells, **known, **duration)
        assert transit.scaled_semimajor_axis == pytest.approx(19.5, abs=0.1)
        assert transit.duration == pytest.approx(3.95, abs=0.1)
    dense = {"stellar_radius": 0.5, "stellar_mass": 0.5, "stellar_logg": 4.739}
    del dense[gap]
    # Four times the Sun's density: an orbit 4^(1/3) times as wide in stellar radii.
    red = resolve(**cells, **dense, duration=12.0)
    assert red.scaled_semimajor_axis == pytest.approx(19.5 * 4 ** (1 / 3), abs=0.2)
    giant = resolve(**cells, stellar_radius=10.0, stellar_logg=2.5, duration=1.0)
    assert giant.duration > 5 * 3.95


def test_a_gravity_goes_before_a_mass():
    cells = {"period": 10.0, "depth": 100.0, "stellar_radius": 1.0}
    both = resolve(**cells, stellar_logg=4.438, stellar_mass=8.0)
    assert both.scaled_semimajor_axis == pytest.approx(19.5, abs=0.1)


@pytest.mark.parametrize("known", [{}, *({name: value} for name, value in SUN.items())])
def test_duration_sets_the_orbit_where_the_density_is_not_known(known):
    cells = {"period": 10.0, "depth": 100.0, "impact": 0.0}
    long = resolve(**cells, **known, duration=6.0)
    assert long.duration == 6.0
    assert long.scaled_semimajor_axis < 14
    # Without either the star is a typical one: here the Sun.
    assert resolve(**cells, **known).duration == pytest.approx(3.95, abs=0.1)


def test_rows_with_density():
    nan = np.nan
    frame = pd.DataFrame(
        {
            "stellar_radius": [1.0, 1.0, nan, nan, -1.0],
            "stellar_logg": [4.4, nan, 4.4, nan, 4.4],
            "stellar_mass": [nan, 1.0, 1.0, 1.0, nan],
        }
    )
    assert rows_with_density(frame).tolist() == [True, True, True, False, False]
    assert not rows_with_density(frame[["stellar_mass"]]).any()


def test_radii_stand_in_for_the_depth():
    transit = resolve(period=10.0, planet_radius=10.0, stellar_radius=0.5, impact=0.0)
    assert transit.radius_ratio == pytest.approx(0.1834, abs=0.001)
    assert np.isnan(transit.depth)
    assert transit.magnitude == TYPICAL_MAGNITUDE


def test_grazing_transits_take_the_radii():
    cells = {"period": 3.0, "duration": 2.0, "depth": 2000.0, "impact": 1.1}
    known = resolve(**cells, planet_radius=30.0, stellar_radius=1.0)
    assert known.radius_ratio == pytest.approx(0.275, abs=0.001)
    assert known.impact == 1.1
    unknown = resolve(**cells)
    assert unknown.impact == pytest.approx(1 - unknown.radius_ratio)


def test_impossible_rows_still_have_a_transit():
    long = resolve(period=1.0, duration=40.0, depth=1e4)
    assert long.scaled_semimajor_axis == pytest.approx(1.05 * (1 + long.radius_ratio))
    beside = resolve(period=1.0, planet_radius=1.0, stellar_radius=1.0, impact=50.0)
    assert beside.impact == 1


def test_missing_impact_is_drawn_evenly():
    rng = np.random.default_rng(0)
    cells = GAPS | {"period": 10.0, "duration": 4.0, "depth": 100.0}
    drawn = [transit_parameters(cells, rng).impact for _ in range(2000)]
    assert np.mean(drawn) == pytest.approx(0.5, abs=0.03)
    assert max(drawn) < 1


def test_columns_of_any_type():
    frame = pd.DataFrame(
        {"period": pd.array([1, None], dtype="Int64"), "x": ["a", "b"]}
    )
    columns = catalogue_columns(frame)
    assert set(columns) == set(COLUMNS)
    assert np.isnan(columns["period"]).tolist() == [False, True]
    assert np.isnan(columns["depth"]).all()
