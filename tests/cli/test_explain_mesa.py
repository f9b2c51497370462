import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cli.explain_mesa import main
from mesa_keras.recipes.mesa import counterfactual_changes, counterfactual_search
from tests import archive_light_curves as archive
from tests.small_mesa import make_run
from tests.small_targets import EXPOSURE_DAYS, PLANET, make_curve

pytestmark = pytest.mark.usefixtures("wotan_compiled")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture
def few_steps(monkeypatch):
    monkeypatch.setattr(counterfactual_changes, "STEPS", 2)
    monkeypatch.setattr(counterfactual_search, "MOST_HALVINGS", 1)


@pytest.fixture
def table(tmp_path):
    """A table of two stars, one of them with a light curve."""
    curve = make_curve(days=16.0)
    folder = tmp_path / "curves"
    folder.mkdir()
    archive.write_tess(
        folder / "7.fits", curve.time, 1e3 * curve.flux, star=7, cadence=EXPOSURE_DAYS
    )
    row = {
        "object_id": "T.01",
        "star_id": "TIC 7",
        "period": PLANET.period,
        "epoch": PLANET.epoch,
        "duration": PLANET.duration(),
    }
    other = row | {"object_id": "U.01", "star_id": "TIC 8"}
    pd.DataFrame([row, other]).to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv", folder


def call(run, folder, *options):
    return main(
        [
            *("--model_path", str(run[0]), "--output_dir", str(folder / "out")),
            *("--resamples", "3", *map(str, options)),
        ]
    )


def test_objects_of_a_table(run, table, few_steps, tmp_path, capsys):
    path, curves = table
    status = call(
        *(run, tmp_path, "--data", path, "--object", "T.01,U.01"),
        *("--light_curves", curves),
    )
    out, err = capsys.readouterr()
    assert status == 1
    assert "fault: U.01" in err
    assert "no light curve of TIC 8" in err
    assert "Secondary eclipse added at phase 0.5" in out
    content = json.loads((tmp_path / "out" / "vetting.json").read_text())
    assert [found["object_id"] for found in content["objects"]] == ["T.01"]
    assert list(content["faults"]) == ["U.01"]
    assert (tmp_path / "out" / "vetting_T.01.png").exists()


def test_wrong_calls(run, table, tmp_path, capsys):
    path, curves = table
    target = ("--target", "TIC 7", "--period", "3.1")
    for options, message in (
        (("--data", path, "--object", "V.01"), "has no object V.01"),
        (target, "`--target` needs `--light_curve`"),
        ((*target, "--light_curve", tmp_path / "x.fits"), "x.fits: no such file"),
        (
            ("--target", "TIC 9", *target[2:], "--light_curve", curves / "7.fits"),
            "is of TIC 7, and not of TIC 9",
        ),
        (
            (*target, "--light_curve", curves / "7.fits", "--known", run[2]),
            "no file of known objects",
        ),
    ):
        assert call(run, tmp_path, *options) == 2
        assert message in capsys.readouterr().err
    (tmp_path / "out").write_text("a file")
    assert call(run, tmp_path, *target, "--light_curve", curves / "7.fits") == 2
    assert "`output_dir` must be a folder" in capsys.readouterr().err
    (tmp_path / "out").unlink()
    for options in (("--data", path), ("--data", path, "--object", "a", "--period", 2)):
        with pytest.raises(SystemExit) as stopped:
            call(run, tmp_path, *options)
        assert stopped.value.code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_pi_mensae_in_a_fresh_process(run, real_data, tmp_path):
    (path,) = (real_data / "raw_light_curves").glob("*261136679*.fits")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "cli.explain_mesa", "--model_path", str(run[0])),
            *("--target", "TIC 261136679", "--period", "6.268"),
            *("--epoch", "1325.504", "--light_curve", str(path)),
            *("--output_dir", str(tmp_path / "out"), "--resamples", "20"),
        ],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    (found,) = json.loads((tmp_path / "out" / "vetting.json").read_text())["objects"]
    scalars = found["scalars"]
    assert scalars["measured_depth"] == pytest.approx(300, abs=30)
    assert scalars["measured_duration"] == pytest.approx(3.0, abs=0.2)
    assert abs(scalars["odd_even_difference"]) < 3 * scalars["odd_even_error"]
    assert np.isfinite(scalars["centroid_shift"])
    assert found["verdict"]["transits"] == 5
    assert len(found["counterfactuals"]) >= 6
    assert (tmp_path / "out" / "vetting_TIC_261136679.png").stat().st_size > 100_000
    assert "TIC 261136679" in (tmp_path / "out" / "report.html").read_text()
