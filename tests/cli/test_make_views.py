import pandas as pd
import pytest

from cli.make_views import main
from mesa_keras.readers import read_views

pytestmark = pytest.mark.usefixtures("wotan_compiled")
HEADER = "object_id,star,period,epoch,duration\n"
PI_MENSAE = "pi Men c,TIC 261136679,6.268,2458325.504,3.0\n"


def call(folder, real_data, text, *options):
    (folder / "t.csv").write_text(HEADER + text)
    return main(
        [
            *("--table", str(folder / "t.csv"), "--columns", "star_id=star"),
            *("--light_curves", str(real_data / "raw_light_curves")),
            *("--output", str(folder / "views.npz"), *options),
        ]
    )


def test_real_files(tmp_path, real_data, capsys):
    assert call(tmp_path, real_data, PI_MENSAE, "--local-bins", "31") == 0
    out, err = capsys.readouterr()
    assert "mesa-raw-1" in out
    assert "fault:" not in err
    read = read_views(tmp_path / "views.npz", ["pi Men c"])
    assert read.views["local_view"].shape == (1, 31)
    scalars = pd.read_csv(tmp_path / "views_scalars.csv")
    assert scalars["measured_depth"][0] == pytest.approx(300, abs=30)


def test_rows_with_faults(tmp_path, real_data, capsys):
    text = PI_MENSAE + "other,TIC 5,3,1326,2\n"
    text += "late,TIC 261136679,300,2458400,3\n"
    assert call(tmp_path, real_data, text) == 1
    out, err = capsys.readouterr()
    assert "fault: other: " in err
    assert "no light curve of TIC 5" in err
    assert "fault: late: no transit falls into the light curve" in err
    counts = dict(line.rsplit("  ", 1) for line in out.splitlines())
    counts = {name.strip(): count.strip() for name, count in counts.items()}
    assert counts["candidates"] == "3"
    assert counts["with views"] == "1"
    assert counts["with a fault"] == "2"


def test_wrong_calls(tmp_path, real_data, capsys):
    for options, message in (
        (("--local_bins", "0"), "`local_bins` must be a whole number"),
        (("--window", "-1"), "`window_days` must be positive"),
        (("--columns", "star_id=tic"), "'tic' is not in the file"),
        (("--light_curves", str(tmp_path / "absent")), "absent: no such folder"),
    ):
        assert call(tmp_path, real_data, PI_MENSAE, *options) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "views.npz").exists()
