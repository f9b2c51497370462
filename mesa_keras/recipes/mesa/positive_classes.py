"""How well MESA finds the classes that a user is after, against all others."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from mesa_keras.evaluation import (
    bootstrap_intervals,
    one_against_rest,
    precision_recall_curve,
)
from mesa_keras.recipes.mesa.evaluation_measures import LONGEST_RUN, Evaluated
from mesa_keras.recipes.mesa.stars import star_groups
from mesa_keras.report import Picture, Table, precision_recall_figure

POSITIVE_METRICS = {
    "roc_auc": "ROC-AUC",
    "average_precision": "Average precision",
    "recall_at_precision_95": "Recall at 95 % precision",
    "recall_at_precision_99": "Recall at 99 % precision",
    "precision_at_recall_95": "Precision at 95 % recall",
    "precision_at_recall_99": "Precision at 99 % recall",
}


def check_positive(wanted: Sequence[Sequence[str]], class_names: Sequence[str]) -> None:
    """Raises `ValueError` unless each entry names some of the classes, and not all."""
    for names in wanted:
        known = set(names) <= set(class_names)
        if not known or not 0 < len(set(names)) < len(class_names):
            raise ValueError(
                f"`positive` must name some of the classes {', '.join(class_names)}, "
                f"and not all. Received: {', '.join(names) or 'none'}"
            )


def measure_positive(
    evaluated: Evaluated,
    wanted: Sequence[Sequence[str]],
    runs: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Returns figures of merit of each union of classes against the rest.

    The score of a union is the sum of its classes' probabilities. Intervals are 95 %
    percentiles of 1,000 bootstraps over stars.

    Args:
        evaluated: Candidates and the model's outputs.
        wanted: Classes of each union.
        runs: Longest interpolated run of each view, NaN where not known; `None` where
            the table is silent.
        seed: Seed of the bootstrap.
    """
    results = {}
    for names in wanted:
        everything = np.arange(len(evaluated.data))
        found = _measured(evaluated, names, everything, seed)
        if runs is not None:
            kept = np.flatnonzero(~(runs > LONGEST_RUN))
            if kept.size:
                found["without_interpolated"] = _measured(evaluated, names, kept, seed)
        results[" + ".join(names)] = found
    return results


def positive_tables(results: dict[str, Any]) -> list[Table]:
    """Returns a table for each union of classes of `measure_positive`."""
    tables = []
    for name, found in results.items():
        columns = [
            f"{name} against the rest",
            f"{found['num_positive']:,} of {found['num_objects']:,} candidates",
        ]
        without = found.get("without_interpolated")
        if without:
            columns.append(f"{without['num_objects']:,} without interpolated views")
        rows = [
            [label, found[key], *([without[key]] if without else [])]
            for key, label in POSITIVE_METRICS.items()
        ]
        tables.append(Table(columns=columns, rows=rows))
    return tables


def draw_positive(
    evaluated: Evaluated, wanted: Sequence[Sequence[str]]
) -> dict[str, Picture]:
    """Draws precision against recall of each union of classes that has an example."""
    pictures = {}
    for names in wanted:
        positive, score = _scores(evaluated, names)
        if not positive.any():
            continue
        figure = precision_recall_figure(
            precision_recall_curve(positive, score),
            " + ".join(names),
            float(positive.mean()),
        )
        # A class may be called EB/BEB, but not a file.
        file = re.sub(r"[\s/\\]", "_", "_".join(["precision_recall", *names]).lower())
        pictures[file] = Picture(
            figure=figure, alt=f"Precision against recall of {' + '.join(names)}."
        )
    return pictures


def _scores(
    evaluated: Evaluated, names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Whether a candidate is of the union, and the probability that it is."""
    classes = list(evaluated.predictor.class_names)
    places = [classes.index(name) for name in names]
    score = evaluated.probabilities[:, places].sum(axis=1)
    return np.isin(evaluated.label, places), score


def _measured(
    evaluated: Evaluated, names: Sequence[str], rows: np.ndarray, seed: int
) -> dict[str, Any]:
    positive, score = _scores(evaluated, names)
    return {
        "num_objects": len(rows),
        "num_positive": int(positive[rows].sum()),
        **bootstrap_intervals(
            one_against_rest,
            star_groups(evaluated.data)[rows],
            positive[rows],
            score[rows],
            seed=seed,
        ),
    }
