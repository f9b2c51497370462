"""Measures a frame model on labelled frames: ``python -m cli.evaluate_ost``."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_decision_options,
    add_option,
    numbers,
    print_table,
    quiet_start,
    run,
)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.evaluate_ost", description=__doc__
    )
    add_option(result, "model_path", help="trained model [the one that is shipped]")
    add_option(
        result,
        "data_dir",
        required=True,
        help="folder with a subfolder per class; one named unknown holds frames of no "
        "class",
    )
    add_option(
        result, "output_dir", default="test_results", help="results [test_results]"
    )
    for name in ("target_w", "target_h"):
        add_option(result, name, type=int, help="size of the model, which is checked")
    add_option(result, "batch_size", type=int, default=32, help="frames a pass [32]")
    add_decision_options(result)
    add_option(
        result,
        "fit_temperature",
        action="store_true",
        help="fit the temperature, on the frames that training kept back for it, or on "
        "one half of the folder, by night",
    )
    add_option(
        result,
        "auto_threshold",
        choices=("max_f1", "target_precision"),
        help="fit the thresholds, on the same frames",
    )
    add_option(
        result,
        "target_precision",
        type=numbers,
        help="precision wanted, for all classes or one each separated by commas",
    )
    add_option(result, "save_thresholds", help="JSON file to write thresholds to")
    add_option(
        result, "pr_out_dir", help="folder for precision-recall curves, PNG and CSV"
    )
    _add_run_options(result)
    return result


def _add_run_options(result: argparse.ArgumentParser) -> None:
    add_option(
        result,
        "allow_optimistic",
        action="store_true",
        help="fit to the very frames that are measured, or measure on those of the "
        "training; every output is marked",
    )
    add_option(
        result,
        "importance",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure which features matter [yes]",
    )
    add_option(
        result, "cache_dir", help="folder of decoded frames [frame_cache in the output]"
    )
    add_option(result, "workers", type=int, help="processes that decode [all cores]")
    add_option(
        result,
        "seed",
        type=int,
        default=0,
        help="seed of halves, bootstrap and permutations [0]",
    )


def main(argv: list[str] | None = None) -> int:
    """Parses the options and evaluates."""
    arguments = parser().parse_args(argv)
    return run(lambda: _evaluate(arguments))


def _evaluate(arguments: argparse.Namespace) -> int:
    with quiet_start():
        from ost_classifier.evaluate import evaluate
        from ost_classifier.evaluate_options import EvaluateOptions
        from ost_classifier.evaluate_report import opening

    options = vars(arguments).copy()
    for name in ("model_path", "data_dir", "output_dir"):
        del options[name]
    found = evaluate(
        arguments.model_path,
        arguments.data_dir,
        arguments.output_dir,
        EvaluateOptions(**options, progress=True),
    )
    results = found.results
    for warning in results["warnings"]:
        print(f"note: {warning}", file=sys.stderr)
    for sentence in opening(results):
        print(sentence)
    _print_measures(results)
    _print_classes(results["with_header"])
    _print_confusion(results["with_header"])
    _print_importance(results.get("importance"))
    faults = results["faults"]
    if faults:
        print_table({"not read": f"{len(faults):,}"})
    print_table({name: str(path) for name, path in found.files.items()})
    return DONE_WITH_FAULTS if faults else DONE


def _print_measures(results: Mapping[str, Any]) -> None:
    from mesa_keras.report.page import format_cell
    from ost_classifier.evaluate_report import METRICS

    both, pixels = results["with_header"], results["pixels_alone"]
    print(f"\n{'':<50}{'pixels and header':<26}pixels alone")
    for name, label in METRICS.items():
        cells = [
            format_cell(part[name]) if name in part else "" for part in (both, pixels)
        ]
        if any(cells):
            print(f"{label:<50}{cells[0]:<26}{cells[1]}")
    _print_by_claim(results["by_claim"])


def _print_by_claim(found: Mapping[str, Any]) -> None:
    from mesa_keras.report.page import format_cell

    for name, words in (("claim", "with a claim"), ("no claim", "without one")):
        row = found[name]
        if "with_header" not in row:
            continue
        for metric, label in (("accuracy", "Accuracy"), ("macro_f1", "Macro-F1")):
            label += f" of {row['frames']:,} frames {words}"
            both = format_cell(row["with_header"][metric])
            print(f"{label:<50}{both:<26}{format_cell(row['pixels_alone'][metric])}")


def _print_classes(found: Mapping[str, Any]) -> None:
    keys = ("precision", "recall", "f1", "coverage", "frames")
    width = max(map(len, found["per_class"]))
    print(f"\n{'of the frames decided':<{width}}" + "".join(f"{k:>11}" for k in keys))
    for name, row in found["per_class"].items():
        cells = [
            f"{row[key]:>11,}" if key == "frames" else f"{row[key]:>11.3f}"
            for key in keys
        ]
        print(f"{name:<{width}}{''.join(cells)}")


def _print_confusion(found: Mapping[str, Any]) -> None:
    """Counts, a row per true class; columns are numbered to fit the screen."""
    names, counts = found["confusion_rows"], found["confusion_matrix"]
    columns = range(len(names)) if found["abstained"] else range(len(names) - 1)
    width = max(map(len, names)) + 4
    head = "".join(f"{'?' if k == len(names) - 1 else k:>6}" for k in columns)
    print(f"\n{'true class, then decided (? unknown)':<{width}}{head}")
    for k, (name, row) in enumerate(zip(names, counts, strict=True)):
        if sum(row):
            cells = "".join(f"{row[column]:>6,}" for column in columns)
            print(f"{k:>2}  {name:<{width - 4}}{cells}")


def _print_importance(found: Mapping[str, Any] | None) -> None:
    if not found:
        return
    print("\nlog-loss rises by, where a feature is dealt out anew")
    for name, row in list(found["permutation"].items())[:10]:
        print(f"  {row['log_loss_rise']:>8.4f}  {name}")
    print("logit moves by, for a standard deviation (gradients)")
    for name, value in list(found["gradient"].items())[:10]:
        print(f"  {value:>8.4f}  {name}")
    print()


if __name__ == "__main__":
    sys.exit(main())
