import json

import numpy as np
import pytest

from ost_classifier.calibrate import fit_point_thresholds, write_production_profiles
from ost_classifier.calibrate_logits import CalibrationLogits
from ost_classifier.predict import FrameClassifier
from tests.small_ost import CLASSES, make_model


@pytest.fixture
def classifier(tmp_path):
    return FrameClassifier(make_model(tmp_path / "m.keras", CLASSES))


def test_the_precise_profile_decides_for_no_class_less_likely_than_not(
    classifier, tmp_path
):
    labels = np.arange(90) % 3
    # Every frame is told, some by a narrow margin: any threshold is precise.
    logits = np.linspace(0.1, 3, 90)[:, None] * np.eye(3)[labels]
    frames = CalibrationLogits(logits, labels, "x", logits)
    point = classifier.operating_point()
    fitted = fit_point_thresholds(
        point, frames, "target_precision", target_precision=0.98
    ).thresholds.values
    assert max(fitted) < 0.5
    files = write_production_profiles(tmp_path, classifier, point, frames)
    precise, complete = (
        json.loads(files[name].read_text())
        for name in ("prod_precision", "prod_recall")
    )
    assert set(precise["thresholds"].values()) == {0.5}
    assert precise["at_least"] == 0.5
    # The other profile decides for what may be less likely.
    assert min(complete["thresholds"].values()) < 0.5
    assert "at_least" not in complete
