"""Sets temperatures and thresholds of a model anew: ``python -m cli.calibrate``."""

import argparse
import sys

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_candidate_options,
    add_option,
    print_table,
    quiet_start,
    run,
)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.calibrate", description=__doc__
    )
    add_candidate_options(result, "model_path")
    add_option(
        result,
        "data",
        required=True,
        help="table of labelled candidates that the model was not trained on",
    )
    add_option(
        result, "model_out", required=True, help="copy of the model to write, *.keras"
    )
    add_option(
        result,
        "thresholds",
        choices=("none", "max_f1", "target_precision"),
        default="none",
        help="how the threshold of a class is chosen; none decides for the most "
        "probable class [none]",
    )
    add_option(
        result,
        "target_precision",
        type=float,
        help="precision wanted for each class, with --thresholds target_precision",
    )
    add_option(
        result,
        "abstain",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="call a candidate below all thresholds unknown [as the model does]",
    )
    add_candidate_options(result, "allow_shared_stars", "views_path", "columns")
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and calibrates."""
    arguments = parser().parse_args(argv)
    return run(lambda: _calibrate(arguments))


def _calibrate(arguments: argparse.Namespace) -> int:
    with quiet_start():
        from mesa_keras.recipes.mesa.calibrate import calibrate

    result = calibrate(
        arguments.model_path,
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
            **{f"temperature {n}": f"{v:.4f}" for n, v in result.temperatures.items()},
            **{f"threshold {n}": f"{v:.4f}" for n, v in result.thresholds.items()},
            **{
                f"{label} before, after": f"{result.before[name]:.4f}, "
                f"{result.after[name]:.4f} (on the data fitted to)"
                for name, label in (
                    ("log_loss", "log-loss"),
                    ("ece", "ECE"),
                    ("accuracy", "accuracy"),
                    ("macro_f1", "macro-F1"),
                )
            },
            **({"with a fault": f"{faults:,}"} if faults else {}),
            "model": arguments.model_out,
        }
    )
    return DONE_WITH_FAULTS if faults else DONE


if __name__ == "__main__":
    sys.exit(main())
