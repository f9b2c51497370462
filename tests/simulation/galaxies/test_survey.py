import json

import numpy as np
import pandas as pd
import pytest

from mesa_keras.readers.pair_store import open_pair_store
from mesa_keras.readers.pair_store_index import REQUIRED_COLUMNS
from mesa_keras.simulation.galaxies import blocks, survey
from mesa_keras.simulation.galaxies.columns import COLUMN_MEANINGS
from mesa_keras.simulation.galaxies.survey import GALAXY_FACTS, simulate_galaxies


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("survey")
    simulate_galaxies(path, 20, 3, workers=1)
    return path


def test_a_store_that_says_what_it_is(folder):
    store = open_pair_store(folder)
    assert store.num_rows == 20
    assert store.settings["simulated"] is True
    assert store.settings["about"]["seed"] == 3
    assert store.settings["about"]["num"] == 20
    assert not store.faults
    index = store.index
    np.testing.assert_array_equal(index["object_id"], 3 * 10**9 + np.arange(20))
    assert (index["split"] == "train").sum() == 14
    assert (index["split"] == "test").sum() == 4
    images = store.images(np.arange(20))
    valid = index["image_valid"].to_numpy()
    np.testing.assert_array_equal(np.isnan(images).all((1, 2, 3)), ~valid)
    flux, ivar = store.spectra(np.arange(20))
    good = index["spectrum_valid"].to_numpy()
    np.testing.assert_array_equal((ivar > 0).any(axis=1), good)
    assert np.isfinite(flux[good]).all()
    assert not list(folder.glob("rows_*"))
    assert json.loads((folder / GALAXY_FACTS).read_text())["kind"] == survey._KIND


def test_every_column_is_explained(folder):
    store = open_pair_store(folder)
    assert set(store.index) == {*REQUIRED_COLUMNS, *COLUMN_MEANINGS}
    assert store.settings["about"]["columns"] == COLUMN_MEANINGS


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing(folder, tmp_path):
    simulate_galaxies(tmp_path, 20, 3, workers=2)
    first, second = open_pair_store(folder), open_pair_store(tmp_path)
    pd.testing.assert_frame_equal(first.index, second.index)
    assert first.fingerprint == second.fingerprint


def test_a_larger_survey_begins_with_the_smaller(folder, tmp_path):
    simulate_galaxies(tmp_path, 22, 3, workers=1)
    small, large = open_pair_store(folder), open_pair_store(tmp_path)
    pd.testing.assert_frame_equal(small.index, large.index.iloc[:20])
    rows = np.arange(20)
    np.testing.assert_array_equal(small.images(rows), large.images(rows))


@pytest.fixture
def quick(monkeypatch):
    """Shards of 2 objects; and a list of the objects that are simulated."""
    made = []
    simulate = blocks.simulate_galaxy

    def counted(simulation, number):
        made.append(number)
        return simulate(simulation, number)

    monkeypatch.setattr(blocks, "simulate_galaxy", counted)
    settings = survey._settings
    monkeypatch.setattr(
        survey, "_settings", lambda about: {**settings(about), "shard_rows": 2}
    )
    monkeypatch.setattr(survey, "_CHUNK", 1)
    return made


def test_a_killed_run_goes_on(quick, tmp_path, monkeypatch):
    simulate = blocks.simulate_galaxy

    def killed(simulation, number):
        if number == 5:
            raise KeyboardInterrupt
        return simulate(simulation, number)

    with monkeypatch.context() as patch:
        patch.setattr(blocks, "simulate_galaxy", killed)
        with pytest.raises(KeyboardInterrupt):
            simulate_galaxies(tmp_path / "a", 6, workers=1)
    assert quick == [0, 1, 2, 3, 4]
    quick.clear()
    index = simulate_galaxies(tmp_path / "a", 6, workers=1)
    assert quick == [4, 5]
    whole = simulate_galaxies(tmp_path / "b", 6, workers=1)
    pd.testing.assert_frame_equal(index, whole)
    fingerprints = [open_pair_store(tmp_path / name).fingerprint for name in "ab"]
    assert fingerprints[0] == fingerprints[1]


def test_a_finished_store_grows_and_is_not_made_again(quick, tmp_path):
    first = simulate_galaxies(tmp_path, 4, workers=1)
    quick.clear()
    again = simulate_galaxies(tmp_path, 4, workers=1, test_fraction=0.5)
    assert quick == []
    assert (again["split"] != first["split"]).any()
    grown = simulate_galaxies(tmp_path, 6, workers=1)
    assert quick == [4, 5]
    pd.testing.assert_frame_equal(grown.iloc[:4], first)
    assert open_pair_store(tmp_path).num_rows == 6
    with pytest.raises(FileExistsError, match="holds 6 galaxies already"):
        simulate_galaxies(tmp_path, 4, workers=1)


def test_a_damaged_shard_is_made_again(quick, tmp_path):
    simulate_galaxies(tmp_path, 4, workers=1)
    path = tmp_path / "flux_00001.npy"
    path.write_bytes(path.read_bytes()[:-7])
    quick.clear()
    simulate_galaxies(tmp_path, 4, workers=1)
    assert quick == [2, 3]
    assert not open_pair_store(tmp_path).faults


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 4}, "holds galaxies simulated with seed 3"),
        ({"shifted_fraction": 0.5}, "shifted_fraction 0.2"),
        ({"num": 5}, "holds 20 galaxies already, more than `num`=5"),
    ],
)
def test_another_survey_is_not_overwritten(folder, changes, words):
    before = (folder / "store.json").read_bytes()
    arguments = {"num": 20, "seed": 3, "workers": 1, **changes}
    with pytest.raises(FileExistsError, match=words):
        simulate_galaxies(folder, **arguments)
    assert (folder / "store.json").read_bytes() == before


@pytest.mark.parametrize("name", ["store.json", "index.parquet"])
def test_what_was_not_simulated_stays(tmp_path, name):
    (tmp_path / name).write_text("{}")
    with pytest.raises(FileExistsError, match="was not simulated"):
        simulate_galaxies(tmp_path, 4, workers=1)
    assert (tmp_path / name).read_text() == "{}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"num": 0}, "`num` must be 1 or more"),
        ({"workers": 0}, "`workers` must be 1 or more"),
        ({"seed": -1}, "`seed` must be 0 or more"),
        ({"shifted_fraction": 2.0}, "`shifted_fraction` must be from 0 to 1"),
        ({"test_fraction": 1.0}, "`test_fraction` must be from 0"),
    ],
)
def test_wrong_arguments(tmp_path, arguments, words):
    with pytest.raises(ValueError, match=words):
        simulate_galaxies(tmp_path / "new", **{"num": 2, "workers": 1, **arguments})
    assert not (tmp_path / "new").exists()
