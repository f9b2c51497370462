"""Decides for every candidate of a table: ``python -m cli.predict_mesa --data …``.

Or for one object from its raw light curve: ``--target "TIC 261136679" --period 6.268
--epoch 1325.504 --light_curve file.fits``.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_candidate_options,
    add_option,
    class_prior,
    print_table,
    quiet_start,
    run,
)
from cli._target_options import (
    add_reading_options,
    add_target_options,
    check_options,
    target_of,
)
from mesa_keras.atomic_file import check_not_input, check_writable
from mesa_keras.table_output import check_suffix, write_table


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.predict_mesa", description=__doc__
    )
    add_option(
        result,
        "model_path",
        help="trained model [output/mesa_model.keras; with --target the shipped one, "
        "models/mesa_kepler.keras]",
    )
    what: Any = result.add_mutually_exclusive_group(required=True)
    add_option(
        what,
        "data",
        help="table of candidates, CSV or Parquet, with views.npz beside it",
    )
    add_option(what, "target", help="one object: its star, as 'TIC 261136679'")
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
    add_option(
        result,
        "known_output",
        help="with a table of labelled candidates: .npz to write with their embeddings "
        "and labels, for the similar objects of cli.explain_mesa",
    )
    add_target_options(result)
    add_reading_options(result)
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and predicts."""
    options = parser()
    arguments = options.parse_args(argv)
    check_options(options, arguments)
    if arguments.target is not None:
        return run(lambda: _predict_target(arguments))
    for name in ("quality", "flux_column", "time_system"):
        if getattr(arguments, name) != options.get_default(name):
            options.error(f"argument --{name}: not allowed with argument --data")
    return run(lambda: _predict(arguments))


def _predict_target(arguments: argparse.Namespace) -> int:
    with quiet_start():
        from mesa_keras.recipes.mesa.predict import predict_target
        from mesa_keras.recipes.mesa.shipped_model import model_or_shipped

    _check_output(arguments.output)
    model_path = model_or_shipped(arguments.model_path)
    target = target_of(arguments)
    frame = predict_target(model_path, target, class_prior=arguments.class_prior)
    write_table(frame, arguments.output)
    row = frame.iloc[0]
    for note in frame.attrs["warnings"]:
        print(f"note: {note}", file=sys.stderr)
    named = {
        f"probability of {name.removeprefix('p_')}": f"{row[name]:.3f}"
        for name in frame
        if name.startswith("p_")
    }
    print_table(
        {
            "object": f"{target.object_id}, {target.curve.mission}, "
            f"{', '.join(part.name for part in target.curve.segments)}",
            "decided": row["decision"],
            **named,
            **({"missing": row["missing"]} if row["missing"] else {}),
            **({"fault": row["fault"]} if row["fault"] else {}),
            "predictions": arguments.output,
        }
    )
    return DONE_WITH_FAULTS if row["fault"] else DONE


def _check_output(output: str) -> None:
    """Raises where the predictions could not be written after they were made."""
    check_suffix(output)
    check_writable("output", output)


def _predict(arguments: argparse.Namespace) -> int:
    with quiet_start():
        from mesa_keras.recipes.mesa.known_objects import write_known_objects
        from mesa_keras.recipes.mesa.predict import predict
        from mesa_keras.recipes.mesa.view_sources import VIEWS_FILE

    _check_output(arguments.output)
    inputs = (arguments.data, arguments.views_path)
    check_not_input("output", arguments.output, *inputs)
    if arguments.known_output is not None:
        beside = Path(arguments.data).with_name(VIEWS_FILE)
        check_not_input("known_output", arguments.known_output, *inputs, beside)
    model_path = arguments.model_path or "output/mesa_model.keras"
    frame = predict(
        model_path,
        arguments.data,
        class_prior=arguments.class_prior,
        columns=arguments.columns,
        views_path=arguments.views_path,
        batch_size=arguments.batch_size,
        progress=True,
    )
    known = {}
    if arguments.known_output is not None:
        path, count = write_known_objects(
            model_path,
            arguments.data,
            arguments.known_output,
            columns=arguments.columns,
            views_path=arguments.views_path,
            batch_size=arguments.batch_size,
        )
        known = {"known objects": f"{count:,} in {path}"}
    write_table(frame, arguments.output)
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
            **known,
            "predictions": arguments.output,
        }
    )
    return DONE_WITH_FAULTS if faults else DONE


if __name__ == "__main__":
    sys.exit(main())
