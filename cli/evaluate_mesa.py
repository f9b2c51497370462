"""Measures a MESA model on stars it never saw: ``python -m cli.evaluate_mesa``."""

import argparse
import sys
from pathlib import Path

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_candidate_options,
    add_option,
    print_table,
    quiet_start,
    run,
)
from mesa_keras.config_fields import names


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.evaluate_mesa", description=__doc__
    )
    add_candidate_options(result, "model_path")
    add_option(
        result,
        "test_data",
        default="data/test_data.csv",
        help="table of labelled candidates, CSV or Parquet, with views.npz beside it "
        "[data/test_data.csv]",
    )
    add_option(
        result, "output_dir", default="test_results", help="results [test_results]"
    )
    add_option(
        result,
        "visualize",
        action="store_true",
        help="draw figures, as PNG files and into the report",
    )
    add_option(
        result,
        "boundary_features",
        type=names,
        default=(),
        help="two columns, comma-separated, that the decision boundary is drawn over "
        "[the first two of the model]",
    )
    add_option(
        result,
        "positive",
        type=names,
        action="append",
        default=[],
        metavar="CLASS,…",
        help="a class, or several together, to measure against the rest; may be given "
        "more than once",
    )
    add_candidate_options(
        result, "allow_shared_stars", "views_path", "columns", "batch_size"
    )
    add_option(
        result,
        "seed",
        type=int,
        default=0,
        help="seed of the bootstrap and of the t-SNE map [0]",
    )
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and evaluates."""
    arguments = parser().parse_args(argv)
    return run(lambda: _evaluate(arguments))


def _evaluate(arguments: argparse.Namespace) -> int:
    if not Path(arguments.model_path).exists():
        raise FileNotFoundError(
            f"{arguments.model_path} does not exist. Train a model with "
            "`python -m cli.train_mesa`, or name yours with --model_path."
        )
    with quiet_start():
        from mesa_keras.recipes.mesa.evaluate import evaluate
        from mesa_keras.recipes.mesa.evaluation_report import (
            METRICS,
            light_curve_sentence,
        )
        from mesa_keras.recipes.mesa.positive_classes import POSITIVE_METRICS
        from mesa_keras.report.page import format_cell

    found = evaluate(
        arguments.model_path,
        arguments.test_data,
        arguments.output_dir,
        visualize=arguments.visualize,
        boundary_features=arguments.boundary_features,
        positive=arguments.positive,
        allow_shared_stars=arguments.allow_shared_stars,
        columns=arguments.columns,
        views_path=arguments.views_path,
        batch_size=arguments.batch_size,
        seed=arguments.seed,
    )
    results = found.results
    for warning in results["warnings"]:
        print(f"note: {warning}", file=sys.stderr)
    print(light_curve_sentence(results))
    table = {
        "candidates": f"{results['num_objects']:,} of {results['num_stars']:,} stars",
        **{label: format_cell(results[name]) for name, label in METRICS.items()},
    }
    for union, measured in results.get("positive", {}).items():
        for name, label in POSITIVE_METRICS.items():
            table[f"{union} against the rest, {label}"] = format_cell(measured[name])
    if results["retrieval"] is not None:
        search = results["retrieval"]["light_curve_to_physics"]
        table["Light curve finds physics"] = (
            f"recall@10 {search['recall@10']:.3f} in a pool of "
            f"{search['pool_size']:,.0f} (chance {search['chance@10']:.3f})"
        )
    if results["faults"]:
        table["with a fault"] = f"{len(results['faults']):,}"
    print_table(table | {name: str(path) for name, path in found.files.items()})
    return DONE_WITH_FAULTS if results["faults"] else DONE


if __name__ == "__main__":
    sys.exit(main())
