"""Joins MESA models to one: ``python -m cli.ensemble_mesa --members FILE,FILE``.

The result is a model file like any other, whose probabilities are the means of the
members'. They must have the same classes, columns and views.
"""

import argparse
import sys

from cli._arguments import DONE, add_option, print_table, quiet_start, run
from mesa_keras.config_fields import names


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.ensemble_mesa",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_option(
        result,
        "members",
        type=names,
        required=True,
        metavar="FILE,…",
        help="models to join, two or more",
    )
    add_option(
        result,
        "output",
        default="ensemble/mesa_ensemble.keras",
        help="file to write, *.keras, in a folder that holds no training run "
        "[ensemble/mesa_ensemble.keras]",
    )
    add_option(
        result,
        "significant_bits",
        type=int,
        default=24,
        help="binary digits of the weights, 2 to 24; with 12 a file takes half as much "
        "[24, all]",
    )
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and joins the models."""
    arguments = parser().parse_args(argv)
    return run(lambda: _join(arguments))


def _join(arguments: argparse.Namespace) -> int:
    with quiet_start():
        from mesa_keras.recipes.mesa.ensemble import write_ensemble

    model, warnings = write_ensemble(
        arguments.members, arguments.output, arguments.significant_bits
    )
    for warning in warnings:
        print(f"note: {warning}", file=sys.stderr)
    print_table(
        {
            "members": len(arguments.members),
            "parameters": f"{model.count_params():,}",
            "model": arguments.output,
        }
    )
    return DONE


if __name__ == "__main__":
    sys.exit(main())
