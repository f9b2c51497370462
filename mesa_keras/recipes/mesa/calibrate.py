"""Calibrates MESA: temperature, thresholds and class rates from held-out candidates."""

import keras
import numpy as np

from mesa_keras.evaluation import fit_temperature, fit_thresholds, softmax
from mesa_keras.evaluation.thresholds import Objective
from mesa_keras.readers import NO_USABLE_VALUE
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.model import decision_rule


def calibrate_model(
    model: keras.Model,
    data: MesaData,
    *,
    thresholds: Objective = "none",
    target_precision: float | None = None,
    abstain: bool | None = None,
) -> np.ndarray:
    """Sets the decision rule of `model` from labelled candidates it never saw.

    The temperature is that of the smallest log-loss, thresholds follow from the
    calibrated probabilities. The class rates are those of the candidates with one more
    counted in each class, `(n_k + 1) / (n + classes)`: a class without a candidate gets
    a small rate, not 0, which no class prior could be compared with.

    Args:
        model: Model of `build_model`; its `DecisionRule` is changed.
        data: Candidates of the model's classes. Those without a label or without any
            usable value are left out of the fit.
        thresholds: Objective of `fit_thresholds`.
        target_precision: Wanted precision of the objective `"target_precision"`.
        abstain: Whether a candidate below all thresholds is unknown; `None` keeps what
            the model does.

    Returns:
        Logits of all candidates, shape `(rows, classes)`, before the temperature.

    Raises:
        ValueError: If the classes differ, no candidate has a label, or an argument is
            out of range.
    """
    rule = decision_rule(model)
    if tuple(data.class_names) != rule.class_names:
        raise ValueError(
            f"`data` must have the model's classes {', '.join(rule.class_names)}. "
            f"Received: {', '.join(data.class_names)}"
        )
    logits = np.asarray(
        model.predict(data.inputs(), batch_size=256, verbose=0)["logits"]
    )
    rows = labelled_rows(data)
    if not rows.size or data.label is None:
        raise ValueError(f"{data.path}: calibration needs candidates with a label.")
    labels = data.label[rows]
    temperature = fit_temperature(logits[rows], labels)
    counts = np.bincount(labels, minlength=len(rule.class_names)) + 1
    rule.calibrate(
        temperature=temperature,
        thresholds=fit_thresholds(
            softmax(logits[rows], temperature),
            labels,
            objective=thresholds,
            target_precision=target_precision,
        ),
        abstain=abstain,
        class_rates=counts / counts.sum(),
    )
    return logits


def labelled_rows(data: MesaData) -> np.ndarray:
    """Returns the places of the candidates with a label and a usable value."""
    if data.label is None:
        return np.array([], dtype=np.int64)
    usable = np.array([NO_USABLE_VALUE not in fault for fault in data.faults])
    return np.flatnonzero(usable & (data.label >= 0))
