import dataclasses

import numpy as np
import pytest

from ost_classifier.data import load_data
from ost_classifier.evaluate_frames import run_model
from ost_classifier.evaluate_measures import by_claim
from ost_classifier.operating_point import operating_point
from ost_classifier.predict import FrameClassifier
from tests.small_ost import CLASSES, make_folder, make_model


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """Eight frames of each of three classes and three of none, and their verdicts."""
    folder = tmp_path_factory.mktemp("measures")
    classifier = FrameClassifier(make_model(folder / "m.keras", CLASSES))
    data = load_data(
        make_folder(folder / "test", unknown=3),
        classifier.settings,
        cache_dir=folder / "cache",
        classes=classifier.class_names,
        workers=1,
    )
    found = run_model(classifier, data)
    point = operating_point(classifier, None, None, False, None)
    both = point.decide(found.logits.header)
    pixels = point.decide(found.logits.pixels, pixels_alone=True)
    return found, both, pixels


def test_frames_with_and_without_a_claim_are_measured_apart(evaluated):
    found, both, pixels = evaluated
    claimed = found.claimed.copy()
    claimed[:5] = False
    claimed[-1] = False
    parts = by_claim(dataclasses.replace(found, claimed=claimed), both, pixels)
    assert {name: row["frames"] for name, row in parts.items()} == {
        "claim": 19,
        "no claim": 5,
    }
    known = found.label < len(CLASSES)
    for name, chosen in (
        ("claim", claimed.any(axis=1)),
        ("no claim", ~claimed.any(axis=1)),
    ):
        rows = known & chosen
        for verdict, decisions in (("with_header", both), ("pixels_alone", pixels)):
            right = decisions.decision[rows] == found.label[rows]
            accuracy = parts[name][verdict]["accuracy"]
            assert accuracy["value"] == pytest.approx(right.mean())
            assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
            assert 0 <= parts[name][verdict]["macro_f1"]["value"] <= 1


def test_without_frames_of_a_class_nothing_is_measured(evaluated):
    found, both, pixels = evaluated
    claimed = np.ones_like(found.claimed)
    claimed[found.label == len(CLASSES)] = False
    parts = by_claim(dataclasses.replace(found, claimed=claimed), both, pixels)
    assert parts["no claim"] == {"frames": 0}
    assert parts["claim"]["frames"] == 24
