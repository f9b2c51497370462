"""Decides for every candidate of a table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras.evaluation import adjust_class_prior, decide
from mesa_keras.evaluation.class_prior import ClassPrior, class_rates
from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.config import UNKNOWN
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.model_data import load_for_model
from mesa_keras.recipes.mesa.target import Target
from mesa_keras.recipes.mesa.target_model import TargetModel


def predict(
    model_path: str | Path,
    data_path: str | Path,
    *,
    class_prior: ClassPrior | None = None,
    columns: Mapping[str, str] | None = None,
    views_path: str | Path | None = None,
    batch_size: int = 256,
    progress: bool = False,
) -> Any:
    """Decides for every candidate of a table; labels in it are ignored.

    Args:
        model_path: Model file.
        data_path: Table of candidates.
        class_prior: Rates of the classes among these candidates, in the model's order
            or by name, where they differ from those the model was calibrated on.
        columns: Our column name to the file's.
        views_path: File of views; by default `views.npz` beside the table.
        batch_size: Candidates at a time.
        progress: Whether to show a progress bar.

    Returns:
        `pandas.DataFrame`, a row per candidate in the file's order: `object_id`;
        `star_id` where the table has it; `p_<class>` per class; `decision`, a class or
        "unknown"; `score`, the probability of the class decided, of the most probable
        one for unknown; `missing`, the inputs without any value, separated by ";"; and
        `fault`, why values were left out, '' where none were. A candidate without any
        usable value is unknown, its probabilities NaN. `attrs["warnings"]` and
        `attrs["light_curve_source"]` say what else there is to know.

    Raises:
        FileNotFoundError: If a file named does not exist.
        ValueError: If a file is damaged, the data do not fit the model, or the prior
            does not fit the classes.
    """
    predictor = Predictor(model_path)
    prior = class_rates(class_prior, predictor.class_names)
    data = load_for_model(
        predictor,
        data_path,
        columns=columns,
        views_path=views_path,
        require_labels=False,
    )
    return predict_data(predictor, data, prior, batch_size, progress)


def predict_target(
    model_path: str | Path, target: Target, *, class_prior: ClassPrior | None = None
) -> Any:
    """Decides for one object from its raw light curve.

    Args:
        model_path: Model file.
        target: The object.
        class_prior: Rates of the classes; see `predict`.

    Returns:
        One row of what `predict` returns.

    Raises:
        FileNotFoundError: If there is no such model.
        ValueError: If the light curve cannot be folded, or does not fit the model.
    """
    predictor = Predictor(model_path)
    prior = class_rates(class_prior, predictor.class_names)
    data = TargetModel(predictor, target).own_data()
    return predict_data(predictor, data, prior)


def predict_data(
    predictor: Predictor,
    data: MesaData,
    prior: np.ndarray | None = None,
    batch_size: int = 256,
    progress: bool = False,
) -> Any:
    """Decides for candidates that are loaded already; see `predict`."""
    found = predictor.predict(
        data.inputs(),
        batch_size,
        outputs=("probabilities", "decision", "score"),
        progress=progress,
    )
    if prior is not None:
        _correct(found, predictor, prior)
    return _as_frame(found, data, predictor)


def _correct(
    found: dict[str, np.ndarray], predictor: Predictor, prior: np.ndarray
) -> None:
    """Replaces probabilities, decisions and scores by those under `prior`."""
    rule = predictor.rule
    rows = np.isfinite(found["probabilities"]).all(axis=1)
    if not rows.any():
        return
    adjusted = adjust_class_prior(
        found["probabilities"][rows], np.asarray(rule.class_rates), prior
    )
    found["probabilities"][rows] = adjusted
    found["decision"][rows], found["score"][rows] = decide(
        adjusted, np.asarray(rule.thresholds), float(rule.abstain) > 0.5
    )


def _as_frame(
    found: dict[str, np.ndarray], data: MesaData, predictor: Predictor
) -> Any:
    names = np.array([*predictor.class_names, UNKNOWN], dtype=object)
    cells: dict[str, Any] = {"object_id": data.object_id.astype(object)}
    if (data.star_id != data.object_id).any():
        cells["star_id"] = data.star_id.astype(object)
    for k, name in enumerate(predictor.class_names):
        cells[f"p_{name}"] = found["probabilities"][:, k]
    cells["decision"] = names[found["decision"]]
    cells["score"] = found["score"]
    cells["missing"] = [";".join(inputs) for inputs in data.missing()]
    cells["fault"] = data.faults.astype(object)
    frame = pd.DataFrame(cells)
    frame.attrs["warnings"] = data.warnings
    frame.attrs["light_curve_source"] = data.light_curve_source
    return frame
