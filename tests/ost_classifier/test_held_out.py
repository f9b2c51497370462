"""Few frames leave temperatures as they are, in a model and an operating point."""

import numpy as np
import pytest

from mesa_keras.training import open_model
from ost_classifier.calibrate import fit_point_temperature
from ost_classifier.calibrate_logits import CalibrationLogits
from ost_classifier.held_out import few_frames_notes, set_decision_rule
from ost_classifier.model import decision_rule
from ost_classifier.predict import FrameClassifier
from tests.small_ost import CLASSES, make_model


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "m.keras", CLASSES)


def logits_of(count):
    rng = np.random.default_rng(1)
    labels = np.arange(count) % 3
    return 4 * np.eye(3)[labels] + rng.normal(0, 4, (count, 3)), labels


@pytest.mark.parametrize(("count", "stays"), [(19, True), (20, False)])
def test_few_frames_leave_the_temperature(path, count, stays):
    logits, labels = logits_of(count)
    model = open_model(path)
    rule = decision_rule(model)
    rule.calibrate(temperature=1.7)
    set_decision_rule(model, logits, labels, "max_f1")
    assert (float(rule.temperature) == pytest.approx(1.7)) == stays
    assert np.any(np.asarray(rule.thresholds) > 0)
    point = FrameClassifier(path).operating_point()
    kept = CalibrationLogits(logits, labels, "x", logits / 3)
    fitted = fit_point_temperature(point, kept)
    assert (fitted.temperature == point.temperature) == stays
    assert (fitted.pixel_temperature == point.pixel_temperature) == stays
    assert bool(few_frames_notes(1.7, count)) == stays


def test_the_note_names_count_limit_and_temperature():
    (note,) = few_frames_notes(1.25, 7)
    assert note == (
        "only 7 frames to calibrate on, fewer than 20: the temperature stays 1.25"
    )
