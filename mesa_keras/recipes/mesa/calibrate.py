"""Calibrates MESA from held-out candidates: temperatures, thresholds, class rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from mesa_keras.atomic_file import atomic_file, check_writable
from mesa_keras.evaluation import (
    classification_metrics,
    decide,
    fit_thresholds,
)
from mesa_keras.evaluation.thresholds import Objective
from mesa_keras.inference import Predictor
from mesa_keras.layers import DecisionRule
from mesa_keras.readers import NO_USABLE_VALUE
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.modalities import Arrays
from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.recipes.mesa.model_data import check_unseen, load_for_model
from mesa_keras.recipes.mesa.run_config import config_of_copy, write_run_config
from mesa_keras.recipes.mesa.temperatures import (
    by_name,
    fit_temperatures,
    probabilities_of,
    temperature_notes,
)


def calibrate_model(
    model: keras.Model,
    data: MesaData,
    *,
    thresholds: Objective = "none",
    target_precision: float | None = None,
    abstain: bool | None = None,
) -> np.ndarray:
    """Sets the decision rule of `model` from labelled candidates it never saw.

    The temperatures, one for each set of modalities that a candidate may have, are
    those of the smallest log-loss: see `fit_temperatures`. Thresholds follow from the
    calibrated probabilities of the candidates as they are. The class rates are theirs
    with one more counted in each class, `(n_k + 1) / (n + classes)`: a class without a
    candidate gets a small rate, not 0, which no class prior could be compared with.

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
    labels, inputs = data.label[rows], data.take(rows).inputs()
    temperatures = fit_temperatures(model, inputs, labels)
    counts = np.bincount(labels, minlength=len(rule.class_names)) + 1
    rule.calibrate(
        temperatures,
        thresholds=fit_thresholds(
            probabilities_of(rule.temperatures() | temperatures, logits[rows], inputs),
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


@dataclass(frozen=True)
class CalibrateResult:
    """What a calibration changed.

    Attributes:
        before: Log-loss, ECE and the other figures of merit before it.
        after: The same afterwards, on the same candidates: these were fitted to.
        temperatures: Temperatures by what a candidate has; the last is that of one
            that has all.
        thresholds: New threshold by class name.
        counts: Candidates by class name.
        data: All candidates that were read.
        warnings: What a user should know.
    """

    before: dict[str, float]
    after: dict[str, float]
    temperatures: dict[str, float]
    thresholds: dict[str, float]
    counts: dict[str, int]
    data: MesaData
    warnings: tuple[str, ...]


def calibrate(
    model_path: str | Path,
    data_path: str | Path,
    model_out: str | Path,
    *,
    thresholds: Objective = "none",
    target_precision: float | None = None,
    abstain: bool | None = None,
    columns: Mapping[str, str] | None = None,
    views_path: str | Path | None = None,
    allow_shared_stars: bool = False,
) -> CalibrateResult:
    """Writes a copy of a model with temperatures and thresholds found anew.

    The configuration of the run goes with it, so that the copy knows the stars that it
    was trained on and those that it was calibrated on.

    Args:
        model_path: Model file; it stays as it is.
        data_path: Table of labelled candidates that the model was not trained on.
        model_out: The copy, `*.keras`; its folder is made if needed.
        thresholds: Objective of `fit_thresholds`.
        target_precision: Wanted precision of the objective `"target_precision"`.
        abstain: Whether a candidate below all thresholds is unknown; `None` keeps what
            the model does.
        columns: Our column name to the file's.
        views_path: File of views; by default `views.npz` beside the table.
        allow_shared_stars: Whether stars that the model was trained on are no error.

    Raises:
        FileNotFoundError: If a file named does not exist.
        ValueError: If a file is damaged, data and model do not fit, the data hold one
            class only or stars that the model was trained on, or the copy would stand
            beside the configuration of another run.
        OSError: If the copy cannot be written.
    """
    out = Path(model_out)
    if out.suffix != ".keras" or out.resolve() == Path(model_path).resolve():
        raise ValueError(
            f"`model_out` must be another file than the model, and end in .keras. "
            f"Received: {out}"
        )
    check_writable("model_out", out)
    predictor = Predictor(model_path)
    data = load_for_model(predictor, data_path, columns=columns, views_path=views_path)
    rows = labelled_rows(data)
    labels = np.asarray(data.label)[rows]
    if len(np.unique(labels)) < 2:
        raise ValueError(f"{data.path}: calibration needs two classes or more.")
    notes = check_unseen(
        predictor, data, allow_shared_stars=allow_shared_stars, recalibrating=True
    )
    config = config_of_copy(predictor.path, out, data, columns)
    rule, inputs = predictor.rule, data.take(rows).inputs()
    notes += temperature_notes(rule, inputs)
    logits = predictor.predict(inputs, outputs=["logits"])["logits"]
    before = _scores(rule, labels, logits, inputs)
    calibrate_model(
        predictor.model,
        data,
        thresholds=thresholds,
        target_precision=target_precision,
        abstain=abstain,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(out) as temporary:
        predictor.model.save(temporary)
        # Before the copy takes its name: neither stands there without the other.
        if config is not None:
            write_run_config(out, config)
    names = predictor.class_names
    counts = np.bincount(labels, minlength=len(names))
    new = np.asarray(rule.thresholds, dtype=np.float64)
    return CalibrateResult(
        before=before,
        after=_scores(rule, labels, logits, inputs),
        temperatures=by_name(rule.temperatures()),
        thresholds=dict(zip(names, new.tolist(), strict=True)),
        counts=dict(zip(names, counts.tolist(), strict=True)),
        data=data,
        warnings=(*data.warnings, *notes),
    )


def _scores(
    rule: DecisionRule, labels: np.ndarray, logits: np.ndarray, inputs: Arrays
) -> dict[str, float]:
    probabilities = probabilities_of(rule.temperatures(), logits, inputs)
    decision, _ = decide(
        probabilities, np.asarray(rule.thresholds), float(rule.abstain) > 0.5
    )
    return classification_metrics(labels, probabilities, decision)
