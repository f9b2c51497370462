"""A saved model opens in a new process after ``import keras, mesa_keras``."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from mesa_keras import layers
from mesa_keras.losses import FocalLoss, InfoNCE

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
import keras, mesa_keras
import numpy as np
model = keras.models.load_model(sys.argv[1])
inputs = dict(np.load(sys.argv[2]))
np.savez(sys.argv[3], **model.predict(inputs, verbose=0))
targets = {"logits": np.arange(6) % 3, "scaled_alignment": np.arange(6)}
model.fit(inputs, targets, verbose=0)
"""


def make_model(table):
    features = keras.Input((4,), name="features")
    view = keras.Input((21,), name="view")
    normalization = layers.FeatureNormalization(
        tuple("abcd"), {"a": "log10", "b": "quantile"}
    )
    normalization.adapt(table)
    values, missing = normalization(features)
    embedded = layers.NumericalEmbedding(8)(values)
    physics = keras.layers.Flatten()(embedded)
    physics = keras.layers.Concatenate()([physics, missing])
    physics = keras.layers.Dense(8)(physics)
    tokens, valid = layers.PatchEmbedding(4, 8)(keras.ops.expand_dims(view, -1))
    x = layers.SinusoidalPositionalEncoding()(tokens)
    x = layers.LearnedPositionalEncoding(9)(x)
    x = layers.ClassToken()(x)
    valid = keras.ops.pad(valid, [[0, 0], [1, 0]], constant_values=True)
    x = layers.TransformerBlock(2, 16)(x, valid=valid)[:, 0]
    pair = keras.ops.normalize(keras.ops.stack([x, physics], axis=1), axis=-1)
    logits = keras.layers.Dense(3, name="logits")(
        keras.layers.Concatenate()([x, physics])
    )
    modalities = ("features", "view")
    present = keras.ops.stack(
        [keras.ops.any(keras.ops.isfinite(x), axis=-1) for x in (features, view)],
        axis=1,
    )
    rule = layers.DecisionRule(
        ("A", "B", "C"), {"columns": list("abcd")}, modalities, name="rule"
    )
    temperatures = {("features",): 0.7, ("view",): 1.6, modalities: 1.3}
    rule.calibrate(temperatures, [0.2, 0.3, 0.4])
    outputs = {
        "logits": logits,
        "scaled_alignment": layers.ContrastiveScale(name="scale")(pair),
        **rule(logits, present),
    }
    model = keras.Model({"features": features, "view": view}, outputs)
    model.compile(
        "adamw",
        loss={"logits": FocalLoss(), "scaled_alignment": InfoNCE(normalize=False)},
    )
    return model


@pytest.mark.slow
def test_everything_reloads_and_trains_on(tmp_path):
    rng = np.random.default_rng(0)
    inputs = {
        "features": rng.lognormal(size=(6, 4)).astype("float32"),
        "view": rng.normal(size=(6, 21)).astype("float32"),
    }
    inputs["features"][1], inputs["view"][2] = np.nan, np.nan
    model = make_model(inputs["features"])
    targets = {"logits": np.arange(6) % 3, "scaled_alignment": np.arange(6)}
    model.fit(inputs, targets, verbose=0)
    paths = [tmp_path / name for name in ("model.keras", "in.npz", "out.npz")]
    model.save(paths[0])
    np.savez(paths[1], **inputs)
    subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, paths)], cwd=ROOT, check=True
    )
    expected = model.predict(inputs, verbose=0)
    with np.load(paths[2]) as outputs:
        assert set(outputs) == set(expected)
        for name, values in expected.items():
            np.testing.assert_allclose(outputs[name], values, rtol=1e-5, atol=1e-6)
