"""Measures a frame classifier on labelled frames that it never saw."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras._version import __version__
from mesa_keras.json_file import write_json
from mesa_keras.report import save_pictures
from ost_classifier.calibrate import fit_point_temperature, fit_point_thresholds
from ost_classifier.data import OstData, load_data
from ost_classifier.evaluate_figures import draw, write_precision_recall
from ost_classifier.evaluate_files import REPORT_FILE, RESULTS_FILE
from ost_classifier.evaluate_fit import FitPlan, check_unseen, fit_notes, plan_fit
from ost_classifier.evaluate_frames import EvaluatedFrames, run_model
from ost_classifier.evaluate_importance import (
    gradient_importance,
    permutation_importance,
)
from ost_classifier.evaluate_measures import (
    PIXELS_ALONE,
    WITH_HEADER,
    by_claim,
    by_class_and_camera,
    count_agreement,
    measure,
)
from ost_classifier.evaluate_options import EvaluateOptions
from ost_classifier.evaluate_report import write_evaluation_report
from ost_classifier.operating_point import (
    NEVER_UNKNOWN,
    Decisions,
    OperatingPoint,
    operating_point,
)
from ost_classifier.predict import FrameClassifier
from ost_classifier.service_results import checked_unknown_id
from ost_classifier.thresholds import save_thresholds


@dataclass(frozen=True)
class EvaluateResult:
    """What an evaluation found.

    Attributes:
        results: What `test_results.json` holds; NaN where a number is not defined.
        files: Paths written, by what they hold.
        data: All frames that were read, and what could not be.
    """

    results: dict[str, Any]
    files: dict[str, Path]
    data: OstData


def evaluate(
    model_path: str | Path | None,
    data_dir: str | Path,
    output_dir: str | Path,
    options: EvaluateOptions | None = None,
) -> EvaluateResult:
    """Measures a model and writes `test_results.json`, `report.html` and figures.

    Args:
        model_path: Model file; `None` for the one that is shipped.
        data_dir: Folder with a subfolder per class; one named `unknown` holds frames of
            none, for which abstaining is right.
        output_dir: Folder of the results, made if needed.
        options: What else is asked for.

    Raises:
        FileNotFoundError: If model, folder or thresholds do not exist.
        ValueError: If a file is damaged, data, thresholds and model do not fit each
            other, or the model was trained on these frames.
        OSError: If the results cannot be written.
    """
    options = options or EvaluateOptions()
    classifier = FrameClassifier(model_path)
    _check_size(classifier, options)
    point = operating_point(
        classifier,
        options.thresholds,
        options.temperature,
        options.abstain_unknown,
        options.class_prior,
    )
    folder, num_classes = Path(output_dir), len(classifier.class_names)
    options.check(classifier.class_names, folder, classifier.path, Path(data_dir))
    unknown_id = checked_unknown_id(options.unknown_id, num_classes)
    data = load_data(
        data_dir,
        classifier.settings,
        cache_dir=options.cache_dir or folder / "frame_cache",
        classes=classifier.class_names,
        workers=options.workers,
        progress=options.progress,
    )
    seen = check_unseen(classifier, data, allow_optimistic=options.allow_optimistic)
    folder.mkdir(parents=True, exist_ok=True)
    evaluated = run_model(
        classifier, data, options.batch_size, tta=options.tta, progress=options.progress
    )
    plan = plan_fit(
        classifier,
        evaluated,
        wanted=options.fit_temperature or options.auto_threshold is not None,
        tta=options.tta,
        allow_optimistic=options.allow_optimistic,
        seed=options.seed,
    )
    point = _fitted(point, plan, classifier, options)
    scored = plan.scored
    both = point.decide(scored.logits.header)
    pixels = point.decide(scored.logits.pixels, pixels_alone=True)
    results = {
        **_described(classifier, data, plan, point, options),
        "optimistic": plan.optimistic or seen is not None,
        "fit": [*plan.sentences, *([seen] if seen else [])],
        "unknown_id": unknown_id,
        "warnings": [
            *classifier.notes,
            *([NEVER_UNKNOWN] if point.never_abstains else []),
            *data.warnings,
            *fit_notes(
                plan,
                point,
                temperature=options.fit_temperature,
                thresholds=options.auto_threshold is not None,
            ),
        ],
        **_measured(classifier, point, scored, both, pixels, options),
    }
    figures, pictures = save_pictures(
        draw(scored, both, pixels, results[WITH_HEADER]), folder
    )
    files = {"results": folder / RESULTS_FILE, "report": folder / REPORT_FILE}
    write_json(files["results"], results)
    write_evaluation_report(files["report"], results, figures)
    files |= pictures
    if options.pr_out_dir is not None:
        write_precision_recall(
            scored,
            both,
            point.thresholds.by_name(),
            options.pr_out_dir,
            optimistic=results["optimistic"],
        )
        files["precision-recall curves"] = Path(options.pr_out_dir)
    if options.save_thresholds is not None:
        files["thresholds"] = Path(options.save_thresholds)
        save_thresholds(
            files["thresholds"],
            point.as_thresholds(
                classifier.fingerprint(),
                optimistic=plan.calibration is not None and results["optimistic"],
            ),
            classifier.path.name,
        )
    return EvaluateResult(results, files, data)


def _check_size(classifier: FrameClassifier, options: EvaluateOptions) -> None:
    settings = classifier.settings
    for name, wanted, own in (
        ("target_w", options.target_w, settings.width),
        ("target_h", options.target_h, settings.height),
    ):
        if wanted is not None and wanted != own:
            raise ValueError(
                f"`{name}` must be that of the model, {own} ({classifier.path}). "
                f"Received: {name}={wanted}"
            )


def _fitted(
    point: OperatingPoint,
    plan: FitPlan,
    classifier: FrameClassifier,
    options: EvaluateOptions,
) -> OperatingPoint:
    """The operating point with what was asked to be fitted."""
    if plan.calibration is None:
        return point
    if options.fit_temperature:
        point = fit_point_temperature(point, plan.calibration)
    if options.auto_threshold is None:
        return point
    return fit_point_thresholds(
        point,
        plan.calibration,
        options.auto_threshold,
        target_precision=options.target_precision,
        model_weights=classifier.fingerprint(),
    )


def _measured(
    classifier: FrameClassifier,
    point: OperatingPoint,
    scored: EvaluatedFrames,
    both: Decisions,
    pixels: Decisions,
    options: EvaluateOptions,
) -> dict[str, Any]:
    seed = options.seed
    found = {
        WITH_HEADER: measure(scored, both, seed),
        PIXELS_ALONE: measure(scored, pixels, seed, bias_like_short_darks=True),
        "by_class_and_camera": by_class_and_camera(scored, both, pixels),
        "by_claim": by_claim(scored, both, pixels, seed),
        "agreement": count_agreement(scored, pixels),
    }
    if options.importance:
        found["importance"] = {
            "gradient": gradient_importance(classifier, scored),
            "permutation": permutation_importance(
                classifier, scored, point.temperature, seed=seed
            ),
        }
    return found


def _described(
    classifier: FrameClassifier,
    data: OstData,
    plan: FitPlan,
    point: OperatingPoint,
    options: EvaluateOptions,
) -> dict[str, Any]:
    """What was measured on what."""
    scored = plan.scored.data
    return {
        "class_names": list(classifier.class_names),
        "num_frames": len(scored),
        "num_unknown": int((scored.label == scored.unknown_id).sum()),
        "num_nights": len(np.unique(plan.scored.groups)),
        "faults": dict(data.faults),
        "tta": options.tta,
        "operating_point": point.described(),
        "data": {"folder": str(data.path), "sha256": data.fingerprint},
        "model": {
            "file": classifier.path.name,
            "weights": classifier.fingerprint(),
            "parameters": classifier.predictor.model.count_params(),
        },
        "version": __version__,
    }
