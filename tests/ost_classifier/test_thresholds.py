import json

import numpy as np
import pytest

from ost_classifier import thresholds as module
from ost_classifier.thresholds import Thresholds, read_thresholds, save_thresholds

NAMES = ("bias", "darks", "flats")


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("0.5", (0.5, 0.5, 0.5)),
        (0.25, (0.25, 0.25, 0.25)),
        (np.float32(0.25), (0.25, 0.25, 0.25)),
        ("0.1,0.2,0.3", (0.1, 0.2, 0.3)),
        (" .1, 2e-1 ,1", (0.1, 0.2, 1.0)),
        ([0.1, 0.2, 0.3], (0.1, 0.2, 0.3)),
        (np.array([0.5, 0.25, 1]), (0.5, 0.25, 1.0)),
        ({"flats": 0.3, "bias": 0.1, "darks": 0.2}, (0.1, 0.2, 0.3)),
    ],
)
def test_reads_numbers(given, values):
    found = read_thresholds(given, NAMES)
    assert found.values == values
    assert found.temperature is None
    assert found.by_name() == dict(zip(NAMES, values, strict=True))


@pytest.mark.parametrize(
    "content",
    [
        [0.1, 0.2, 0.3],
        {"darks": 0.2, "flats": 0.3, "bias": 0.1},
        {"thresholds": [0.1, 0.2, 0.3]},
        {"thresholds": {"flats": 0.3, "darks": 0.2, "bias": 0.1}},
        {"classes": ["flats", "darks", "bias"], "thresholds": [0.3, 0.2, 0.1]},
        {name: {"threshold": (k + 1) / 10, "f1": 1} for k, name in enumerate(NAMES)},
    ],
)
def test_reads_the_json_of_others(tmp_path, content):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(content))
    found = read_thresholds(path, NAMES)
    assert found.values == (0.1, 0.2, 0.3)
    assert found.source == str(path)
    assert read_thresholds(str(path), NAMES) == found


def test_one_number_in_a_file_is_for_all(tmp_path):
    (tmp_path / "t.json").write_text("0.4")
    assert read_thresholds(tmp_path / "t.json", NAMES).values == (0.4, 0.4, 0.4)


def test_what_is_saved_reads_back_and_says_how_it_was_made(tmp_path):
    made = Thresholds(
        NAMES,
        (0.1, 0.2, 0.3),
        temperature=1.5,
        model_weights="abc",
        described={"objective": "max_f1", "optimistic": True},
    )
    path = tmp_path / "new" / "t.json"
    save_thresholds(path, made, "m.keras")
    found = read_thresholds(path, NAMES)
    assert found.values == made.values
    assert found.temperature == 1.5
    assert found.model_weights == "abc"
    assert found.optimistic
    assert found.described["objective"] == "max_f1"
    # A model with the classes in another order takes them by name.
    assert read_thresholds(path, NAMES[::-1]).values == (0.3, 0.2, 0.1)
    again = tmp_path / "again.json"
    save_thresholds(again, found, "m.keras")
    first, second = (json.loads(p.read_text()) for p in (path, again))
    assert {**first, "created": ""} == {**second, "created": ""}


def test_profiles_beside_the_model_come_first(tmp_path, monkeypatch):
    shipped, own = tmp_path / "models", tmp_path / "own"
    for folder, value in ((shipped, 0.1), (own, 0.9)):
        folder.mkdir()
        (folder / "thresholds_prod_recall.json").write_text(f"{value}")
    monkeypatch.setattr(module, "MODELS_DIR", shipped)
    assert read_thresholds("prod_recall", NAMES).values[0] == 0.1
    mine = read_thresholds("prod_recall", NAMES, own / "m.keras")
    assert mine.values[0] == 0.9
    other = read_thresholds("prod_recall", NAMES, tmp_path / "m.keras")
    assert other.values[0] == 0.1
    with pytest.raises(FileNotFoundError, match="prod_precision, prod_recall"):
        read_thresholds("prod_precision", NAMES)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("0.1,0.2", "must have 3 values, one a class of the model. Received: 2"),
        ("1.5", r"numbers in \[0, 1\]. Received: 1.5 for bias"),
        ("-0.5", r"numbers in \[0, 1\]"),
        ([0.1, float("nan"), 0.3], r"Received: nan for darks"),
        ([0.1, True, 0.3], "Received: True for darks"),
        ({"bias": 0.1, "darks": 0.2}, "Missing: flats; of no class: none"),
        (
            {"bias": 0.1, "darks": 0.2, "flats": 0.3, "arcs": 0.5},
            "Missing: none; of no class: arcs",
        ),
    ],
)
def test_rejects_what_does_not_fit(given, message):
    with pytest.raises(ValueError, match=message):
        read_thresholds(given, NAMES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("{}", "one of these named 'thresholds'. Received: nothing"),
        ('{"model": "m"}', "Received: model"),
        ('{"thresholds": "high"}', "must have 3 values"),
        ('{"thresholds": [0.1, "x", 0.3]}', "Received: 'x' for darks"),
        ('{"thresholds": [0.1, 0.2, 0.3], "temperature": 0}', "must be positive"),
        ('{"classes": ["bias"], "thresholds": [0.1, 0.2, 0.3]}', "3 for 1 classes"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, text, message):
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(ValueError, match=message) as raised:
        read_thresholds(tmp_path / "t.json", NAMES)
    assert "t.json" in str(raised.value)
