import shutil

import numpy as np
import pytest

from mesa_keras.recipes.mesa.pretrain_data import PARTS, mix
from mesa_keras.recipes.mesa.pretrain_sets import load_sets
from mesa_keras.recipes.mesa.pretrain_stages import set_shares, supervised_sets
from mesa_keras.recipes.mesa.stars import star_names
from tests.recipes.mesa.candidates import PLANET, STELLAR, make_rows, make_views, write
from tests.recipes.mesa.event_sets import (
    KEPLER,
    STEPS,
    TESS,
    load,
    small,
    write_set,
    write_sets,
)

BOTH = ["kepler_tce", "tess_tce"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return write_sets(tmp_path_factory.mktemp("sets"))


@pytest.fixture(scope="module")
def events(folders):
    return load(folders)


def test_sets_are_read_with_their_own_classes(events, folders):
    assert events.labelled() == {"kepler_tce": KEPLER, "tess_tce": TESS}
    assert [path.parent for path in events.test_tables] == list(folders.values())
    for data in events.sets.values():
        assert len(data) == 160
        assert data.planet_columns == PLANET
        assert data.stellar_columns == STELLAR
        assert {name: x.shape[1] for name, x in data.views.items()} == STEPS
    kepler, tess = (events.sets[name].views["secondary_view"] for name in BOTH)
    assert np.isnan(kepler).all()
    assert np.isnan(tess).all(axis=1).mean() == pytest.approx(1 / 3, abs=0.02)


def test_no_star_is_in_two_parts_of_any_set(folders):
    """The same stars under another name are the same stars."""
    events = load({**folders, "koi": folders["kepler_tce"]}, labels={"koi": KEPLER})
    seen = {
        part: {
            star
            for name in events.sets
            for star in events.names[name][events.rows[part][name]]
        }
        for part in PARTS
    }
    for part in PARTS:
        others = set().union(*(seen[other] for other in PARTS if other != part))
        assert not seen[part] & others
        for rows in events.rows[part].values():
            assert len(rows)
    held = sum(len(rows) for rows in events.rows["calibration"].values())
    assert held == pytest.approx(0.15 * 480, abs=15)
    # The same numbers of another mission are other stars.
    kepler, tess = (set(events.names[name]) for name in BOTH)
    assert not kepler & tess
    assert set(events.sets["kepler_tce"].star_id) & set(events.sets["tess_tce"].star_id)


def test_the_stars_are_noted(events):
    known = events.known_stars()
    for name in BOTH:
        for part in PARTS:
            data = events.part(name, part)
            assert known.rows(data).all()
            assert known.trained_rows(data).all() == (part == "train")


def test_a_mixture_keeps_what_belongs_together(events):
    mixture = mix(events, "train", BOTH)
    assert mixture.set_names == tuple(BOTH)
    for k, name in enumerate(BOTH):
        rows, part = mixture.set_index == k, events.part(name, "train")
        np.testing.assert_array_equal(mixture.data.label[rows], part.label)
        np.testing.assert_array_equal(mixture.data.object_id[rows], part.object_id)
        for view in STEPS:
            np.testing.assert_array_equal(
                mixture.data.views[view][rows], part.views[view]
            )
        stars = events.names[name][events.rows["train"][name]]
        same = stars[:, None] == stars[None]
        numbers = mixture.star[rows]
        np.testing.assert_array_equal(numbers[:, None] == numbers[None], same)


def test_a_test_star_is_refused(folders, tmp_path):
    """Also where the test table is that of another set, and its number zero-padded."""
    rows = make_rows(40, KEPLER)
    for row in rows:
        row["kepmag"] = 1
    rows[7]["star_id"] = f"KIC 00{7000 + 2 * 41}"
    table = write(tmp_path / "koi", rows, make_views(rows, KEPLER))
    koi = {"koi": table.parent}
    load({**folders, **koi}, labels={"koi": KEPLER}, leave_out_test_stars=True)
    with pytest.raises(ValueError, match=r"1 events are of stars of the test table"):
        load({**folders, **koi}, labels={"koi": KEPLER})
    # Without the other set its test stars are not known, unless their table is named.
    alone = load(koi, labels={"koi": KEPLER})
    assert "no test table" in alone.notes[0]
    tests = [folders["kepler_tce"] / "test_data.csv"]
    with pytest.raises(ValueError, match=r"7082; no model may learn") as error:
        load(koi, labels={"koi": KEPLER}, test_tables=tests)
    assert str(tests[0]) in str(error.value)
    kept = load(
        koi, labels={"koi": KEPLER}, test_tables=tests, leave_out_test_stars=True
    )
    assert kept.notes == ("koi: 1 of 40 events are of test stars and left out",)
    assert len(kept.sets["koi"]) == 39
    names = star_names([kept.sets["koi"]])[0]
    assert not np.isin(names, ["KIC 7082"]).any()


def test_a_set_without_labels_is_for_the_first_stage(folders):
    events = load({**folders, "survey": folders["tess_tce"]})
    assert list(events.sets) == [*BOTH, "survey"]
    assert list(events.labelled()) == BOTH
    mixture = mix(events, "train", ["survey"])
    assert np.all(mixture.data.label == -1)
    events = load(folders, labels={"tess_tce": ()})
    assert list(supervised_sets(events, small())) == ["kepler_tce"]
    assert not any(
        "labels are none of" in note for note in events.sets["tess_tce"].warnings
    )


def test_shares_of_the_sets(events):
    config = small(mixing=("kepler_tce=3", "tess_tce=1"))
    classes = supervised_sets(events, config)
    assert set_shares(events, config, classes) == {"kepler_tce": 0.75, "tess_tce": 0.25}
    only = small(mixing=("kepler_tce=3", "tess_tce=0"))
    assert supervised_sets(events, only) == {"kepler_tce": KEPLER}
    natural = set_shares(events, small(), events.labelled())
    assert natural["kepler_tce"] == pytest.approx(0.5, abs=0.02)
    with pytest.raises(ValueError, match="`mixing` must name each labelled set"):
        supervised_sets(events, small(mixing=("kepler_tce=3",)))
    with pytest.raises(ValueError, match="needs a set with labels"):
        supervised_sets(events, small(mixing=("kepler_tce=0", "tess_tce=0")))


def test_columns_that_no_set_has_are_left_out(folders):
    config = small(planet_features=("period", "impact", "depth"))
    events = load(folders, config)
    for data in events.sets.values():
        assert data.planet_columns == ("period", "depth")
        assert data.planet_features.shape[1] == 2


def test_bad_calls(folders, tmp_path):
    with pytest.raises(ValueError, match="must name at least one set"):
        load_sets({}, small())
    with pytest.raises(
        FileNotFoundError, match="the set 'koi' needs a file train_data"
    ):
        load({"koi": tmp_path})
    with pytest.raises(ValueError, match="letters, digits and underscores"):
        load({"a-b": folders["tess_tce"]})
    with pytest.raises(ValueError, match="`labels` names 'x', which is no set"):
        load(folders, labels={"x": ("A", "B")})
    with pytest.raises(ValueError, match="must be two different classes or more"):
        load(folders, labels={"tess_tce": ("PC",)})
    with pytest.raises(ValueError, match="'tess_tce' must not name `unknown`"):
        load(folders, labels={"tess_tce": ("PC", "unknown")})
    with pytest.raises(ValueError, match="unknown label"):
        load(folders, labels={"tess_tce": ("PC", "EB")})
    with pytest.raises(ValueError, match="none of the features asked for has a value"):
        load(folders, small(planet_features=("impact",), stellar_features=()))


def test_views_must_be_alike(folders, tmp_path):
    shutil.copytree(folders["kepler_tce"], tmp_path / "other")
    with np.load(tmp_path / "other" / "views.npz") as views:
        arrays = dict(views)
    short = {**arrays, "local_view": arrays["local_view"][:, :10]}
    np.savez(tmp_path / "other" / "views.npz", **short)
    with pytest.raises(ValueError, match="view 'local_view' has 10 steps"):
        load({**folders, "other": tmp_path / "other"})
    np.savez(tmp_path / "other" / "views.npz", **arrays, convention=np.array("ppm"))
    with pytest.raises(ValueError, match="scaled by the convention"):
        load({**folders, "other": tmp_path / "other"})
    (tmp_path / "other" / "views.npz").unlink()
    with pytest.raises(ValueError, match="pretraining needs light curves"):
        load({**folders, "other": tmp_path / "other"})


def test_real_sets_share_no_test_star(real_data):
    names = ("kepler_tce", "tess_tce", "koi")
    folders = {name: real_data / name for name in names}
    config = small(
        planet_features=("period", "depth", "duration"),
        stellar_features=("stellar_temp",),
        validation_fraction=0.05,
        calibration_fraction=0.1,
    )
    events = load(folders, config)
    assert {name: len(data) for name, data in events.sets.items()} == {
        "kepler_tce": 10151,
        "tess_tce": 10650,
        "koi": 4172,
    }
    assert len(events.test_tables) == 3
    for name in names:
        held = len(events.rows["calibration"][name]) / len(events.sets[name])
        assert held == pytest.approx(0.1, abs=0.03)
    with pytest.raises(ValueError, match="events are of stars of the test table"):
        load(
            {"koi": real_data / "koi"},
            config,
            test_tables=[next((real_data / "kepler_tce").glob("train_data*"))],
        )


def test_a_set_with_too_few_stars(folders, tmp_path):
    write_set(tmp_path, 4, TESS, "sectors")
    sets = {"kepler_tce": folders["kepler_tce"], "few": tmp_path}
    with pytest.raises(ValueError, match=r"no star is left for|two classes or more"):
        load(sets, labels={"few": TESS})
