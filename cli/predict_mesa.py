"""Decides for every candidate of a table: ``python -m cli.predict_mesa --data …``."""

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


def class_prior(text: str) -> list[float] | dict[str, float]:
    """Reads `0.3,0.1,0.6` or `CONFIRMED=0.3,…`."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    pairs = [part.rsplit("=", 1) for part in parts]
    try:
        if all(len(pair) == 2 for pair in pairs):
            named = {name.strip(): float(value) for name, value in pairs}
            if len(named) == len(pairs):
                return named
        else:
            return [float(part) for part in parts]
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(
        "must be a rate per class, as 0.3,0.1,0.6 in the order of the classes or as "
        f"NAME=0.3,NAME=0.1,… Received: {text!r}"
    )


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.predict_mesa", description=__doc__
    )
    add_candidate_options(result, "model_path")
    add_option(
        result,
        "data",
        required=True,
        help="table of candidates, CSV or Parquet, with views.npz beside it",
    )
    add_option(
        result,
        "output",
        default="predictions.csv",
        help="file to write, .csv, .csv.gz or .parquet [predictions.csv]",
    )
    add_option(
        result,
        "class_prior",
        type=class_prior,
        help="rates of the classes in this survey, in the model's order or by name",
    )
    add_candidate_options(result, "views_path", "columns", "batch_size")
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and predicts."""
    arguments = parser().parse_args(argv)
    return run(lambda: _predict(arguments))


def _predict(arguments: argparse.Namespace) -> int:
    with quiet_start():
        from mesa_keras.recipes.mesa.predict import (
            check_suffix,
            predict,
            write_predictions,
        )

    check_suffix(arguments.output)
    frame = predict(
        arguments.model_path,
        arguments.data,
        class_prior=arguments.class_prior,
        columns=arguments.columns,
        views_path=arguments.views_path,
        batch_size=arguments.batch_size,
        progress=True,
    )
    write_predictions(frame, arguments.output)
    for warning in frame.attrs["warnings"]:
        print(f"note: {warning}", file=sys.stderr)
    faults = int((frame["fault"] != "").sum())
    print_table(
        {
            "light curves": frame.attrs["light_curve_source"],
            "candidates": f"{len(frame):,}",
            **{
                f"decided {name}": f"{count:,}"
                for name, count in frame["decision"].value_counts().items()
            },
            "with something missing": f"{int((frame['missing'] != '').sum()):,}",
            "with a fault": f"{faults:,}",
            "predictions": arguments.output,
        }
    )
    return DONE_WITH_FAULTS if faults else DONE


if __name__ == "__main__":
    sys.exit(main())
