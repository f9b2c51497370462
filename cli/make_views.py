"""Makes views from raw light curves: ``python -m cli.make_views --table … --output …``.

Light curves are detrended with the transits masked, folded and binned; the file of
views goes where a table's `views.npz` goes, with a CSV of depth, odd-even difference,
secondary depth and more beside it.
"""

import argparse
import sys
import time

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_candidate_options,
    add_option,
    print_table,
    run,
)
from cli._target_options import add_reading_options, reading_of


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.make_views", description=__doc__
    )
    add_option(
        result,
        "table",
        required=True,
        help="table of candidates with period, epoch and duration, CSV or Parquet",
    )
    add_option(
        result,
        "light_curves",
        help="folder of FITS files or tables; rows find theirs by star, or by a column "
        "light_curve with names separated by ;",
    )
    add_option(
        result,
        "output",
        default="views.npz",
        help="file to write, .npz; scalars go to …_scalars.csv beside it [views.npz]",
    )
    add_candidate_options(result, "columns")
    _add_view_options(result)
    add_reading_options(result)
    add_option(result, "workers", type=int, help="processes [one per core]")
    return result


def _add_view_options(result: argparse.ArgumentParser) -> None:
    add_option(result, "global_bins", type=int, default=201, help="bins a period [201]")
    add_option(
        result, "local_bins", type=int, default=61, help="bins around a transit [61]"
    )
    add_option(
        result,
        "local_durations",
        type=float,
        default=5.0,
        help="width of local views in durations [5]",
    )
    add_option(
        result,
        "unfolded_transits",
        type=int,
        default=20,
        help="rows of the matrix of single transits [20]",
    )
    add_option(
        result, "unfolded_bins", type=int, default=31, help="bins of such a row [31]"
    )
    add_option(
        result,
        "window",
        type=float,
        help="days over which the trend is found [1, or 3 durations if longer]",
    )


def main(argv: list[str] | None = None) -> int:
    """Parses the options and makes the views."""
    arguments = parser().parse_args(argv)
    return run(lambda: _make(arguments))


def _make(arguments: argparse.Namespace) -> int:
    begin = time.perf_counter()
    from mesa_keras.preprocessing.views_settings import ViewSettings
    from mesa_keras.recipes.mesa.raw_views_job import make_views_file

    settings = ViewSettings(
        global_bins=arguments.global_bins,
        local_bins=arguments.local_bins,
        local_durations=arguments.local_durations,
        unfolded_transits=arguments.unfolded_transits,
        unfolded_bins=arguments.unfolded_bins,
        window_days=arguments.window,
    )
    made = make_views_file(
        arguments.table,
        arguments.output,
        light_curves=arguments.light_curves,
        columns=arguments.columns,
        settings=settings,
        reading=reading_of(arguments),
        workers=arguments.workers,
        progress=True,
    )
    for warning in made.warnings:
        print(f"note: {warning}", file=sys.stderr)
    seconds = time.perf_counter() - begin
    faulty = made.table[made.table["fault"] != ""]
    for _, row in faulty.head(3).iterrows():
        print(f"fault: {row['object_id']}: {row['fault']}", file=sys.stderr)
    fresh = len(made.table) - made.resumed
    print_table(
        {
            "candidates": f"{len(made.table):,}",
            "with views": f"{made.with_views:,}",
            "made by an earlier run": f"{made.resumed:,}",
            "with a fault": f"{len(faulty):,}",
            "convention": settings.convention,
            "time": f"{seconds:.0f} s, {fresh / seconds:.1f} candidates/s",
            "written": " ".join(
                str(path) for path in (made.views_path, made.scalars_path) if path
            ),
        }
    )
    return DONE_WITH_FAULTS if len(faulty) else DONE


if __name__ == "__main__":
    sys.exit(main())
