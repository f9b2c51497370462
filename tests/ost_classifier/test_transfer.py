"""What a fine-tuning starts from."""

import numpy as np
import pytest

from mesa_keras.training import open_model
from ost_classifier.model import decision_rule
from ost_classifier.transfer import take_weights
from tests.small_ost import CLASSES, make_model


def build(folder, classes, seed):
    return open_model(make_model(folder / f"{seed}.keras", classes, seed))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    model = build(tmp_path_factory.mktemp("source"), CLASSES, 1)
    decision_rule(model).calibrate(
        temperature=0.7, thresholds=[0.2, 0.3, 0.4], class_rates=[0.1, 0.2, 0.7]
    )
    return model


def test_the_temperature_is_taken_with_the_last_layer(source, tmp_path):
    model = build(tmp_path, CLASSES, 2)
    left = take_weights(model, source, "source.keras").left
    rule = decision_rule(model)
    # Few frames of a new camera fit none; 1 would be that of no training.
    assert float(rule.temperature) == pytest.approx(0.7)
    assert np.asarray(rule.thresholds).tolist() == [0, 0, 0]
    assert {path.split("/")[1] for path in left} == {
        *("thresholds", "abstain", "class_rates"),
    }
    for name in ("image_branch", "logits"):
        for ours, theirs in zip(
            model.get_layer(name).weights, source.get_layer(name).weights, strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


def test_other_classes_leave_last_layer_and_temperature(source, tmp_path):
    model = build(tmp_path, ("sun", "moon", "flats"), 2)
    left = take_weights(model, source, "source.keras").left
    assert float(decision_rule(model).temperature) == 1
    assert {path for path, why in left.items() if why == "the classes differ"} == {
        *("logits/kernel", "logits/bias", "decision_rule/temperature"),
    }
