"""Makes simulated data: ``python -m cli.simulate mesa --output_dir data``."""

import argparse
import sys
import time
from pathlib import Path

from cli._arguments import DONE, add_option, print_table, run


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(prog="python -m cli.simulate", description=__doc__)
    surveys = result.add_subparsers(dest="survey", required=True, metavar="SURVEY")
    mesa = surveys.add_parser(
        "mesa",
        help="transit candidates with catalogue, light curves and labels",
        description="Simulates a transit survey: planets, eclipsing binaries, spots "
        "and the instrument, in the files of MESA's data. Nothing in it is real.",
    )
    add_option(mesa, "output_dir", required=True, help="folder to write to")
    add_option(mesa, "num", type=int, default=4000, help="candidates [4000]")
    add_option(mesa, "seed", type=int, default=0, help="random seed [0]")
    add_option(
        mesa,
        "test_fraction",
        type=float,
        default=0.2,
        help="part of the stars in test_data.csv [0.2]",
    )
    add_option(
        mesa,
        "window_days",
        type=float,
        default=120.0,
        help="days that the stars are observed, 60 to 2000 [120]",
    )
    mesa.set_defaults(command=_simulate_mesa)
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and simulates."""
    arguments = parser().parse_args(argv)
    return run(lambda: int(arguments.command(arguments)))


def _simulate_mesa(arguments: argparse.Namespace) -> int:
    begin = time.perf_counter()
    from mesa_keras.simulation.survey_files import SURVEY_FILES, write_survey

    truth = write_survey(
        arguments.output_dir,
        arguments.num,
        arguments.seed,
        arguments.test_fraction,
        window_days=arguments.window_days,
        progress=True,
    )
    counts = truth.groupby(["kind", "label"]).size().unstack(fill_value=0)
    counts.loc["all"] = counts.sum()
    print(counts.rename_axis(index=None, columns=None).to_string())
    print()
    split = truth.groupby("split").agg({"object_id": "size", "star_id": "nunique"})
    print_table(
        {
            **{
                name: f"{row['object_id']:,} candidates of {row['star_id']:,} stars"
                for name, row in split.iloc[::-1].iterrows()
            },
            "time": f"{time.perf_counter() - begin:.0f} s",
            "written": " ".join(
                str(Path(arguments.output_dir) / name) for name in SURVEY_FILES
            ),
        }
    )
    return DONE


if __name__ == "__main__":
    sys.exit(main())
