import keras
import numpy as np
import pytest

from mesa_keras.training import open_model, save_model
from ost_classifier.features import FrameSettings, frame_inputs, without_header
from ost_classifier.frame_stream import stream_frames
from ost_classifier.operating_point import operating_point
from ost_classifier.predict import FrameClassifier
from tests.small_ost import make_model, write_frame


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    return FrameClassifier(make_model(tmp_path_factory.mktemp("model") / "m.keras"))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frames")
    kinds = ["Bias Frame", "Flat Field", "Light Frame", None]
    paths = [
        write_frame(folder / f"{i}.fits", "Bias Frame", i, IMAGETYP=kind)
        for i, kind in enumerate(kinds)
    ]
    frames = stream_frames(paths, FrameSettings(32, 32), workers=1)
    found = [frame.inputs for frame in frames]
    return {name: np.stack([row[name] for row in found]) for name in found[0]}


def test_the_cut_network_gives_the_whole_one_s_logits(classifier, inputs):
    found = classifier.logits(inputs)
    model = classifier.predictor.model
    for logits, given in (
        (found.header, inputs),
        (found.pixels, without_header(inputs)),
    ):
        whole = model.predict_on_batch(given)["logits"]
        np.testing.assert_allclose(logits, whole, rtol=1e-5, atol=1e-6)
    assert np.abs(found.header - found.pixels).max() > 1e-4


def test_tta_is_the_mean_over_flips_and_turns(classifier, inputs):
    averaged = classifier.logits(inputs, tta=True)
    image = inputs["image"]
    square = [image, image.swapaxes(1, 2)]
    turned = [x[:, ::a, ::b] for x in square for a in (1, -1) for b in (1, -1)]
    each = [classifier.logits({**inputs, "image": x}).header for x in turned]
    np.testing.assert_allclose(
        averaged.header, np.mean(each, axis=0), rtol=1e-4, atol=1e-5
    )
    for x in turned:
        again = classifier.logits({**inputs, "image": x}, tta=True)
        np.testing.assert_allclose(again.pixels, averaged.pixels, rtol=1e-4, atol=1e-5)


def test_oblong_frames_are_flipped_but_not_turned(tmp_path, inputs):
    path = make_model(tmp_path / "m.keras", target_w=48)
    classifier = FrameClassifier(path)
    image = np.random.default_rng(0).integers(0, 255, (2, 32, 48, 3)).astype("uint8")
    features = {name: values[:2] for name, values in inputs.items()}
    embeddings = list(classifier.embeddings(image, tta=True))
    assert len(embeddings) == 4
    assert classifier.logits({**features, "image": image}, tta=True).header.shape == (
        2,
        11,
    )


def test_decides_as_the_model_itself(classifier, inputs):
    model = classifier.predictor.model
    classifier.predictor.rule.calibrate(1.7, np.linspace(0, 0.5, 11), abstain=True)
    try:
        whole = model.predict_on_batch(inputs)
        found = classifier.operating_point().decide(classifier.logits(inputs).header)
    finally:
        classifier.predictor.rule.calibrate(1.0, np.zeros(11), abstain=False)
    np.testing.assert_array_equal(found.decision, whole["decision"])
    np.testing.assert_allclose(found.score, whole["score"], rtol=1e-5)
    np.testing.assert_allclose(found.probabilities, whole["probabilities"], rtol=1e-5)


def test_a_row_of_broken_logits_is_unknown(classifier):
    logits = np.zeros((2, 11))
    logits[1, 3] = np.nan
    found = classifier.operating_point().decide(logits)
    assert found.abstained.tolist() == [False, True]
    assert np.isnan(found.score[1])


def test_the_fingerprint_is_of_what_was_trained(classifier, tmp_path):
    first = classifier.fingerprint()
    model = open_model(classifier.path)
    model.get_layer("decision_rule").calibrate(temperature=3.0)
    save_model(model, tmp_path / "calibrated.keras")
    assert FrameClassifier(tmp_path / "calibrated.keras").fingerprint() == first
    other = FrameClassifier(make_model(tmp_path / "other.keras", seed=1))
    assert other.fingerprint() != first


def test_features_are_taken_by_name(tmp_path, classifier, inputs):
    """A model of another version may have other columns, in another order."""
    names = classifier.feature_names["statistics"]
    places = classifier._places["statistics"]
    try:
        classifier._places["statistics"] = np.array([2, -1, 0])
        chosen = classifier.features(inputs)["statistics"]
    finally:
        classifier._places["statistics"] = places
    np.testing.assert_array_equal(chosen[:, 0], inputs["statistics"][:, 2])
    assert np.isnan(chosen[:, 1]).all()
    assert len(names) == len(places)
    assert classifier.notes == ()


def test_thresholds_bring_the_temperature_they_were_fitted_at(classifier, tmp_path):
    point = operating_point(classifier, "0.3")
    assert point.temperature == classifier.operating_point().temperature
    (tmp_path / "t.json").write_text('{"thresholds": 0.3, "temperature": 2}')
    fitted = operating_point(classifier, tmp_path / "t.json")
    assert fitted.temperature == 2
    assert operating_point(classifier, tmp_path / "t.json", 5.0).temperature == 5
    assert operating_point(classifier, abstain=True).abstain
    with pytest.raises(ValueError, match="`temperature` must be positive"):
        operating_point(classifier, temperature=0.0)


def test_other_models_are_refused(tmp_path):
    x = keras.Input((2,))
    save_model(keras.Model(x, keras.layers.Dense(1)(x)), tmp_path / "other.keras")
    with pytest.raises(ValueError, match="no classifier of this library"):
        FrameClassifier(tmp_path / "other.keras")


def test_frame_inputs_are_what_the_stream_gives(tmp_path):
    from mesa_keras.readers.frame import read_frame

    path = write_frame(tmp_path / "f.fits")
    settings = FrameSettings(32, 32)
    (streamed,) = stream_frames([path], settings)
    for name, values in frame_inputs(read_frame(path), settings).items():
        np.testing.assert_array_equal(streamed.inputs[name], values)
