import pandas as pd
import pytest

from cli.simulate import main
from mesa_keras.simulation.frames import FRAME_CLASSES

SMALL = ["--max_size", "64", "--workers", "1", "--cameras", "20"]


@pytest.mark.parametrize("spelling", ["--num_per_class", "--num-per-class"])
def test_writes_and_sums_up(tmp_path, capsys, spelling):
    folder = tmp_path / "frames"
    arguments = ["ost", "--output_dir", str(folder), spelling, "1", "--seed", "5"]
    assert main([*arguments, *SMALL]) == 0
    shown = capsys.readouterr()
    for word in (*FRAME_CLASSES, "frames/s", "cameras", str(folder / "frames.csv")):
        assert word in shown.out
    assert "11/11" in shown.err
    assert len(pd.read_csv(folder / "frames.csv")) == 11


@pytest.mark.parametrize(
    ("fractions", "counts"),
    [
        ("bias=1,flats=3", {"bias": 3, "flats": 8}),
        ("1,0,0,0,0,0,0,0,0,0,1", {"bias": 6, "einsteinturm": 6}),
        ("observatory", {"bias": 1, "deep_sky": 7, "flat_dados": 1}),
    ],
)
def test_class_fractions(tmp_path, fractions, counts):
    arguments = ["ost", "--output_dir", str(tmp_path), "--num_per_class", "1"]
    assert main([*arguments, *SMALL, "--class_fractions", fractions]) == 0
    found = pd.read_csv(tmp_path / "frames.csv")["label"].value_counts()
    for label, count in counts.items():
        assert found[label] == count


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--num_per_class", "0"], "`num_per_class` must be 1 or more"),
        (["--seed", "-1"], "`seed` must be 0 or more"),
        (["--max_size", "8"], "`max_size` must be from 64 to 4096"),
        (["--cameras", "0"], "`cameras` must be 1 or more"),
        (["--nights", "0"], "`nights` must be 1 or more"),
        (["--workers", "0"], "`workers` must be 1 or more"),
        (["--class_fractions", "cats=1"], "`class_fractions` may name"),
    ],
)
def test_wrong_values(tmp_path, capsys, arguments, words):
    folder = tmp_path / "new"
    assert main(["ost", "--output_dir", str(folder), *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.strip().splitlines()[-1].startswith("error: ")
    assert words in shown.err
    assert "Traceback" not in shown.err
    assert not folder.exists()


@pytest.mark.parametrize("fractions", ["1,2,3", "bias", "bias=many", "bias=1,flats"])
def test_fractions_that_cannot_be_read(tmp_path, capsys, fractions):
    arguments = ["ost", "--output_dir", str(tmp_path), "--class_fractions", fractions]
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert "--class_fractions" in capsys.readouterr().err


def test_frames_that_were_not_simulated_stay(tmp_path, capsys):
    (tmp_path / "bias").mkdir()
    (tmp_path / "bias" / "real.fits").write_text("")
    assert main(["ost", "--output_dir", str(tmp_path), "--num_per_class", "1"]) == 2
    assert "was not simulated" in capsys.readouterr().err
