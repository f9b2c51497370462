r"""Fetches tables and raw light curves from the archives, and goes on where it stopped.

    python -m cli.fetch_data koi --output_dir data/koi
    python -m cli.fetch_data toi --output_dir data/toi --test_fraction 0.2
    python -m cli.fetch_data light_curves --ids "TIC 261136679" --output_dir data/curves
    python -m cli.fetch_data light_curves --table data/koi/koi.csv \
        --output_dir data/curves

Tables come from the NASA Exoplanet Archive (TAP), light curves from MAST. Needs a
network and `pip install -e ".[lightcurves]"`. Called again, it leaves what is whole,
and fetches what is missing, failed or was damaged since; what it did stands in
manifest.jsonl. Files put into the folder by hand are used where they are whole.

Tested against a server on one machine that answers as the archives do, good and bad;
not yet against the archives themselves.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from cli._arguments import DONE, DONE_WITH_FAULTS, print_table, run
from cli._fetch_options import add_light_curve_options, add_table_options
from mesa_keras.atomic_file import check_writable

TABLES = {
    "koi": "Kepler Objects of Interest (cumulative)",
    "toi": "TESS Objects of Interest",
    "k2": "K2 planets and candidates",
}


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.fetch_data",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = result.add_subparsers(dest="kind", required=True, metavar="WHAT")
    for name, title in TABLES.items():
        table = kinds.add_parser(
            name,
            help=f"table: {title}",
            description=f"Fetches the table of {title}: {name}_published.csv as the "
            f"archive gives it, and {name}.csv in our columns and units, a row per "
            "labelled candidate, to train on.",
        )
        add_table_options(table)
        table.set_defaults(command=_fetch_table)
    curves = kinds.add_parser(
        "light_curves",
        help="raw light curves of stars",
        description="Fetches raw light-curve FITS files, a folder per star. Bare "
        "numbers are KIC (Kepler), EPIC (K2) or TIC (TESS) by --mission.",
    )
    add_light_curve_options(curves)
    curves.set_defaults(command=_fetch_light_curves)
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and fetches."""
    arguments = parser().parse_args(argv)
    return run(lambda: _fetch(arguments))


def _fetch(arguments: argparse.Namespace) -> int:
    check_writable("output_dir", arguments.output_dir, folder=True)
    return int(arguments.command(arguments))


def _pacing(arguments: argparse.Namespace) -> Any:
    from mesa_keras.readers.archive_pacing import Pacing, RetryPolicy

    return Pacing(RetryPolicy(tries=arguments.tries))


def _fetch_table(arguments: argparse.Namespace) -> int:
    from mesa_keras.readers.archive_table_download import fetch_table

    if not 0 <= arguments.test_fraction < 1:
        raise ValueError(
            "`test_fraction` must be 0 or more and below 1. "
            f"Received: {arguments.test_fraction}"
        )
    folder, name = Path(arguments.output_dir), arguments.kind
    report, files = fetch_table(
        name,
        folder,
        archive=arguments.archive,
        refresh=arguments.refresh,
        pacing=_pacing(arguments),
        progress=True,
    )
    by_hand = f"put the table by hand as {folder / f'{name}_published.csv'}"
    _print_faults(report, by_hand)
    if files is None:
        return DONE_WITH_FAULTS
    written = [files.published, files.labelled, files.unlabelled]
    if arguments.test_fraction:
        written += _split(files.labelled, arguments.test_fraction, arguments.seed)
    for note in files.notes:
        print(f"note: {note}", file=sys.stderr)
    print_table(
        {
            "fetched": f"{report.num_bytes / 1e6:.1f} MB" if report.fetched else "no",
            **{label: f"{count:,}" for label, count in files.labels.most_common()},
            "time": f"{report.seconds:.0f} s",
            "written": " ".join(map(str, filter(None, written))),
        }
    )
    return DONE_WITH_FAULTS if report.missing else DONE


def _split(path: Path, test_fraction: float, seed: int) -> list[Path | None]:
    """Writes train_data.csv and test_data.csv, which share no star."""
    import pandas as pd

    from mesa_keras.atomic_file import atomic_file
    from mesa_keras.pipelines.split import split_by_group

    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    parts = split_by_group(
        frame["star_id"],
        {"train": 1 - test_fraction, "test": test_fraction},
        labels=frame["label"],
        seed=seed,
    )
    written: list[Path | None] = []
    for name, rows in parts.items():
        target = path.with_name(f"{name}_data.csv")
        with atomic_file(target) as temporary:
            frame.iloc[rows].to_csv(temporary, index=False)
        written.append(target)
    return written


def _fetch_light_curves(arguments: argparse.Namespace) -> int:
    from mesa_keras.readers.archive_light_curves import fetch_light_curves
    from mesa_keras.readers.archive_product import Selection
    from mesa_keras.readers.archive_star import stars_from_ids, stars_of_table

    if arguments.table is not None:
        wanted = stars_of_table(arguments.table, arguments.mission, arguments.columns)
    else:
        wanted = stars_from_ids(arguments.ids.split(","), arguments.mission)
    for note in wanted.notes:
        print(f"note: {note}", file=sys.stderr)
    authors = tuple(filter(None, map(str.strip, arguments.author.split(","))))
    selection = Selection(authors, arguments.cadence, arguments.sequence)
    if arguments.dry_run:
        return _list(wanted, selection, arguments)
    report = fetch_light_curves(
        wanted.stars,
        Path(arguments.output_dir),
        selection,
        archive=arguments.archive,
        parallel=arguments.parallel,
        pacing=_pacing(arguments),
        progress=True,
    )
    report.missing |= wanted.unknown
    folder = arguments.output_dir
    _print_faults(report, f"put light-curve FITS files by hand anywhere below {folder}")
    rate = report.num_bytes / 1e6 / max(report.seconds, 1e-9)
    print_table(
        {
            "stars": f"{len(wanted.stars) + len(wanted.unknown):,}",
            "files fetched": f"{report.fetched:,}",
            "of them in place of damaged ones": f"{report.replaced:,}",
            "files there already": f"{report.kept:,}",
            "not fetched": f"{len(report.missing):,}",
            "received": f"{report.num_bytes / 1e6:.1f} MB, {rate:.1f} MB/s",
            "time": f"{report.seconds:.0f} s",
            "written": report.manifest,
        }
    )
    return DONE_WITH_FAULTS if report.missing else DONE


def _list(wanted: Any, selection: Any, arguments: argparse.Namespace) -> int:
    """Says what there is, and fetches nothing."""
    from mesa_keras.readers.archive_light_curve_list import list_light_curves
    from mesa_keras.readers.archive_report import missing_lines

    listing = list_light_curves(
        wanted.stars, selection, _pacing(arguments), archive=arguments.archive
    )
    missing = {str(star): why for star, why in listing.absent.items()}
    missing |= {str(star): error.reason for star, error in listing.failed.items()}
    missing |= wanted.unknown
    for line in missing_lines(missing):
        print(line, file=sys.stderr)
    products = listing.products
    print_table(
        {
            "stars": f"{len(wanted.stars) + len(wanted.unknown):,}",
            "with light curves": f"{len({product.star for product in products}):,}",
            "files": f"{len(products):,}",
            "size": f"{sum(product.size or 0 for product in products) / 1e6:,.1f} MB",
            **{
                f"by {author}, {cadence}": f"{count:,}"
                for (author, cadence), count in Counter(
                    (product.author, product.cadence) for product in products
                ).items()
            },
        }
    )
    return DONE_WITH_FAULTS if missing else DONE


def _print_faults(report: Any, by_hand: str) -> None:
    for line in (*(f"note: {n}" for n in report.notes), *report.faults(by_hand)):
        print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
