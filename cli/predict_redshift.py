"""Predicts redshifts: ``python -m cli.predict_redshift --embeddings …``.

The reference and the queries are two splits of one folder of embeddings by default:
`train` and `test`. Widths of the distributions are fitted on the split `calibration`.
No object may stand in two of them; with the same split, or `all`, for reference and
queries an object is left out of its own neighbours.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli._arguments import DONE, add_option, print_table, run

_VIEWS = ("image", "spectrum")
_COLUMNS = {
    "r2": ("R2", "{:.3f}"),
    "bias": ("bias", "{:+.4f}"),
    "sigma_nmad": ("sigma_NMAD", "{:.4f}"),
    "outliers_0.05": ("|d|>0.05", "{:.3f}"),
    "outliers_0.15": ("|d|>0.15", "{:.3f}"),
    "crps": ("CRPS", "{:.4f}"),
}
# A line must fit the screen; the files hold all intervals.
_WITH_INTERVAL = ("r2", "sigma_nmad")


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.predict_redshift", description=__doc__
    )
    add_option(
        result,
        "embeddings",
        required=True,
        help="folder that cli.generate_embeddings wrote",
    )
    add_option(
        result,
        "reference",
        help="a further folder of embeddings, or a split of this one, whose redshifts "
        "are averaged [this folder]",
    )
    for name, text in (
        ("query", "view of the objects asked about"),
        ("against", "view of the reference that it is compared with"),
    ):
        add_option(result, name, choices=_VIEWS, help=f"{text} [both, in turn]")
    add_option(
        result, "num_neighbors", type=int, default=16, help="neighbours averaged [16]"
    )
    add_option(
        result,
        "weights",
        choices=("uniform", "distance", "similarity"),
        default="uniform",
        help="of the neighbours: equal, 1 / distance, or exp(similarity / 0.07) "
        "[uniform]",
    )
    for name, text in (
        ("reference_split", "all [train]"),
        ("query_split", "all [test]"),
        ("calibration_split", "none [calibration, if there is one]"),
    ):
        add_option(result, name, help=f"name of a split, or {text}")
    add_option(
        result,
        "predict_invalid",
        action="store_true",
        help="predict for rows that are not valid too, where they have a vector; they "
        "are never measured",
    )
    add_option(
        result,
        "pool_size",
        type=int,
        default=2000,
        help="objects among which an object's other view is searched; 0 for no such "
        "measure [2000]",
    )
    add_option(
        result, "output_dir", default="redshift_results", help="[redshift_results]"
    )
    add_option(
        result,
        "table_format",
        choices=("parquet", "csv", "csv.gz"),
        default="parquet",
        help="of the predictions [parquet]",
    )
    add_option(
        result, "num_resamples", type=int, default=1000, help="of the bootstrap [1000]"
    )
    add_option(result, "seed", type=int, default=0, help="of the bootstrap [0]")
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and predicts."""
    arguments = parser().parse_args(argv)
    return run(lambda: _predict(arguments))


def _predict(arguments: argparse.Namespace) -> int:
    from mesa_keras.recipes.astroclip.embeddings import open_embeddings
    from mesa_keras.recipes.astroclip.redshift import predict_redshifts
    from mesa_keras.recipes.astroclip.redshift_report import write_redshift_files
    from mesa_keras.recipes.astroclip.simulated import SIMULATED

    embeddings = open_embeddings(arguments.embeddings)
    reference, split = None, arguments.reference_split
    if arguments.reference and Path(arguments.reference).is_dir():
        reference = open_embeddings(arguments.reference)
    elif arguments.reference and split:
        raise ValueError(
            "`reference` must be a folder where `reference_split` names the split. "
            f"Received: {arguments.reference!r} and {split!r}"
        )
    elif arguments.reference:
        split = arguments.reference
    queries = (arguments.query,) if arguments.query else _VIEWS
    others = (arguments.against,) if arguments.against else _VIEWS
    found = predict_redshifts(
        embeddings,
        reference,
        directions=[f"{query}-{other}" for query in queries for other in others],
        num_neighbors=arguments.num_neighbors,
        weights=arguments.weights,
        reference_split=split or "train",
        query_split=arguments.query_split or "test",
        calibration_split=arguments.calibration_split,
        predict_invalid=arguments.predict_invalid,
        pool_size=arguments.pool_size,
        num_resamples=arguments.num_resamples,
        seed=arguments.seed,
    )
    files = write_redshift_files(arguments.output_dir, found, arguments.table_format)
    if found.results["simulated"]:
        print(SIMULATED)
    print_table(
        _pools(found.results)
        | _measures(found.results)
        | _retrieval(found.results["retrieval"])
        | {name: str(path) for name, path in files.items()}
    )
    return DONE


def _pools(results: Mapping[str, Any]) -> dict[str, str]:
    """Sizes of the parts."""
    shown = {
        name: f"split {pool['split']}, {pool['num_valid']:,} valid of "
        f"{pool['num_rows']:,} rows"
        for name, pool in results["pools"].items()
        if pool is not None
    }
    if "calibration" not in shown:
        shown["calibration"] = results["calibrated_on"]
    return shown


def _measures(results: Mapping[str, Any]) -> dict[str, str]:
    """A line per direction, under a line of heads."""
    lines = {"query-reference": [head for head, _ in _COLUMNS.values()]}
    found = {name: part["measures"] for name, part in results["directions"].items()}
    for name, measures in {**found, "no view": results["baseline"]}.items():
        if measures:
            lines[name] = [
                _cell(measures[key], form)
                if key in _WITH_INTERVAL
                else form.format(measures[key]["value"])
                for key, (_, form) in _COLUMNS.items()
            ]
    widths = [max(map(len, cells)) for cells in zip(*lines.values(), strict=True)]
    return {
        name: "  ".join(f"{cell:<{w}}" for cell, w in zip(cells, widths, strict=True))
        for name, cells in lines.items()
    }


def _cell(measure: Mapping[str, float], form: str) -> str:
    value, low, high = (form.format(measure[key]) for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _retrieval(found: Mapping[str, Any] | None) -> dict[str, str]:
    """Recall of both ways of searching."""
    if found is None:
        return {}
    shown = {}
    for name in ("image_to_spectrum", "spectrum_to_image"):
        recall, chance = found[name]["recall@10"], found[name]["chance@10"]
        shown[name.replace("_", " ")] = (
            f"recall@10 {_cell(recall, '{:.3f}')} in a pool of "
            f"{found['pool_size']:,.0f}, {recall['value'] / chance:.0f} times chance"
        )
    return shown


if __name__ == "__main__":
    sys.exit(main())
