import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.readers import read_candidates
from mesa_keras.recipes.mesa.data import load_data
from mesa_keras.recipes.mesa.star_events import (
    STAR_EVENT_COLUMNS,
    count_events,
    star_events,
    with_star_events,
)
from mesa_keras.recipes.mesa.target_model import TargetModel
from tests.small_targets import make

NAN = np.nan
TABLE = """object_id,star_id,period,epoch,duration,label
a,7,10,100,4,PC
b,7,10.001,105,4,PC
c,7,20,101,4,FP
d,7,13.7,101,4,FP
e,8,10,100,4,PC
f,,10,100,4,PC
g,7,,100,4,PC
"""


def read(folder, text=TABLE):
    (folder / "t.csv").write_text(text)
    return read_candidates(folder / "t.csv", require_labels=False)


def counts(*events):
    """Counts of the first of events given as period, epoch, duration."""
    found = count_events(*zip(*events, strict=True))
    return [float(found[name][0]) for name in STAR_EVENT_COLUMNS]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ((10.0005, 105, 4), [1, 0, 0]),
        ((10, 100 + 37 * 10 + 0.2, 4), [1, 0, 0]),
        ((10, 100 + 37 * 10 + 0.05, 4), [0, 0, 0]),
        ((10, 99.9, 12), [0, 0, 0]),
        ((20.001, 3, 4), [0, 1, 0]),
        ((5, 3, 4), [0, 1, 0]),
        ((100.05, 3, 4), [0, 1, 0]),
        ((110, 3, 4), [0, 0, 1]),
        ((15, 3, 4), [0, 0, 1]),
        ((10.2, 105, 4), [0, 0, 1]),
        ((NAN, 3, 4), [0, 0, 0]),
        ((-3, 3, 4), [0, 0, 0]),
        ((10, NAN, 4), [NAN, 0, 0]),
        ((13, NAN, NAN), [0, 0, 1]),
    ],
)
def test_one_other_event(other, expected):
    np.testing.assert_array_equal(counts((10, 100, 4), other), expected)


def test_the_longer_transit_decides_where_one_duration_is_missing():
    assert counts((10, 100, NAN), (10, 100.2, 12)) == [0, 0, 0]
    assert counts((10, 100, NAN), (10, 100.2, 4)) == [1, 0, 0]
    assert np.isnan(counts((10, 100, NAN), (10, 100.2, NAN))[0])


@given(
    events=st.lists(
        st.tuples(st.floats(0.5, 500), st.floats(0, 1000), st.floats(0.5, 10)),
        min_size=1,
        max_size=6,
    ),
    shift=st.integers(-50, 50),
)
def test_order_and_unit_of_time_do_not_matter(events, shift):
    period, epoch, duration = map(np.array, zip(*events, strict=True))
    found = count_events(period, epoch, duration)
    total = sum(found[name] for name in STAR_EVENT_COLUMNS)
    assert (total <= len(events) - 1).all()
    turned = count_events(period[::-1], epoch[::-1], duration[::-1])
    moved = count_events(period, epoch + shift * 1024, duration)
    for name in STAR_EVENT_COLUMNS:
        np.testing.assert_array_equal(turned[name][::-1], found[name])
    # A count of periods knows of no epoch.
    for name in STAR_EVENT_COLUMNS[1:]:
        np.testing.assert_array_equal(moved[name], found[name])
    doubled = count_events(2 * period, 2 * epoch, 2 * duration)
    for name in STAR_EVENT_COLUMNS:
        np.testing.assert_array_equal(doubled[name], found[name])


def test_rows_of_a_table(tmp_path):
    table = read(tmp_path)
    found = star_events(table)
    expected = {
        "same_period_events": [1, 1, 0, 0, 0, NAN, NAN],
        "harmonic_events": [1, 1, 2, 0, 0, NAN, NAN],
        "other_period_events": [1, 1, 1, 3, 0, NAN, NAN],
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, name)


@pytest.mark.parametrize(
    "text",
    [
        "object_id,star_id,period,epoch,duration\na,1,10,1,4\nb,2,10,5,4\n",
        "object_id,period,epoch,duration\na,10,1,4\nb,10,5,4\n",
    ],
)
def test_a_table_that_cannot_tell(tmp_path, text):
    found = star_events(read(tmp_path, text))
    assert all(np.isnan(values).all() for values in found.values())
    data = load_data(
        tmp_path / "t.csv",
        labels=(),
        planet_features=("period", *STAR_EVENT_COLUMNS),
        stellar_features=(),
        require_labels=False,
        simulate_missing=False,
    )
    assert np.isnan(data.planet_features[:, 1:]).all()
    assert "same_period_events is missing for all rows: no star" in " ".join(
        data.warnings
    )


def test_as_features_and_as_columns_of_the_file(tmp_path):
    read(tmp_path)
    options = {
        "labels": ("PC", "FP"),
        "planet_features": ("period", *STAR_EVENT_COLUMNS),
        "stellar_features": (),
        "simulate_missing": False,
    }
    data = load_data(tmp_path / "t.csv", **options)
    np.testing.assert_array_equal(data.planet_features[0], [10, 1, 1, 1])
    assert not any("missing for all" in note for note in data.warnings)
    # What a search of all events told stands before what the table tells.
    text = TABLE.replace(",label", ",label,same_period_events").replace("PC", "PC,5")
    own = with_star_events(read(tmp_path, text.replace("FP", "FP,0")))
    np.testing.assert_array_equal(
        own.frame["same_period_events"], [5, 5, 0, 0, 5, 5, 5]
    )
    assert own.frame["harmonic_events"][2] == 2
    data = load_data(tmp_path / "t.csv", **options)
    assert data.planet_features[0, 1] == 5


class _Model:
    """Stands in for a trained model: what a target is asked for is its schema."""

    class_names = ("PC", "FP")
    path = None

    def __init__(self):
        self.schema = {
            "planet_features": ["period", *STAR_EVENT_COLUMNS],
            "stellar_features": ["stellar_temp"],
            "views": {"global_view": 201, "local_view": 61},
            "view_convention": "median0_min-1",
        }


@pytest.mark.usefixtures("wotan_compiled")
def test_changes_of_one_object_are_no_events_of_its_star(monkeypatch):
    monkeypatch.setattr(
        "mesa_keras.recipes.mesa.target_model.mesa_schema", lambda model: model.schema
    )
    model = TargetModel(_Model(), make())
    assert set(model.missing) == {*STAR_EVENT_COLUMNS, "stellar_temp"}
    rows = model.data([model.base, model.base]).planet_features
    assert np.isnan(rows[:, 1:]).all()
    target = make()
    known = dict.fromkeys(STAR_EVENT_COLUMNS, 0.0)
    told = dataclasses.replace(target, values={**target.values, **known})
    rows = TargetModel(_Model(), told).data([model.base, model.base]).planet_features
    np.testing.assert_array_equal(rows[:, 1:], np.zeros((2, 3)))


def test_eclipsing_binaries_of_kepler_are_found_twice(real_data):
    table = read_candidates(real_data / "kepler_tce" / "train_data.csv.gz")
    twice = star_events(table)["same_period_events"] > 0
    label = table.frame["label"]
    # Of 4,734 such events 4 are planet candidates to the Autovetter.
    assert twice.sum() > 4000
    assert (label[twice] == "AFP").mean() > 0.99
    assert (label[~twice] == "PC").mean() > 0.4
