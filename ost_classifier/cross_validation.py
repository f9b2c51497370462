"""K-fold cross-validation: mean and spread, and out-of-fold logits of all frames."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file
from mesa_keras.pipelines.split import split_by_group
from mesa_keras.training import check_same_settings
from ost_classifier.config import OstConfig
from ost_classifier.data import OstData
from ost_classifier.fitted import Pretrained, fit_model, run_settings
from ost_classifier.held_out import (
    HeldOut,
    few_frames_notes,
    measure,
    predict_logits,
    set_decision_rule,
)
from ost_classifier.split import enough_groups, split_folds


@dataclass(frozen=True)
class CrossValidation:
    """What the folds together know.

    Attributes:
        logits: Out-of-fold logits of all frames, in their order.
        rows: Measures per fold, then their mean and their standard deviation.
        notes: What a user should know.
    """

    logits: HeldOut
    rows: list[dict[str, float]]
    notes: list[str]


def cross_validate(
    config: OstConfig,
    data: OstData,
    folds: int,
    beside: Path,
    *,
    pretrained: Pretrained | None = None,
    resume: bool = False,
) -> CrossValidation:
    """Trains a model per fold on the other folds, and asks it about its own.

    Args:
        config: Model and training.
        data: Labelled frames.
        folds: Number of folds, at least 2.
        beside: Model file, whose name the files of the folds start with.
        pretrained: Model to start from.
        resume: Whether to go on with folds that were interrupted, and to keep finished
            ones.

    Raises:
        ValueError: If there are too few frames, or a fold that is gone on with is of
            other settings.
        OSError: If a file cannot be written.
    """
    if folds < 2:
        raise ValueError(f"`kfold` must be at least 2. Received: kfold={folds}")
    held, notes = split_folds(data, config, folds)
    header = np.full((len(data), len(data.class_names)), np.nan, np.float32)
    pixels = header.copy()
    rows = []
    for number, own in enumerate(held):
        base = beside.with_name(f"{beside.stem}_fold_{number + 1}")
        others = data.take(np.setdiff1d(np.arange(len(data)), own))
        parts = {**_parts(config, others), "fold": data.take(own)}
        about = _about(run_settings(config, parts, pretrained), folds, number)
        found = _known(base, about) if resume else None
        if found is None:
            found = _run_fold(config, parts, base, about, pretrained, resume)
        header[own], pixels[own] = found[0]
        few = few_frames_notes(1.0, len(parts["validation"]))
        notes += [f"fold {number + 1}: {note}" for note in few]
        rows.append({"fold": number + 1, "frames": len(own), **found[1]})
    values = [[row[name] for row in rows] for name in rows[0]]
    for words, function in (("mean", np.mean), ("standard deviation", np.std)):
        entry = dict(zip(rows[0], (float(function(v)) for v in values), strict=True))
        rows.append({**entry, "fold": words})  # type: ignore[dict-item]
    return CrossValidation(HeldOut(header, pixels), rows, notes)


def _parts(config: OstConfig, others: OstData) -> dict[str, OstData]:
    """Training and early stopping of a fold."""
    groups, _ = enough_groups(others, config.split_by, 2)
    share = config.validation_fraction
    split = split_by_group(
        groups,
        {"train": 1 - share, "validation": share},
        labels=others.label,
        seed=config.seed,
    )
    return {name: others.take(index) for name, index in split.items()}


def _run_fold(
    config: OstConfig,
    parts: Mapping[str, OstData],
    base: Path,
    about: Mapping[str, Any],
    pretrained: Pretrained | None,
    resume: bool,
) -> tuple[HeldOut, dict[str, float]]:
    part = parts["fold"]
    state = base.with_name(f"{base.name}_training_state.npz")
    fitted = fit_model(config, parts, state, pretrained=pretrained, resume=resume)
    # The fold itself must stay unseen: the temperature is that of its early stopping.
    validation = predict_logits(fitted.model, parts["validation"])
    set_decision_rule(
        fitted.model, validation.header, parts["validation"].label, "none"
    )
    logits = predict_logits(fitted.model, part)
    measured = measure(fitted.model, logits, part.label)
    values = {
        f"{name} {verdict}": found[name]
        for name in ("accuracy", "macro_f1", "log_loss")
        for verdict, found in measured.items()
    }
    with atomic_file(base.with_suffix(".npz")) as temporary:
        np.savez(
            temporary,
            header=logits.header,
            pixels=logits.pixels,
            about=np.array(json.dumps(about)),
            values=np.array(json.dumps(values)),
        )
    return logits, values


def _known(
    base: Path, about: Mapping[str, Any]
) -> tuple[HeldOut, dict[str, float]] | None:
    """The logits of a fold that was finished; one of other settings is refused."""
    path = base.with_suffix(".npz")
    if not path.is_file():
        return None
    try:
        with np.load(path) as stored:
            old = json.loads(str(stored["about"]))
            logits = HeldOut(stored["header"], stored["pixels"])
            values: dict[str, float] = json.loads(str(stored["values"]))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ValueError(f"{path} is damaged: delete it ({error})") from error
    check_same_settings(path, old, about)
    return logits, values


def _about(settings: dict[str, Any], folds: int, number: int) -> dict[str, Any]:
    """Settings of a fold, as JSON gives them back."""
    about = {**settings, "kfold": folds, "fold": number + 1}
    found: dict[str, Any] = json.loads(json.dumps(about))
    return found
