r"""Vets objects and finds what would turn the verdict: ``python -m cli.explain_mesa``.

    python -m cli.explain_mesa --target "TIC 261136679" --period 6.268 \
        --epoch 1325.504 --light_curve file.fits
    python -m cli.explain_mesa --data table.csv --object K00001.01,K00002.01 \
        --light_curves DIR

Secondary eclipses, odd-even differences, depths and shapes are put into, or taken out
of, the object's own raw light curve. Writes a sheet per object (PNG), report.html and
vetting.json.
"""

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_candidate_options,
    add_option,
    print_table,
    quiet_start,
    run,
)
from cli._target_options import (
    add_reading_options,
    add_target_options,
    check_options,
    reading_of,
    target_of,
)
from mesa_keras.config_fields import names


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.explain_mesa",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_option(
        result,
        "model_path",
        help="trained model [the shipped one, models/mesa_kepler.keras]",
    )
    what: Any = result.add_mutually_exclusive_group(required=True)
    add_option(what, "target", help="one object: its star, as 'TIC 261136679'")
    add_option(what, "data", help="table of candidates, CSV or Parquet")
    add_target_options(result)
    table: Any = result.add_argument_group("objects of a table, with --data")
    add_option(
        table,
        "object",
        type=names,
        action="append",
        default=[],
        metavar="ID,…",
        help="objects to vet; may be given more than once",
    )
    add_option(
        table,
        "light_curves",
        help="folder of FITS files or tables; rows find theirs by star, or by a column "
        "light_curve with names separated by ;",
    )
    add_candidate_options(table, "columns")
    add_reading_options(result)
    add_option(
        result,
        "known",
        help="known objects to compare with, as cli.predict_mesa --known_output wrote "
        "them [<model>_known.npz beside the model, if it is there]",
    )
    add_option(result, "output_dir", default="vetting", help="results [vetting]")
    add_option(
        result,
        "resamples",
        type=int,
        default=200,
        help="draws of the single transits for the interval [200]",
    )
    add_option(result, "seed", type=int, default=0, help="seed of these draws [0]")
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and vets."""
    options = parser()
    arguments = options.parse_args(argv)
    check_options(options, arguments)
    if arguments.data is not None and not arguments.object:
        options.error("argument --object: needed with argument --data")
    return run(lambda: _explain(arguments))


def _explain(arguments: argparse.Namespace) -> int:
    # A hundred short light curves: threads wait for each other more than they work.
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    with quiet_start():
        from mesa_keras.recipes.mesa.explain import explain
        from mesa_keras.recipes.mesa.shipped_model import model_or_shipped

    model_path = model_or_shipped(arguments.model_path)
    found = explain(
        model_path,
        _targets(arguments),
        arguments.output_dir,
        known=arguments.known,
        resamples=arguments.resamples,
        seed=arguments.seed,
        keep_going=arguments.data is not None,
        progress=True,
    )
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    for name, reason in found.faults.items():
        print(f"fault: {name}: {reason}", file=sys.stderr)
    for name, result in found.results.items():
        _print_object(name, result, str(found.sheets[name]))
    print_table(
        {
            "vetted": f"{len(found.results):,}",
            **({"with a fault": f"{len(found.faults):,}"} if found.faults else {}),
            **{what: str(path) for what, path in found.files.items()},
        }
    )
    return DONE_WITH_FAULTS if found.faults else DONE


def _targets(arguments: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    """By object, a function that reads it."""
    if arguments.target is not None:
        return {arguments.target: lambda: target_of(arguments)}
    from mesa_keras.recipes.mesa.target_table import table_targets

    wanted = [name for names in arguments.object for name in names]
    return table_targets(
        arguments.data,
        list(dict.fromkeys(wanted)),
        light_curves=arguments.light_curves,
        columns=arguments.columns,
        reading=reading_of(arguments),
    )


def _print_object(name: str, result: dict[str, Any], sheet: str) -> None:
    for note in result["notes"]:
        print(f"note: {name}: {note}", file=sys.stderr)
    verdict = result["verdict"]
    interval = (verdict["interval_90"] or {}).get(verdict["decision"])
    text = f"{verdict['decision']} ({verdict['score']:.3f}"
    if interval is not None:
        text += f", 90 % interval {interval[0]:.3f} to {interval[1]:.3f}"
    rows = {name: f"{text})"}
    for found in result["counterfactuals"]:
        unit = found["unit"] if found["unit"] == "ppm" else ""
        if found["flipped_to"] is None:
            said = f"none between {found['start']:.4g} and "
            said += f"{found['searched_to']:.4g} {unit}".rstrip()
        else:
            said = f"{found['flipped_to']} from {found['flip']:.4g} {unit}".rstrip()
            said += f" (as it is: {found['start']:.4g})"
        rows[f"  {found['title']}"] = said
    print_table(rows | {"  sheet": sheet})


if __name__ == "__main__":
    sys.exit(main())
