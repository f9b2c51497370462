"""What the model must do whatever it has learned."""

import keras
import numpy as np
import pytest

from mesa_keras.training import Transfer
from ost_classifier.classes import OST_CLASSES
from ost_classifier.features import without_header
from ost_classifier.model import (
    BRANCHES,
    build_model,
    decision_rule,
    freeze_branches,
    normalizations,
)
from tests.keras_checks import check_saving
from tests.ost_classifier.small_frames import small

NAMES = {
    "statistic_names": ("level", "noise", "peaks"),
    "header_names": ("exposure", "gain"),
    "claim_names": ("claims_bias", "kind_bias"),
}
RNG = np.random.default_rng(0)


def build(classes=OST_CLASSES, **changes):
    keras.utils.set_random_seed(1)
    model = build_model(small(**changes), classes, **NAMES)
    for name, layer in normalizations(model).items():
        layer.adapt(inputs()[name])
    return model


def inputs(rows=6, dtype="uint8"):
    image = RNG.integers(1, 255, size=(rows, 16, 16, 1))
    scale = 1 if dtype == "uint8" else 255
    return {
        "image": (image / scale).astype(dtype),
        "statistics": RNG.normal(size=(rows, 3)).astype("float32"),
        "header": RNG.normal(size=(rows, 2)).astype("float32"),
        "claim": RNG.integers(0, 2, size=(rows, 2)).astype("float32"),
    }


@pytest.fixture(scope="module")
def model():
    return build()


def test_outputs(model, tmp_path):
    x = inputs()
    found = model.predict(x, verbose=0)
    assert set(found) == {
        *("logits", "probabilities", "decision", "score", "embedding"),
    }
    assert found["logits"].shape == (6, 11)
    np.testing.assert_allclose(found["probabilities"].sum(axis=1), 1, rtol=1e-5)
    rule = decision_rule(model)
    assert rule.class_names == OST_CLASSES
    assert rule.schema["frame"] == {
        "height": 16,
        "width": 16,
        "channels": 1,
        "dtype": "uint8",
    }
    assert rule.schema["statistics"] == list(NAMES["statistic_names"])
    assert rule.schema["architecture"]["filters"] == [4, 8]
    check_saving(model, x, tmp_path)


def test_a_permuted_batch_permutes_the_outputs(model):
    x = inputs()
    order = np.array([3, 1, 5, 0, 2, 4])
    found = model.predict(x, verbose=0)["logits"]
    moved = model.predict({k: v[order] for k, v in x.items()}, verbose=0)["logits"]
    np.testing.assert_allclose(moved, found[order], rtol=1e-4, atol=1e-5)


def test_without_header_claims_do_not_matter(model):
    x = inputs()
    other = x | {"header": x["header"] + 9, "claim": 1 - x["claim"]}
    first, second = (
        model.predict(without_header(y), verbose=0)["logits"] for y in (x, other)
    )
    np.testing.assert_array_equal(first, second)
    seen = model.predict(x, verbose=0)["logits"]
    assert np.abs(seen - first).max() > 1e-4


@pytest.mark.parametrize("dtype", ["uint8", "float16"])
def test_anything_may_be_missing(dtype):
    model = build(input_dtype=dtype)
    x = inputs(dtype=dtype)
    for name in x:
        empty = np.nan if x[name].dtype.kind == "f" else 0
        hidden = x | {name: np.full_like(x[name], empty)}
        found = model.predict(hidden, verbose=0)["probabilities"]
        assert np.isfinite(found).all()
    nothing = {
        k: np.full_like(v, np.nan if v.dtype.kind == "f" else 0) for k, v in x.items()
    }
    found = model.predict(nothing, verbose=0)["logits"]
    np.testing.assert_allclose(found, found[:1].repeat(6, axis=0), atol=1e-6)


@pytest.mark.parametrize(
    "changes",
    [
        {"backbone": "cnn", "channels": 3},
        pytest.param(
            {
                "backbone": "mobilenet_v3_small",
                "filters": (),
                "target_w": 32,
                "target_h": 32,
            },
            marks=pytest.mark.slow,
        ),
        {"precision": "mixed_bfloat16"},
    ],
    ids=str,
)
def test_other_networks(changes, tmp_path):
    model = build(**changes)
    shape = model.input["image"].shape[1:]
    x = inputs() | {"image": RNG.integers(0, 255, (6, *shape)).astype("uint8")}
    found = model.predict(x, verbose=0)
    assert found["logits"].dtype == found["embedding"].dtype == np.float32
    assert keras.config.dtype_policy().name == "float32"
    # The order of a sum moves the last of bfloat16's eight bits, by 2**-7 at most.
    tolerance = 2**-7 if "precision" in changes else 1e-6
    check_saving(model, x, tmp_path, tolerance)


def test_freezing_leaves_the_classifier(model):
    copy = build()
    freeze_branches(copy)
    left = {weight.path.split("/")[0] for weight in copy.trainable_weights}
    assert left == {"classifier_hidden", "logits"}
    weight = build().get_layer("image_branch").weights[0]
    transfer = Transfer((), {weight.path: "not in the file"})
    with pytest.raises(ValueError, match="pretrained weights for every branch"):
        freeze_branches(build(), transfer)
    assert {layer.name for layer in model.layers} >= set(BRANCHES)


def test_a_model_of_another_kind():
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="must have a `DecisionRule` layer"):
        decision_rule(other)
