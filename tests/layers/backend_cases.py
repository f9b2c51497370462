"""Outputs of all layers, losses and metrics on fixed inputs, for any Keras backend.

``KERAS_BACKEND=jax python -m tests.layers.backend_cases outputs.npz``
"""

import sys

import keras
import numpy as np

from mesa_keras import layers, losses, metrics

RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=(3, 7, 4)).astype("float32")
GAPS = np.where(RNG.random(SERIES.shape) < 0.3, np.nan, SERIES).astype("float32")
LONG = RNG.normal(size=(3, 40)).astype("float32")
LONG[1, 5:20] = np.nan
TABLE = RNG.lognormal(size=(9, 4)).astype("float32")
TABLE[2] = np.nan
TABLE[3] = -1
PAIRS = RNG.normal(size=(5, 2, 4)).astype("float32")
INDEX = np.array([0, 1, 1, 2, -1])
LOGITS = RNG.normal(size=(5, 3)).astype("float32")
IMAGES = RNG.lognormal(size=(3, 9, 8, 3)).astype("float32")
IMAGES[0, 2:5], IMAGES[1, ..., 1] = np.nan, np.nan
WEIGHTS = RNG.lognormal(size=LONG.shape).astype("float32")
WEIGHTS[0, 12:18], WEIGHTS[2, 1] = 0, np.nan
WEIGHTED = [LONG, WEIGHTS]
LABELS = np.array([0, 1, 2, 2, 0])


def _normalization():
    layer = layers.FeatureNormalization(
        tuple("abcd"), {"b": "log10", "c": "asinh", "d": "quantile"}, {"a": 24.0}
    )
    layer.adapt(TABLE)
    return layer


def _scaling():
    layer = layers.PixelScaling()
    layer.adapt(IMAGES)
    return layer


def _rule():
    layer = layers.DecisionRule(("A", "B", "C"), modalities=("curve", "features"))
    layer.calibrate({("curve",): 2.0, ("features",): 0.5}, [0.3, 0.9, 0.5], True)
    return layer


LAYERS = {
    "ClassToken": (layers.ClassToken, SERIES),
    "SinusoidalPositionalEncoding": (layers.SinusoidalPositionalEncoding, SERIES),
    "LearnedPositionalEncoding": (
        lambda: layers.LearnedPositionalEncoding(9),
        SERIES,
    ),
    "TransformerBlock": (lambda: layers.TransformerBlock(2, 8), SERIES),
    "MaskToken": (layers.MaskToken, SERIES),
    "FastDropout": (lambda: layers.FastDropout(0.4, seed=1), SERIES),
    "PatchEmbedding": (lambda: layers.PatchEmbedding(3, 5), GAPS),
    "ConvolutionalPatchEmbedding": (
        lambda: layers.ConvolutionalPatchEmbedding(2, 5, filters=4),
        GAPS,
    ),
    "SeriesStatistics": (layers.SeriesStatistics, LONG),
    "PixelScaling": (_scaling, IMAGES),
    "CentralSums": (lambda: layers.CentralSums((1.5, 4)), np.nan_to_num(IMAGES)),
    "WeightedBinning": (lambda: layers.WeightedBinning(3), WEIGHTED),
    "SeriesScaling": (lambda: layers.SeriesScaling(6), WEIGHTED),
    "ShiftedViews": (
        lambda: layers.ShiftedViews(3, 7, share=0.5, seed=3),
        WEIGHTED,
    ),
    "LogBinning": (lambda: layers.LogBinning(9, 10.0, 1.0), WEIGHTED),
    "LocalContrast": (lambda: layers.LocalContrast(7), WEIGHTED),
    "CirclePooling": (lambda: layers.CirclePooling((0.5, 2.0), 0.1), SERIES),
    "CircleConfidence": (layers.CircleConfidence, PAIRS[:, 0, :2]),
    "UnitCircles": (lambda: layers.UnitCircles(1, 0.3), PAIRS[:, 0]),
    "CircleAgreement": (
        lambda: layers.CircleAgreement((0.5, 2.0)),
        [PAIRS[:, 0], PAIRS[:, 1], PAIRS[:, 0, :1], PAIRS[:, 1, :1]],
    ),
    "LogPositionalEncoding": (lambda: layers.LogPositionalEncoding(3, 0.5), SERIES),
    "UnitPairs": (layers.UnitPairs, [PAIRS[:, 0], PAIRS[:, 1]]),
    "FeatureNormalization": (_normalization, TABLE),
    "NumericalEmbedding": (lambda: layers.NumericalEmbedding(5), np.abs(TABLE[4:])),
    "ContrastiveScale": (layers.ContrastiveScale, PAIRS),
    "DecisionRule": (_rule, LOGITS),
}
LOSSES = {
    "InfoNCE": (losses.InfoNCE(), INDEX, PAIRS),
    "SigmoidContrastive": (losses.SigmoidContrastive(), INDEX, PAIRS),
    "FocalLoss": (losses.FocalLoss(alpha=[1.0, 2.0, 3.0]), LABELS, LOGITS),
    "MaskedReconstruction": (losses.MaskedReconstruction(), GAPS, SERIES[:, ::-1]),
}
METRICS = {
    "RetrievalRecall": (metrics.RetrievalRecall(), INDEX, PAIRS),
    "ExpectedCalibrationError": (metrics.ExpectedCalibrationError(), LABELS, LOGITS),
    "LabelledAccuracy": (
        metrics.LabelledAccuracy(),
        np.array([0, -1, 2, 1, 0]),
        LOGITS,
    ),
}
NAMES = [*LAYERS, *LOSSES, *METRICS]


def outputs(name):
    """Arrays that the layer, loss or metric gives, with weights from a fixed seed."""
    if name in LOSSES:
        loss, y_true, y_pred = LOSSES[name]
        return [np.asarray(loss(y_true, y_pred))]
    if name in METRICS:
        metric, y_true, y_pred = METRICS[name]
        metric.update_state(y_true, y_pred)
        return [np.asarray(metric.result())]
    make, inputs = LAYERS[name]
    layer = make()
    valid = np.arange(7)[None] < np.array([7, 4, 1])[:, None]
    options = {
        "TransformerBlock": {"valid": valid},
        "MaskToken": {"valid": valid},
        "FastDropout": {"training": True},
        "UnitPairs": {"present": np.arange(10).reshape(5, 2) % 3 > 0},
        "DecisionRule": {"present": np.array([[1, 0], [0, 1], [1, 1], [0, 0], [1, 0]])},
    }.get(name, {})
    layer(inputs, **options)
    rng = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(rng.normal(size=weight.shape, scale=0.5))
    results = keras.tree.flatten(layer(inputs, **options))
    return [keras.ops.convert_to_numpy(result) for result in results]


def main(path):
    """Writes the outputs of all cases to one file."""
    arrays = {name: outputs(name) for name in NAMES}
    np.savez(
        path, **{f"{name}_{i}": a for name in NAMES for i, a in enumerate(arrays[name])}
    )


if __name__ == "__main__":
    main(sys.argv[1])
