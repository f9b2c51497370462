"""Embeds a survey: ``python -m cli.generate_embeddings --model … --data_dir …``.

As in the published code, ``--config local --model-checkpoint NAME`` takes the model and
the folders from `configs/local.json`, and writes beside the model.
"""

import argparse
import sys
from pathlib import Path

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_option,
    print_table,
    quiet_start,
    run,
)
from mesa_keras.config_fields import names
from mesa_keras.recipes.astroclip.local_config import read_local_config

_SHOWN_FAULTS = 10


def limits(text: str) -> tuple[float, float]:
    """Reads `0,0.8`."""
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be two numbers separated by a comma. Received: {text!r}"
        ) from error
    return low, high


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.generate_embeddings", description=__doc__
    )
    add_option(
        result,
        "config",
        metavar="NAME",
        help="configs/NAME.json, or a file: names cache_dir and data_dir",
    )
    add_option(
        result,
        "model_checkpoint",
        metavar="NAME",
        help="model in the cache_dir of the configuration",
    )
    add_option(result, "model", help="model, said directly")
    add_option(result, "data_dir", help="store of pairs, said directly")
    add_option(result, "output_dir", help="folder of the results [cache_dir]")
    add_option(
        result,
        "split",
        default="validation",
        help="validation, train, test, all, or another split of the data [validation]",
    )
    add_option(
        result, "batch_size", type=int, default=256, help="rows read at a time [256]"
    )
    add_option(
        result,
        "redshift_range",
        type=limits,
        default=(0.0, 0.8),
        help="lowest and highest redshift of a valid row [0,0.8]",
    )
    add_option(
        result,
        "format",
        type=names,
        default=("npy",),
        help="npy, or npy,pt for PyTorch files as well [npy]",
    )
    add_option(result, "workers", type=int, default=2, help="threads that read [2]")
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and embeds."""
    arguments = parser().parse_args(argv)
    return run(lambda: _generate(arguments))


def _places(arguments: argparse.Namespace) -> dict[str, Path]:
    """Model, data and output, from the configuration or said directly."""
    found: dict[str, Path] = {}
    if arguments.config is not None:
        local = read_local_config(arguments.config)
        found = {"data_dir": local.data_dir, "output_dir": local.cache_dir}
        if arguments.model_checkpoint is not None:
            found["model"] = local.cache_dir / arguments.model_checkpoint
    elif arguments.model_checkpoint is not None:
        raise ValueError(
            "`--model-checkpoint` names a file in the cache_dir of a `--config`; name "
            "the path of a model with `--model`."
        )
    for name in ("model", "data_dir", "output_dir"):
        if getattr(arguments, name) is not None:
            found[name] = Path(getattr(arguments, name))
        if name not in found:
            raise ValueError(
                f"`--{name}` is missing. Say `--model`, `--data_dir` and "
                "`--output_dir`, or `--config local --model-checkpoint NAME`."
            )
    return found


def _generate(arguments: argparse.Namespace) -> int:
    places = _places(arguments)
    with quiet_start():
        from mesa_keras.recipes.astroclip.generate import generate_embeddings

    result = generate_embeddings(
        places["model"],
        places["data_dir"],
        places["output_dir"],
        split=arguments.split,
        batch_size=arguments.batch_size,
        redshift_range=arguments.redshift_range,
        formats=arguments.format,
        workers=arguments.workers,
        progress=True,
    )
    if result.simulated:
        print("note: the data are simulated", file=sys.stderr)
    for name, reason in result.damaged.items():
        print(f"damaged: {name}: {reason}", file=sys.stderr)
    for row, reason in list(result.faults.items())[:_SHOWN_FAULTS]:
        print(f"row {row}: {reason}", file=sys.stderr)
    further = len(result.faults) - _SHOWN_FAULTS
    if further > 0:
        print(f"and {further:,} further rows: see the table", file=sys.stderr)
    print_table(
        {
            "rows": f"{result.num_rows:,}",
            "valid": f"{result.num_valid:,}",
            "with a fault": f"{len(result.faults):,}",
            **result.files,
        }
    )
    return DONE_WITH_FAULTS if result.faults or result.damaged else DONE


if __name__ == "__main__":
    sys.exit(main())
