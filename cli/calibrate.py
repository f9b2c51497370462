"""Sets temperatures and thresholds of a model anew: ``python -m cli.calibrate``."""

import argparse
import sys
from collections.abc import Mapping

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_candidate_options,
    add_option,
    numbers,
    print_table,
    quiet_start,
    run,
)

OF_CANDIDATES: tuple[str, ...] = ("allow_shared_stars", "views_path", "columns")
OF_FRAMES: tuple[str, ...] = ("temperature", "profiles_dir")


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.calibrate",
        description=f"{__doc__} With --data for a model of candidates; for a model of "
        "frames with --data_dir, or without either from the frames that its training "
        "kept back.",
    )
    add_option(
        result,
        "model_path",
        help="trained model [output/mesa_model.keras; of frames, the one shipped]",
    )
    add_option(
        result,
        "data",
        help="table of labelled candidates that the model was not trained on",
    )
    add_option(
        result,
        "data_dir",
        help="folder of labelled frames that the model was not trained on",
    )
    add_option(result, "model_out", help="copy of the model to write, *.keras")
    add_option(
        result,
        "thresholds",
        default="none",
        help="how the threshold of a class is chosen: none (the most probable class), "
        "max_f1 or target_precision; for frames also numbers, a JSON file or a profile "
        "[none]",
    )
    add_option(
        result,
        "target_precision",
        type=numbers,
        help="precision wanted for each class, with --thresholds target_precision; one "
        "number, or one per class separated by commas",
    )
    add_option(
        result,
        "abstain",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="call what is below all thresholds unknown [as the model does]",
    )
    add_option(
        result, "temperature", type=float, help="fixed temperature, frames [fitted]"
    )
    add_option(
        result,
        "profiles_dir",
        help="folder for the profiles thresholds_prod_precision.json and "
        "thresholds_prod_recall.json of a model of frames",
    )
    add_candidate_options(result, *OF_CANDIDATES)
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and calibrates."""
    options = parser()
    arguments = options.parse_args(argv)
    _check_kind(options, arguments)
    if arguments.data is None:
        if not (arguments.model_out or arguments.profiles_dir):
            options.error("one of --model_out and --profiles_dir is required")
        return run(lambda: _calibrate_frames(arguments))
    if arguments.model_out is None:
        options.error("the following arguments are required: --model_out")
    return run(lambda: _calibrate(arguments))


def _check_kind(
    options: argparse.ArgumentParser, arguments: argparse.Namespace
) -> None:
    """Ends the command where options of candidates and of frames are mixed."""
    from mesa_keras.evaluation.thresholds import CALIBRATION_OBJECTIVES

    if arguments.data is not None and arguments.data_dir is not None:
        options.error("--data is of candidates, --data_dir of frames: give one")
    foreign, reason = OF_CANDIDATES, "for frames, without --data"
    if arguments.data is not None:
        foreign, reason = OF_FRAMES, "with argument --data, for candidates"
    for name in foreign:
        if getattr(arguments, name) != options.get_default(name):
            options.error(f"argument --{name}: not allowed {reason}")
    if (
        arguments.data is not None
        and arguments.thresholds not in CALIBRATION_OBJECTIVES
    ):
        options.error(
            "argument --thresholds: must be one of "
            f"{', '.join(CALIBRATION_OBJECTIVES)} with argument --data, for "
            f"candidates. Received: {arguments.thresholds}"
        )


def _calibrate(arguments: argparse.Namespace) -> int:
    with quiet_start():
        from mesa_keras.recipes.mesa.calibrate import calibrate

    result = calibrate(
        arguments.model_path or "output/mesa_model.keras",
        arguments.data,
        arguments.model_out,
        thresholds=arguments.thresholds,
        target_precision=arguments.target_precision,
        abstain=arguments.abstain,
        columns=arguments.columns,
        views_path=arguments.views_path,
        allow_shared_stars=arguments.allow_shared_stars,
    )
    for warning in result.warnings:
        print(f"note: {warning}", file=sys.stderr)
    faults = int((result.data.faults != "").sum())
    print_table(
        {
            "candidates": ", ".join(f"{n} {c:,}" for n, c in result.counts.items()),
            **{
                "temperature "
                + name.replace("_features", "").replace("_", " "): f"{t:.4f}"
                for name, t in result.temperatures.items()
            },
            **{f"threshold {n}": f"{v:.4f}" for n, v in result.thresholds.items()},
            **_compared(result.before, result.after),
            **({"with a fault": f"{faults:,}"} if faults else {}),
            "model": arguments.model_out,
        }
    )
    return DONE_WITH_FAULTS if faults else DONE


def _calibrate_frames(arguments: argparse.Namespace) -> int:
    with quiet_start():
        from ost_classifier.calibrate_run import calibrate

    result = calibrate(
        arguments.model_path,
        arguments.model_out,
        data_dir=arguments.data_dir,
        thresholds=arguments.thresholds,
        target_precision=arguments.target_precision,
        temperature=arguments.temperature,
        abstain=arguments.abstain,
        profiles_dir=arguments.profiles_dir,
        progress=True,
    )
    for warning in result.warnings:
        print(f"note: {warning}", file=sys.stderr)
    point = result.point
    limits = point.thresholds.by_name()
    print_table(
        {
            "frames": ", ".join(f"{n} {c:,}" for n, c in result.counts.items()),
            "fitted to": result.source,
            "temperature": f"{point.temperature:.4f}",
            **{f"threshold {name}": f"{value:.4f}" for name, value in limits.items()},
            **_compared(result.before, result.after),
            **({"not read": f"{len(result.faults):,}"} if result.faults else {}),
            **{name: str(path) for name, path in result.files.items()},
        }
    )
    return DONE_WITH_FAULTS if result.faults else DONE


def _compared(
    before: Mapping[str, float], after: Mapping[str, float]
) -> dict[str, str]:
    """Figures of merit before and after."""
    return {
        f"{label} before, after": f"{before[name]:.4f}, {after[name]:.4f} (on the data "
        "fitted to)"
        for name, label in (
            ("log_loss", "log-loss"),
            ("ece", "ECE"),
            ("accuracy", "accuracy"),
            ("macro_f1", "macro-F1"),
        )
    }


if __name__ == "__main__":
    sys.exit(main())
