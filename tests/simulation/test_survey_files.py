import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from mesa_keras.simulation import SURVEY_FILES, write_survey
from mesa_keras.simulation.survey import COLUMNS


def digest(folder):
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in SURVEY_FILES
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey") / "new"
    write_survey(folder, 60, seed=3)
    return folder


def test_same_seed_same_bytes(written, tmp_path):
    write_survey(tmp_path, 60, seed=3)
    assert digest(tmp_path) == digest(written)
    write_survey(tmp_path, 60, seed=4)  # an earlier simulation is replaced
    assert not set(digest(tmp_path).values()) & set(digest(written).values())


def test_files_fit_together(written):
    train, test = (pd.read_csv(written / f"{n}_data.csv") for n in ("train", "test"))
    assert tuple(train.columns) == tuple(test.columns) == COLUMNS
    assert not set(train["star_id"]) & set(test["star_id"])
    assert len(test) == pytest.approx(12, abs=4)
    ids = set(train["object_id"]) | set(test["object_id"])
    truth = pd.read_csv(written / "truth.csv")
    assert set(truth["object_id"]) == ids
    assert set(truth["object_id"][truth["split"] == "test"]) == set(test["object_id"])
    with np.load(written / "views.npz") as views:
        assert set(views["object_id"]) == ids
        assert views["global_view"].shape == (60, 201)
        assert views["local_view"].shape == (60, 61)
        assert views["local_view"].dtype == np.float16
        assert views["convention"] == "median0_min-1"
    facts = json.loads((written / "simulation.json").read_text())
    assert facts["simulated"] is True
    assert (facts["num"], facts["seed"]) == (60, 3)
    assert not [path for path in written.iterdir() if path.name not in SURVEY_FILES]


def test_real_data_are_not_replaced(tmp_path):
    table = tmp_path / "train_data.csv"
    table.write_text("mine")
    with pytest.raises(FileExistsError, match=r"train_data\.csv is there already"):
        write_survey(tmp_path, 20, seed=0)
    assert table.read_text() == "mine"


def test_full_disk_leaves_what_was_there(written, tmp_path, monkeypatch):
    write_survey(tmp_path, 20, seed=0)
    before = digest(tmp_path)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match=r"No space left on device.*/views\.npz"):
        write_survey(tmp_path, 20, seed=1)
    assert digest(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == len(SURVEY_FILES)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"num": 9}, "`num` must be 10 or more. Received: 9"),
        ({"seed": -1}, "`seed` must be 0 or more"),
        ({"test_fraction": 1.0}, "`test_fraction` must be above 0 and below 1"),
        ({"test_fraction": 0.001}, "`test_fraction` must leave a star for each"),
    ],
)
def test_rejects(tmp_path, changed, message):
    with pytest.raises(ValueError, match=message):
        write_survey(tmp_path / "x", **({"num": 12, "seed": 0} | changed))
    assert not (tmp_path / "x" / "views.npz").exists()


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"window_days": float("nan")}])
def test_a_wrong_call_writes_nothing(tmp_path, wrong):
    with pytest.raises(ValueError, match=f"`{next(iter(wrong))}` must be"):
        write_survey(tmp_path / "x", 12, **({"seed": 0} | wrong))
    assert not (tmp_path / "x").exists()


def test_output_must_be_a_folder(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(NotADirectoryError, match="is a file"):
        write_survey(path, 12, seed=0)
