import pytest

from cli.simulate import main
from mesa_keras.readers.pair_store import open_pair_store

SMALL = ["--num", "4", "--workers", "1"]


@pytest.mark.parametrize("spelling", ["--output_dir", "--output-dir"])
def test_writes_and_sums_up(tmp_path, capsys, spelling):
    folder = tmp_path / "galaxies"
    arguments = ["astroclip", spelling, str(folder), "--seed", "2"]
    assert main([*arguments, *SMALL, "--shifted_fraction", "1"]) == 0
    shown = capsys.readouterr()
    for word in ("4 simulated", "4 real ones", "galaxies/s", "train", str(folder)):
        assert word in shown.out
    assert "4/4" in shown.err
    store = open_pair_store(folder)
    assert store.num_rows == 4
    assert store.index["moved"].all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--num", "0"], "`num` must be 1 or more"),
        (["--seed", "-1"], "`seed` must be 0 or more"),
        (["--workers", "0"], "`workers` must be 1 or more"),
        (["--shifted_fraction", "1.5"], "`shifted_fraction` must be from 0 to 1"),
        (["--validation-fraction", "-1"], "`validation_fraction` must be from 0"),
        (["--test_fraction", "0.95"], "leave some for training"),
    ],
)
def test_wrong_values(tmp_path, capsys, arguments, words):
    folder = tmp_path / "new"
    call = ["astroclip", "--output_dir", str(folder), *SMALL, *arguments]
    assert main(call) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.strip().splitlines()[-1].startswith("error: ")
    assert words in shown.err
    assert "Traceback" not in shown.err
    assert not folder.exists()


def test_a_file_is_no_folder(tmp_path, capsys):
    path = tmp_path / "file"
    path.write_text("")
    assert main(["astroclip", "--output_dir", str(path), *SMALL]) == 2
    assert str(path) in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(tmp_path, capsys):
    path = tmp_path / "file"
    path.write_text("")
    call = ["astroclip", "--output_dir", str(path / "below"), *SMALL]
    assert main(call) == 2
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith("error: ")


def test_another_store_stays(tmp_path, capsys):
    (tmp_path / "index.parquet").write_text("mine")
    assert main(["astroclip", "--output_dir", str(tmp_path), *SMALL]) == 2
    assert "was not simulated" in capsys.readouterr().err
    assert (tmp_path / "index.parquet").read_text() == "mine"


def test_missing_extra(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "galsim", None)
    assert main(["astroclip", "--output_dir", str(tmp_path / "new"), *SMALL]) == 2
    assert 'pip install -e ".[galaxies]"' in capsys.readouterr().err
