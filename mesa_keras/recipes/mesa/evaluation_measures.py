"""Figures of merit of MESA on labelled candidates."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.evaluation import (
    alignment_uniformity,
    bootstrap_intervals,
    calibration_band,
    classification_metrics,
    classification_report,
    modality_gap,
    retrieval_recall,
)
from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.modalities import (
    FEATURES,
    LIGHT_CURVE,
    modalities,
    show_only,
)
from mesa_keras.recipes.mesa.stars import star_groups

INTERPOLATED = "interpolated_run"
# Longer straight runs are a trace of the archive's clipping of strong events.
LONGEST_RUN = 5


@dataclass(frozen=True)
class Evaluated:
    """What a model made of labelled candidates.

    Attributes:
        predictor: The model.
        data: The candidates with a label and a usable value.
        found: The model's outputs for them.
        paired: Rows that have both a light curve and features.
        batch_size: Candidates at a time, wherever the model is run again.
    """

    predictor: Predictor
    data: MesaData
    found: dict[str, np.ndarray]
    paired: np.ndarray
    batch_size: int = 256

    @property
    def label(self) -> np.ndarray:
        """True class of each candidate."""
        return np.asarray(self.data.label)

    @property
    def probabilities(self) -> np.ndarray:
        """Probabilities in float64, as metrics of very sure models need them."""
        p = self.found["probabilities"].astype(np.float64)
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    def views_of_pairs(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Unit vectors of light curve and physics where a candidate has both."""
        if "alignment" not in self.found or not self.paired.size:
            return None
        vectors = self.found["alignment"][self.paired]
        return vectors[:, 0], vectors[:, 1]


def run_model(predictor: Predictor, data: MesaData, batch_size: int = 256) -> Evaluated:
    """Runs a model on labelled candidates, each with a usable value."""
    inputs = data.inputs()
    found = predictor.predict(inputs, batch_size)
    present = {name: ~np.isnan(x).all(axis=1) for name, x in inputs.items()}
    curve, physics = (
        np.any([present[name] for name in names], axis=0)
        if names
        else np.zeros(len(data), dtype=bool)
        for names in (
            list(data.views),
            [name for name in FEATURES if name in present],
        )
    )
    both = np.flatnonzero(curve & physics)
    return Evaluated(predictor, data, found, both, batch_size)


def measure(evaluated: Evaluated, seed: int = 0) -> dict[str, Any]:
    """Returns all figures of merit; NaN where one is not defined.

    Intervals are 95 % percentiles of 1,000 bootstraps over stars.
    """
    names = evaluated.predictor.class_names
    decision = evaluated.found["decision"]
    report = classification_report(evaluated.label, decision, names)
    return {
        **_metrics(evaluated, np.arange(len(evaluated.data)), seed),
        "calibration_band": calibration_band(evaluated.probabilities, seed=seed),
        "per_class": report["classes"],
        "confusion_matrix": report["confusion"],
        "confusion_columns": report["columns"],
        "absent_classes": report["absent_classes"],
        "abstained": report["abstained"],
        **_agreement(evaluated),
    }


def _metrics(evaluated: Evaluated, rows: np.ndarray, seed: int) -> dict[str, Any]:
    return dict(
        bootstrap_intervals(
            classification_metrics,
            star_groups(evaluated.data)[rows],
            evaluated.label[rows],
            evaluated.probabilities[rows],
            evaluated.found["decision"][rows],
            seed=seed,
        )
    )


def _agreement(evaluated: Evaluated) -> dict[str, Any]:
    """How well the two views of a candidate find each other."""
    pairs = evaluated.views_of_pairs()
    if pairs is None:
        return {"retrieval": None, "alignment": None}
    curve, physics = pairs
    stars = star_groups(evaluated.data)[evaluated.paired]
    spread = alignment_uniformity(curve, physics)
    return {
        "retrieval": {
            "light_curve_to_physics": retrieval_recall(curve, physics, groups=stars),
            "physics_to_light_curve": retrieval_recall(physics, curve, groups=stars),
        },
        "alignment": {
            "alignment": spread["alignment"],
            "uniformity_light_curve": spread["uniformity_a"],
            "uniformity_physics": spread["uniformity_b"],
            "modality_gap": modality_gap(curve, physics),
        },
    }


def measure_without_interpolated(
    evaluated: Evaluated, runs: np.ndarray, seed: int = 0
) -> dict[str, Any]:
    """Returns the six figures of merit without views that were interpolated in transit.

    Args:
        evaluated: Candidates and the model's outputs.
        runs: Longest interpolated run of each view, NaN where not known.
        seed: Seed of the bootstrap.
    """
    kept = np.flatnonzero(~(runs > LONGEST_RUN))
    return {
        "rule": f"rows with {INTERPOLATED} of at most {LONGEST_RUN}",
        "num_objects": len(kept),
        **(_metrics(evaluated, kept, seed) if kept.size else {}),
    }


def measure_parts(evaluated: Evaluated, seed: int = 0) -> dict[str, Any]:
    """Returns the six figures of merit from each part of the inputs alone.

    All other inputs are hidden from the model, as if no candidate had them. Candidates
    that have nothing in the part are left out.

    Args:
        evaluated: Candidates and the model's outputs.
        seed: Seed of the bootstrap.
    """
    inputs = evaluated.data.inputs()
    groups = modalities(inputs)
    parts: dict[str, tuple[str, ...]] = {
        name: (name,) for name in (LIGHT_CURVE, *FEATURES) if name in groups
    }
    if all(name in groups for name in FEATURES):
        parts["features"] = FEATURES
    temperatures = evaluated.predictor.rule.temperatures()
    results = {}
    for part, names in parts.items():
        if len(names) == len(groups):
            continue
        shown = show_only(inputs, names)
        has = np.any([~np.isnan(shown[name]).all(axis=1) for name in inputs], axis=0)
        found = evaluated.predictor.predict(shown, evaluated.batch_size)
        alone = Evaluated(evaluated.predictor, evaluated.data, found, np.array([], int))
        rows = np.flatnonzero(has)
        if rows.size:
            results[part] = {
                "num_objects": len(rows),
                "temperature": temperatures.get(names, temperatures.get(())),
                **_metrics(alone, rows, seed),
                "calibration_band": calibration_band(
                    found["probabilities"][rows], seed=seed
                ),
            }
    return results
