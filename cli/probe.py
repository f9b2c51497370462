"""Asks saved embeddings: ``python -m cli.probe --embeddings … --target COLUMN``.

A simple head is fitted on the embeddings of training objects, for a property (numbers)
or a class of any catalogue, and measured on test objects against no view at all.
"""

import argparse
import sys
from typing import Any

from cli._arguments import DONE, add_option, print_table, run


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(prog="python -m cli.probe", description=__doc__)
    add_option(
        result,
        "embeddings",
        required=True,
        help="folder that cli.generate_embeddings wrote",
    )
    add_option(
        result,
        "table",
        help="catalogue with object_id, CSV or Parquet [the embeddings' own table]",
    )
    add_option(result, "target", required=True, help="column of the catalogue")
    add_option(
        result,
        "head",
        choices=("knn", "linear"),
        default="knn",
        help="neighbours, or a linear model [knn]",
    )
    add_option(
        result,
        "modality",
        choices=("image", "spectrum", "both"),
        default="both",
        help="embeddings that the head sees [both]",
    )
    add_option(
        result,
        "task",
        choices=("auto", "regression", "classification"),
        default="auto",
        help="auto: text, true and false, and few whole numbers are classes [auto]",
    )
    add_option(
        result,
        "map",
        choices=("auto", "umap", "pca", "tsne", "none"),
        default="auto",
        help="map of the embeddings; auto is UMAP where installed, else PCA [auto]",
    )
    add_option(result, "output_dir", default="probe_results", help="[probe_results]")
    add_option(
        result, "num_resamples", type=int, default=1000, help="of the bootstrap [1000]"
    )
    add_option(
        result,
        "seed",
        type=int,
        default=0,
        help="of the bootstrap, the map, and a split where there is none [0]",
    )
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and probes."""
    arguments = parser().parse_args(argv)
    return run(lambda: _probe(arguments))


def _probe(arguments: argparse.Namespace) -> int:
    from mesa_keras.readers import read_table
    from mesa_keras.recipes.astroclip.embeddings import open_embeddings
    from mesa_keras.recipes.astroclip.probe import probe
    from mesa_keras.recipes.astroclip.probe_report import write_probe_files
    from mesa_keras.recipes.astroclip.simulated import SIMULATED

    embeddings = open_embeddings(arguments.embeddings)
    catalogue = None if arguments.table is None else read_table(arguments.table)
    found = probe(
        embeddings,
        arguments.target,
        catalogue,
        head=arguments.head,
        modality=arguments.modality,
        task=arguments.task,
        catalogue_name=str(arguments.table),
        num_resamples=arguments.num_resamples,
        seed=arguments.seed,
    )
    files = write_probe_files(
        arguments.output_dir, found, arguments.map, arguments.seed
    )
    results = found.results
    if results["simulated"]:
        print(SIMULATED)
    for note in results["notes"]:
        print(f"note: {note}", file=sys.stderr)
    print_table(_shown(results) | {name: str(path) for name, path in files.items()})
    return DONE


def _shown(results: dict[str, Any]) -> dict[str, str]:
    """Lines of the table on the screen."""
    from mesa_keras.recipes.astroclip.probe_report import MEASURES
    from mesa_keras.report.page import format_cell

    split, setting = results["split"], results["setting"]
    lines = {
        "target": f"{results['target']}, {results['task']}",
        "head": f"{results['head']} on {results['modality']}, {setting['name']} = "
        f"{setting['value']:g}",
        "rows": f"{split['train']:,} train, {split['validation']:,} validation, "
        f"{split['test']:,} test, {split['how']}",
    }
    for count, text in (
        ("num_without_value", "valid rows without a value"),
        ("num_not_in_catalogue", "not in the catalogue"),
    ):
        if results[count]:
            lines[text] = f"{results[count]:,}"
    for name, label in MEASURES.items():
        if name in results["measures"]:
            baseline = results["baseline"][name]["value"]
            lines[label] = (
                f"{format_cell(results['measures'][name])}, without any view "
                f"{format_cell(baseline)}"
            )
    return lines


if __name__ == "__main__":
    sys.exit(main())
