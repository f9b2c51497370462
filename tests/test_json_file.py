import json

import numpy as np
import pytest

from mesa_keras.json_file import write_json


def test_what_json_does_not_know_becomes_null(tmp_path):
    content = {
        1: float("nan"),
        "b": [np.float32(0.5), (np.int64(3), -np.inf)],
        "c": np.array([[1.0, np.nan]]),
        "d": None,
        "e": np.bool_(True),
    }
    write_json(tmp_path / "x.json", content)
    assert json.loads((tmp_path / "x.json").read_text()) == {
        "1": None,
        "b": [0.5, [3, None]],
        "c": [[1.0, None]],
        "d": None,
        "e": True,
    }


def test_names_of_files_that_are_no_text_survive(tmp_path):
    write_json(tmp_path / "x.json", ["\udcff.fits", "ü"])
    assert json.loads((tmp_path / "x.json").read_text()) == ["\udcff.fits", "ü"]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "x.json", 1)
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_json(tmp_path / "x.json", {1, 2})
    assert (tmp_path / "x.json").read_text() == "1\n"
