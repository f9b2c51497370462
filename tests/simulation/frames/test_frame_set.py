import json

import pandas as pd
import pytest

from mesa_keras.simulation.frames import (
    FRAME_CLASSES,
    OBSERVATORY_FRACTIONS,
    frame_counts,
    frame_set,
    simulate_frames,
)


def simulate(folder, num=2, seed=3, **changes):
    options = {"max_size": 64, "workers": 1, "cameras": 50, **changes}
    return simulate_frames(folder, num, seed, **options)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("frames")
    simulate(path)
    return path


def test_layout_and_table(folder):
    table = pd.read_csv(folder / "frames.csv", keep_default_na=False)
    assert len(table) == 2 * len(FRAME_CLASSES)
    assert list(table.columns[:6]) == [
        *("file", "label", "camera", "night", "header", "header_kind"),
    ]
    assert table["file"].is_unique
    for row in table.itertuples():
        assert row.file.split("/")[0] == row.label
        assert (folder / row.file).is_file()
    files = {path.name for path in folder.iterdir()}
    assert files == {*FRAME_CLASSES, "frames.csv", "simulation.json"}
    assert sum(1 for _ in folder.glob("*/*")) == len(table)
    facts = json.loads((folder / "simulation.json").read_text())
    assert facts["seed"] == 3
    assert facts["counts"] == dict.fromkeys(FRAME_CLASSES, 2)


def test_the_same_seed_gives_the_same_bytes_another_does_not(folder, tmp_path):
    simulate(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)
    simulate(tmp_path / "other", seed=4)
    assert contents(tmp_path / "other") != contents(folder)


def test_more_frames_contain_the_fewer(folder, tmp_path):
    simulate(tmp_path, num=1)
    few, many = contents(tmp_path), contents(folder)
    for name in few.keys() - {"frames.csv", "simulation.json"}:
        assert few[name] == many[name]


def test_an_earlier_simulation_is_replaced(tmp_path):
    simulate(tmp_path, num=2)
    (tmp_path / "notes.txt").write_text("mine")
    table = simulate(tmp_path, num=1)
    assert sum(1 for _ in tmp_path.glob("*/*")) == len(table) == len(FRAME_CLASSES)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["bias/real.fits", "frames.csv"])
def test_other_data_are_left_alone(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("precious")
    with pytest.raises(FileExistsError, match="was not simulated"):
        simulate(tmp_path)
    assert path.read_text() == "precious"


def test_an_interrupted_simulation_can_be_repeated(tmp_path, monkeypatch):
    write, written = frame_set.write_frame, []

    def interrupted(path, *rest, **options):
        if len(written) == 5:
            raise KeyboardInterrupt
        written.append(path)
        write(path, *rest, **options)

    monkeypatch.setattr(frame_set, "write_frame", interrupted)
    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path)
    assert not (tmp_path / "frames.csv").exists()
    assert not list(tmp_path.rglob(".*"))
    monkeypatch.setattr(frame_set, "write_frame", write)
    simulate(tmp_path)
    simulate(tmp_path / "whole")
    whole = contents(tmp_path / "whole")
    assert {k: v for k, v in contents(tmp_path).items() if "whole" not in k} == whole


def test_a_full_disk_names_the_file(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(frame_set, "write_frame", full)
    with pytest.raises(OSError, match="No space left"):
        simulate(tmp_path)
    assert not (tmp_path / "frames.csv").exists()


def test_a_file_is_no_folder(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(NotADirectoryError, match="is a file"):
        simulate(path)


@pytest.mark.slow  # starts processes
def test_processes_change_nothing(folder, tmp_path):
    simulate(tmp_path, workers=2)
    assert contents(tmp_path) == contents(folder)


def test_counts():
    assert frame_counts(7) == dict.fromkeys(FRAME_CLASSES, 7)
    counts = frame_counts(100, OBSERVATORY_FRACTIONS)
    assert tuple(counts) == FRAME_CLASSES
    assert counts["deep_sky"] == pytest.approx(0.62 * 1100, rel=0.01)
    assert counts["spectrum_baches"] == pytest.approx(0.006 * 1100, abs=1)
    assert sum(counts.values()) == pytest.approx(1100, abs=6)
    few = frame_counts(1, {"bias": 1, "darks": 1000})
    assert few["bias"] == 1
    assert few["flats"] == 0
    assert frame_counts(10, {"bias": 1.0})["bias"] == 110


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0,), "`num_per_class` must be 1 or more. Received: 0"),
        ((1, {"cats": 1.0}), "`class_fractions` may name bias, .*'cats'"),
        ((1, {"bias": -1.0}), "must be 0 or more. Received: bias=-1.0"),
        ((1, {"bias": float("nan")}), "must be 0 or more. Received: bias=nan"),
        ((1, {"bias": 0.0}), "must not all be 0"),
    ],
)
def test_wrong_counts(arguments, words):
    with pytest.raises(ValueError, match=words):
        frame_counts(*arguments)


def test_frames_of_no_class(tmp_path):
    table = simulate(tmp_path, num=1, num_unknown=3, class_fractions={"bias": 1})
    assert table["label"].value_counts().to_dict() == {"bias": 11, "unknown": 3}
    assert len(list((tmp_path / "unknown").iterdir())) == 3
    simulate(tmp_path, num=1, class_fractions={"bias": 1})
    assert not list((tmp_path / "unknown").iterdir())
    with pytest.raises(ValueError, match="`num_unknown` must be 0 or more"):
        simulate(tmp_path, num_unknown=-1)


def test_wrong_workers(tmp_path):
    with pytest.raises(ValueError, match="`workers` must be 1 or more"):
        simulate(tmp_path / "new", workers=0)
    assert not list(tmp_path.iterdir())
