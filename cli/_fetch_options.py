"""The options of `cli.fetch_data`."""

import argparse

from cli._arguments import add_candidate_options, add_option


def add_table_options(table: argparse.ArgumentParser) -> None:
    """Adds the options of the commands that fetch a table."""
    add_option(table, "output_dir", required=True, help="folder to write to")
    add_option(
        table,
        "refresh",
        action="store_true",
        help="fetch the table although it is there",
    )
    add_option(
        table,
        "test_fraction",
        type=float,
        default=0.0,
        help="write train_data.csv and test_data.csv as well, split by star [0: no]",
    )
    add_option(table, "seed", type=int, default=0, help="seed of that split [0]")
    add_network_options(table)


def add_light_curve_options(curves: argparse.ArgumentParser) -> None:
    """Adds the options of the command that fetches light curves."""
    whose = curves.add_mutually_exclusive_group(required=True)
    whose.add_argument("--ids", help="stars, separated by commas")
    whose.add_argument("--table", help="table with a column star_id, CSV or Parquet")
    add_option(curves, "output_dir", required=True, help="folder to write to")
    add_option(
        curves,
        "mission",
        choices=("Kepler", "K2", "TESS"),
        help="whose stars bare numbers are [that of the table]",
    )
    add_option(
        curves,
        "author",
        default="",
        help="who made them, the preferred first, as SPOC,TESS-SPOC,QLP [the mission]",
    )
    add_option(
        curves,
        "cadence",
        choices=("long", "short", "fast"),
        help="from 200 s, from 60 s, or below [short by SPOC, long by others]",
    )
    add_option(
        curves,
        "sequence",
        type=_sequences,
        default=(),
        help="quarters, campaigns or sectors, as 1,2,10-13 [all]",
    )
    add_option(
        curves,
        "dry_run",
        action="store_true",
        help="only say how many files there are, and how large",
    )
    add_candidate_options(curves, "columns")
    add_option(curves, "parallel", type=int, default=4, help="files at a time [4]")
    add_network_options(curves)


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say whom to ask, and how often."""
    add_option(
        parser,
        "archive",
        type=_address,
        help="address of a mirror [the archive itself]",
    )
    add_option(
        parser,
        "tries",
        type=int,
        default=6,
        help="tries without progress before a file is given up [6]",
    )


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(
            f"must be an address that starts with http:// or https://. Received: {text}"
        )
    return text


def _sequences(text: str) -> tuple[int, ...]:
    """Reads `1,2,10-13`."""
    numbers: list[int] = []
    try:
        for part in text.split(","):
            first, *last = map(int, part.split("-"))
            span = range(first, (last or [first])[0] + 1)
            if len(last) > 1 or not span:
                raise ValueError(part)
            numbers += span
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be numbers and ranges, as 1,2,10-13. Received: {text!r}"
        ) from error
    return tuple(numbers)
