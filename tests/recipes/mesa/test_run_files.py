import json

import numpy as np
import pytest

from mesa_keras.recipes.mesa.run_files import write_run
from mesa_keras.recipes.mesa.run_split import split_candidates
from mesa_keras.recipes.mesa.stars import KnownStars
from tests.recipes.mesa.candidates import LABELS, build, load, small, write_default


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    parts, _ = split_candidates(load(write_default(folder / "data")), small())
    files = write_run(
        folder,
        build(),
        small(),
        parts,
        history={"loss": [2.0, 1.0], "accuracy": [0.5, float("nan")]},
        # As with one class only in the validation part.
        metrics={"validation": {"accuracy": 0.5, "roc_auc": float("nan")}},
        calibration_logits=np.zeros((len(parts["calibration"]), len(LABELS))),
        warnings=("only 3 candidates to calibrate on",),
    )
    return files, parts


def test_what_is_not_defined_is_null(written):
    files, _ = written

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    found = {
        name: json.loads(files[name].read_text(), parse_constant=refuse)
        for name in ("config", "history", "metrics")
    }
    assert found["metrics"]["validation"] == {"accuracy": 0.5, "roc_auc": None}
    assert found["history"]["accuracy"] == [0.5, None]


def test_the_stars_of_each_part_and_the_warnings_are_noted(written):
    files, parts = written
    data = json.loads(files["config"].read_text())["data"]
    assert data["warnings"] == ["only 3 candidates to calibrate on"]
    known = KnownStars.from_json(data["stars"])
    assert known.trained_rows(parts["train"]).all()
    for name in ("validation", "calibration"):
        assert known.rows(parts[name]).all()
        assert not known.trained_rows(parts[name]).any()
