"""Trains the OST classifier on a folder of frames and writes all that the run made."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mesa_keras.atomic_file import check_writable
from ost_classifier.config import OstConfig
from ost_classifier.cross_validation import cross_validate
from ost_classifier.data import OstData, load_data
from ost_classifier.fitted import Fitted, Pretrained, fit_model
from ost_classifier.held_out import (
    absent_classes_notes,
    few_frames_notes,
    measure,
    predict_logits,
    set_decision_rule,
)
from ost_classifier.label_curve import label_curve
from ost_classifier.model import decision_rule
from ost_classifier.run_files import file_beside, write_run
from ost_classifier.split import labelled, split_frames
from ost_classifier.train_options import TrainOptions
from ost_classifier.trained_on import config_path, known_keys
from ost_classifier.training_run import Run
from ost_classifier.transfer import like_pretrained, open_frame_model


@dataclass(frozen=True)
class TrainResult:
    """What a training run made.

    Attributes:
        run: Model, history and measures.
        fitted: The fit, with what was taken from a pretrained model.
        files: Paths written, by what they hold.
    """

    run: Run
    fitted: Fitted
    files: dict[str, Path]


def train(
    config: OstConfig,
    data_dir: str | Path,
    model_out: str | Path,
    options: TrainOptions | None = None,
) -> TrainResult:
    """Trains, calibrates and saves a model.

    Frames are split into training, validation (early stopping) and calibration
    (temperature and thresholds) so that no night of a camera stands in two. With folds,
    temperature and thresholds come from out-of-fold logits, and the model learns from
    the calibration frames as well.

    Args:
        config: Model and training.
        data_dir: Folder with a subfolder per class.
        model_out: Model file, `*.keras`; other files of the run start with its name.
        options: What else was asked for.

    Raises:
        ValueError: If a file, a label or an argument is wrong.
        FileNotFoundError: If a file named does not exist.
        OSError: If the results cannot be written.
    """
    options = options or TrainOptions()
    out = Path(model_out)
    if out.suffix != ".keras":
        raise ValueError(f"`model_out` must end in .keras. Received: {out}")
    check_writable("model_out", out)
    pretrained = _pretrained(options)
    if pretrained is not None:
        config = like_pretrained(config, pretrained.model, options.given)
    if not Path(data_dir).is_dir():
        raise FileNotFoundError(f"{data_dir}: no such folder.")
    keys, gone = _pretrained_keys(config, pretrained)
    everything = _load(config, data_dir, out, options, pretrained)
    data = labelled(everything)
    _check_conservative(config, everything.class_names)
    parts, notes = split_frames(data, config)
    notes = [*everything.warnings, *notes, *gone]
    if len(data) < len(everything):
        notes.append(
            f"{len(everything) - len(data)} frames of no class are not learned from"
        )
    tables: dict[str, list[dict[str, float]]] = {}
    held_out, calibration = None, parts["calibration"]
    if options.kfold:
        folds = cross_validate(
            config,
            data,
            options.kfold,
            out,
            pretrained=pretrained,
            resume=options.resume,
        )
        tables["folds"] = folds.rows
        held_out, calibration = folds.logits, data
        notes += [note for note in folds.notes if note not in notes]
        parts = _joined(data, parts)
    fitted = fit_model(
        config,
        parts,
        file_beside(out, "_training_state.npz"),
        pretrained=pretrained,
        resume=options.resume,
    )
    if pretrained is not None and options.label_counts and "calibration" in parts:
        tables["label_curve"] = label_curve(
            config,
            parts,
            pretrained,
            options.label_counts,
            file_beside(out, "_label_curve_state.npz"),
        )
    if held_out is None:
        held_out = predict_logits(fitted.model, calibration)
    rule = decision_rule(fitted.model)
    notes += few_frames_notes(float(rule.temperature), len(calibration))
    if config.thresholds != "none":
        notes += absent_classes_notes(calibration.label, calibration.class_names)
    set_decision_rule(
        fitted.model, held_out.header, calibration.label, config.thresholds
    )
    validation = predict_logits(fitted.model, parts["validation"])
    run = Run(
        model=fitted.model,
        config=config,
        data=everything,
        parts=parts,
        history=fitted.history,
        best_epoch=fitted.best_epoch,
        metrics={
            "validation": measure(fitted.model, validation, parts["validation"].label),
            "calibration": measure(fitted.model, held_out, calibration.label),
        },
        calibration=calibration,
        held_out=held_out,
        features=fitted.features,
        tables=tables,
        notes=tuple(notes),
        pretrained_path=options.pretrained_path,
        pretrained_keys=keys,
    )
    return TrainResult(run=run, fitted=fitted, files=write_run(out, run))


def _pretrained(options: TrainOptions) -> Pretrained | None:
    if options.pretrained_path is None:
        return None
    return Pretrained(
        open_frame_model(options.pretrained_path),
        options.pretrained_path,
        options.freeze_backbone,
    )


def _pretrained_keys(
    config: OstConfig, pretrained: Pretrained | None
) -> tuple[frozenset[str], list[str]]:
    """Keys of frames that the pretrained model has seen, and why they are not known."""
    if pretrained is None:
        return frozenset(), []
    keys = known_keys(pretrained.path)
    frame = (decision_rule(pretrained.model).schema or {}).get("frame", {})
    reason = ""
    if not keys:
        reason = f"{config_path(pretrained.path).name} does not name them"
    elif dataclasses.asdict(config.frame_settings) != frame:
        reason = "they were images of another size or type"
    if not reason:
        return keys, []
    note = (
        f"frames that {pretrained.path} was trained on are not known again as test "
        f"frames: {reason}"
    )
    return frozenset(), [note]


def _load(
    config: OstConfig,
    data_dir: str | Path,
    out: Path,
    options: TrainOptions,
    pretrained: Pretrained | None,
) -> OstData:
    classes = options.classes
    if classes is None and pretrained is not None:
        classes = decision_rule(pretrained.model).class_names
    made = not out.parent.exists()
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        return load_data(
            data_dir,
            config.frame_settings,
            cache_dir=options.cache_dir or out.parent / "frame_cache",
            classes=classes,
            labels_csv=options.labels_csv,
            kfold=options.kfold,
            workers=options.workers,
            progress=options.progress,
        )
    except (ValueError, FileNotFoundError):
        # A wrong call leaves nothing behind.
        if made and not any(out.parent.iterdir()):
            out.parent.rmdir()
        raise


def _check_conservative(config: OstConfig, class_names: Sequence[str]) -> None:
    """A name that is misspelt must not quietly augment a class that it stands for."""
    from ost_classifier.classes import OST_CLASSES

    for name in config.aug_conservative:
        if name not in class_names and name not in OST_CLASSES:
            raise ValueError(
                f"`aug_conservative` names '{name}', which is no class. The classes "
                f"are {', '.join(class_names)}."
            )


def _joined(data: OstData, parts: Mapping[str, OstData]) -> dict[str, OstData]:
    """Training and validation only: the calibration part is learned from too."""
    held = np.isin(data.file, parts["validation"].file)
    return {
        "train": data.take(np.flatnonzero(~held)),
        "validation": parts["validation"],
    }
