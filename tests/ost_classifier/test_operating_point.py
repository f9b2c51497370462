import numpy as np
import pytest

from ost_classifier.operating_point import OperatingPoint, operating_point
from ost_classifier.predict import FrameClassifier
from ost_classifier.service import ClassifierService
from ost_classifier.thresholds import Thresholds
from tests.small_ost import CLASSES, make_model, write_frame

PRIOR = (0.1, 0.6, 0.3)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "m.keras", CLASSES)


def test_class_rates_correct_probabilities_by_bayes_rule():
    thresholds = Thresholds(CLASSES, (0.0,) * 3, source="a test")
    rates = np.array([0.5, 0.3, 0.2])
    point = OperatingPoint(
        thresholds, 2.0, True, 1.5, class_rates=tuple(rates), class_prior=PRIOR
    )
    logits = np.random.default_rng(0).normal(0, 3, (20, 3))
    logits[7] = np.nan
    for pixels_alone, temperature in ((False, 2.0), (True, 1.5)):
        found = point.decide(logits, pixels_alone=pixels_alone)
        expected = np.exp(logits / temperature) * PRIOR / rates
        expected /= expected.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(found.probabilities, expected)
        kept = np.arange(20) != 7
        assert (found.decision[kept] == expected[kept].argmax(axis=1)).all()
        assert found.decision[7] == 3


def test_rates_that_the_model_was_calibrated_on_change_nothing(path):
    classifier = FrameClassifier(path)
    rates = np.asarray(classifier.predictor.rule.class_rates, float)
    logits = np.random.default_rng(1).normal(0, 3, (20, 3))
    plain = operating_point(classifier).decide(logits)
    same = operating_point(classifier, class_prior=rates.tolist()).decide(logits)
    np.testing.assert_allclose(same.probabilities, plain.probabilities, rtol=1e-6)
    np.testing.assert_array_equal(same.decision, plain.decision)


def test_rates_stay_with_other_thresholds_and_temperatures(path):
    named = dict(zip(reversed(CLASSES), reversed(PRIOR), strict=True))
    for options in ({}, {"temperature": 2.0}, {"thresholds": 0.4}):
        point = operating_point(FrameClassifier(path), class_prior=named, **options)
        assert point.class_prior == pytest.approx(PRIOR)
        assert point.described()["class_prior"] == pytest.approx(
            dict(zip(CLASSES, PRIOR, strict=True))
        )


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ([0.5, 0.5], "`class_prior` must be 3 rates, not negative, with sum 1"),
        ([0.5, 0.5, 0.5], "`class_prior` must be 3 rates"),
        ({"bias": 1.0}, "`class_prior` must name each of .* once. Received: bias"),
    ],
)
def test_rates_that_do_not_fit_the_classes(path, prior, message):
    with pytest.raises(ValueError, match=message):
        operating_point(FrameClassifier(path), class_prior=prior)


def test_the_service_takes_rates_and_says_so(path, tmp_path):
    frame = write_frame(tmp_path / "a.fits")
    sure = dict.fromkeys(CLASSES, 0.0) | {CLASSES[2]: 1.0}
    service = ClassifierService(path, class_prior=sure, include_probs=True)
    found = service.predict_paths([frame])
    (row,) = found["results"]
    assert row["class"] == row["pixel_verdict"]["class"] == CLASSES[2]
    assert row["score"] == pytest.approx(1)
    assert found["meta"]["class_prior"] == sure
    assert ClassifierService(path).meta()["class_prior"] is None
