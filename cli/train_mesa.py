"""Trains the MESA exoplanet classifier: ``python -m cli.train_mesa --epochs 50``."""

import argparse
import sys
from pathlib import Path

from cli._arguments import (
    DONE,
    add_candidate_options,
    add_option,
    print_table,
    quiet_start,
    run,
)
from cli._config_options import add_config_options, config_from
from mesa_keras.recipes.mesa.presets import PRESETS


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.train_mesa", description=__doc__
    )
    add_option(
        result,
        "data_path",
        default="data/train_data.csv",
        help="table of candidates, CSV or Parquet, with views.npz beside it "
        "[data/train_data.csv]",
    )
    add_option(result, "output_dir", default="output", help="results [output]")
    add_candidate_options(result, "views_path", "columns")
    add_option(result, "pretrained_path", help="model to take weights from")
    add_option(
        result,
        "freeze_backbone",
        action="store_true",
        help="train projections and classifier only",
    )
    add_option(
        result,
        "resume",
        action="store_true",
        help="go on after the last finished epoch of the run in output_dir",
    )
    add_config_options(result, PRESETS, "base")
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and trains."""
    arguments = parser().parse_args(argv)
    return run(lambda: _train(arguments))


def _train(arguments: argparse.Namespace) -> int:
    config = config_from(arguments, PRESETS)
    if not Path(arguments.data_path).exists():
        raise FileNotFoundError(
            f"{arguments.data_path} does not exist. Simulated data can be made with "
            "`python -m cli.simulate mesa --output_dir "
            f"{Path(arguments.data_path).parent}`, or name yours with --data_path."
        )
    with quiet_start():
        from mesa_keras.recipes.mesa.train import train

    result = train(
        config,
        arguments.data_path,
        arguments.output_dir,
        columns=arguments.columns,
        views_path=arguments.views_path,
        pretrained_path=arguments.pretrained_path,
        freeze_backbone=arguments.freeze_backbone,
        resume=arguments.resume,
    )
    for warning in result.data.warnings:
        print(f"note: {warning}", file=sys.stderr)
    if result.transfer is not None:
        print(result.transfer.summary())
    validation = result.metrics["validation"]
    print_table(
        {
            "light curves": result.data.light_curve_source,
            "candidates": ", ".join(f"{n} {c}" for n, c in result.counts.items()),
            "parameters": f"{result.model.count_params():,}",
            "best epoch": f"{result.best_epoch + 1} of {len(result.history['loss'])}",
            **{f"validation {k}": f"{v:.3f}" for k, v in validation.items()},
            **result.files,
        }
    )
    return DONE


if __name__ == "__main__":
    sys.exit(main())
