"""What saved embeddings know of a property or class in a catalogue."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras._version import __version__
from mesa_keras.evaluation import (
    bootstrap_intervals,
    check_disjoint,
    classification_metrics,
    classification_report,
    paired_bootstrap,
    regression_metrics,
)
from mesa_keras.recipes.astroclip.directions import MODALITIES, vectors
from mesa_keras.recipes.astroclip.embeddings import Embeddings
from mesa_keras.recipes.astroclip.object_groups import object_groups
from mesa_keras.recipes.astroclip.probe_heads import Rows, fit_head
from mesa_keras.recipes.astroclip.probe_split import probe_split
from mesa_keras.recipes.astroclip.probe_target import Target, join_target

VIEWS = (*MODALITIES, "both")
# Classes of fewer training objects are left out: nothing could be said of them.
FEWEST_OF_CLASS = 5


@dataclass(frozen=True, eq=False, kw_only=True)
class ProbeResult:
    """What a probe found.

    Attributes:
        results: What `probe_results.json` holds.
        predictions: `pandas.DataFrame` of the test rows.
        vectors: Vectors of all rows used, `(n, dim)`.
        values: Their numbers or class indices, `(n,)`.
        target: The target.
    """

    results: dict[str, Any]
    predictions: Any
    vectors: np.ndarray
    values: np.ndarray
    target: Target


def probe(
    embeddings: Embeddings,
    column: str,
    catalogue: Any = None,
    *,
    head: str = "knn",
    modality: str = "both",
    task: str = "auto",
    catalogue_name: str = "the catalogue",
    num_resamples: int = 1000,
    seed: int = 0,
) -> ProbeResult:
    """Fits a head on training rows and measures it on test rows.

    Args:
        embeddings: Both views of objects; valid rows are used.
        column: Column of the catalogue.
        catalogue: Table with `object_id`; by default the embeddings' own.
        head: `"knn"` or `"linear"`.
        modality: `"image"`, `"spectrum"` or `"both"`, one after the other.
        task: `"regression"`, `"classification"`, or `"auto"`, by the column.
        catalogue_name: What the catalogue is called in messages.
        num_resamples: Resamples of the intervals.
        seed: Seed of the intervals, and of the split where there is none.

    Raises:
        ValueError: If the column is missing, constant or no property, too few rows have
            a value, a split shares objects with another, or an argument is none of its
            choices.
    """
    if modality not in VIEWS:
        raise ValueError(f"`modality` must be of {VIEWS}. Received: {modality!r}")
    if seed < 0:
        raise ValueError(f"`seed` must be 0 or more. Received: {seed}")
    target = join_target(embeddings, column, catalogue, task, catalogue_name)
    usable = np.flatnonzero(embeddings.valid & target.known)
    groups = object_groups([embeddings.table])[0]
    parts, how = probe_split(embeddings.table["split"], groups, usable, seed)
    parts, target, notes = _without_rare_classes(parts, target)
    _check_varied(parts, target)
    check_disjoint(**{name: groups[rows] for name, rows in parts.items()})
    chosen = {
        name: Rows(
            _features(embeddings, rows, modality), target.values[rows], groups[rows]
        )
        for name, rows in parts.items()
    }
    num_classes = len(target.class_names)
    fitted = fit_head(
        head, chosen["train"], chosen["validation"], chosen["test"], num_classes
    )
    known = np.concatenate([chosen["train"].values, chosen["validation"].values])
    found = _measured(
        target, chosen["test"], fitted.predictions, known, num_resamples, seed
    )
    results = {
        "target": column,
        "task": target.task,
        "class_names": list(target.class_names),
        "head": head,
        "modality": modality,
        "setting": {"name": fitted.setting, "value": fitted.value},
        "validation_loss": {f"{v:g}": loss for v, loss in fitted.losses.items()},
        "split": {"how": how, **{name: len(rows) for name, rows in parts.items()}},
        "num_rows": embeddings.num_rows,
        "num_valid": len(embeddings.valid_indices),
        "num_without_value": int((embeddings.valid & ~target.known).sum()),
        "num_not_in_catalogue": target.num_unmatched,
        "notes": notes,
        "simulated": embeddings.simulated,
        "model_fingerprint": embeddings.model_fingerprint,
        "data_fingerprint": embeddings.data_fingerprint,
        "version": __version__,
        **found,
    }
    every = np.sort(np.concatenate(list(parts.values())))
    return ProbeResult(
        results=results,
        predictions=_table(embeddings, target, parts["test"], fitted.predictions),
        vectors=_features(embeddings, every, modality),
        values=target.values[every],
        target=target,
    )


def _features(embeddings: Embeddings, rows: np.ndarray, modality: str) -> np.ndarray:
    """Unit vectors of rows, those of both views one after the other."""
    if modality != "both":
        return np.asarray(vectors(embeddings, modality)[rows])
    both = [vectors(embeddings, name)[rows] for name in MODALITIES]
    return np.asarray(np.concatenate(both, axis=1) / np.sqrt(np.float32(2)))


def _without_rare_classes(
    parts: dict[str, np.ndarray], target: Target
) -> tuple[dict[str, np.ndarray], Target, list[str]]:
    """Leaves out classes of too few training objects, which a note names."""
    if target.task == "regression":
        return parts, target, []
    counts = np.bincount(
        target.values[parts["train"]], minlength=len(target.class_names)
    )
    kept = np.flatnonzero(counts >= FEWEST_OF_CLASS)
    if len(kept) == len(counts):
        return parts, target, []
    place = np.full(len(counts) + 1, -1)
    place[kept] = np.arange(len(kept))
    values = place[target.values]
    left = {name: rows[values[rows] >= 0] for name, rows in parts.items()}
    gone = sum(len(parts[name]) - len(left[name]) for name in parts)
    rare = [target.class_names[k] for k in np.flatnonzero(counts < FEWEST_OF_CLASS)]
    note = (
        f"{gone:,} objects of classes with fewer than {FEWEST_OF_CLASS} training "
        f"objects are left out: {', '.join(rare[:8])}{' …' if len(rare) > 8 else ''}"
    )
    smaller = Target(
        name=target.name,
        task=target.task,
        values=values,
        class_names=tuple(target.class_names[k] for k in kept),
        num_unmatched=target.num_unmatched,
    )
    return left, smaller, [note]


def _check_varied(parts: dict[str, np.ndarray], target: Target) -> None:
    for name, rows in parts.items():
        if len(rows) < 2:
            raise ValueError(
                f"`target` {target.name!r} has {len(rows)} valid rows with a value in "
                f"the {name} part; at least 2 are needed."
            )
    for name in ("train", "test"):
        values = np.unique(target.values[parts[name]])
        if len(values) < 2:
            shown = (
                target.class_names[int(values[0])]
                if target.task == "classification"
                else f"{values[0]:g}"
            )
            raise ValueError(
                f"`target` {target.name!r} is {shown} in all {len(parts[name]):,} rows "
                f"of the {name} part: there is nothing to learn or to measure."
            )


def _measured(
    target: Target,
    test: Rows,
    predictions: np.ndarray,
    known: np.ndarray,
    num_resamples: int,
    seed: int,
) -> dict[str, Any]:
    """Measures of the head, of a baseline without any view, and their difference."""
    metrics: Any = regression_metrics
    baseline = np.full(len(test.values), known.mean())
    report = None
    if target.task == "classification":
        metrics = classification_metrics
        rates = np.bincount(known, minlength=len(target.class_names)) / len(known)
        baseline = np.tile(rates, (len(test.values), 1))
        report = classification_report(
            test.values, predictions.argmax(axis=1), target.class_names
        )
    options = {"num_resamples": num_resamples, "seed": seed}
    arguments = (test.groups, test.values)
    return {
        "measures": bootstrap_intervals(metrics, *arguments, predictions, **options),
        "baseline": bootstrap_intervals(metrics, *arguments, baseline, **options),
        "difference": paired_bootstrap(
            metrics, *arguments, predictions, baseline, **options
        ),
        "classes": report,
    }


def _table(
    embeddings: Embeddings, target: Target, rows: np.ndarray, found: np.ndarray
) -> Any:
    table = embeddings.table.iloc[rows]
    columns: dict[str, Any] = {"row": rows, "object_id": table["object_id"].to_numpy()}
    if target.task == "regression":
        columns |= {"true": target.values[rows], "predicted": found}
    else:
        names = np.array(target.class_names, dtype=object)
        columns |= {
            "true": names[target.values[rows]],
            "predicted": names[found.argmax(axis=1)],
            **{f"p_{name}": found[:, k] for k, name in enumerate(names)},
        }
    return pd.DataFrame(columns)
