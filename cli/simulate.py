"""Makes simulated data: ``python -m cli.simulate mesa|ost|astroclip``."""

import argparse
import sys
import time
from pathlib import Path

from cli._arguments import DONE, print_table, run
from cli._simulate_options import (
    add_astroclip_options,
    add_mesa_options,
    add_ost_options,
)


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
    add_mesa_options(mesa)
    mesa.set_defaults(command=_simulate_mesa)
    ost = surveys.add_parser(
        "ost",
        help="frames of cameras and spectrographs in eleven classes",
        description="Simulates frames as FITS and TIFF files by camera and night, in a "
        "folder per class, and what each truly is in frames.csv. Nothing is real.",
    )
    add_ost_options(ost)
    ost.set_defaults(command=_simulate_ost)
    astroclip = surveys.add_parser(
        "astroclip",
        help="galaxies with images in g, r and z, and spectra",
        description="Simulates galaxies as a store of pairs: images like those of the "
        "Legacy Surveys and spectra like those of DESI, made from the fluxes and "
        "redshifts of 10,000 real galaxies. No pixel is real.",
    )
    add_astroclip_options(astroclip)
    astroclip.set_defaults(command=_simulate_astroclip)
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


def _simulate_ost(arguments: argparse.Namespace) -> int:
    begin = time.perf_counter()
    from mesa_keras.simulation.frames import FRAME_FACTS, FRAME_TABLE, simulate_frames

    table = simulate_frames(
        arguments.output_dir,
        arguments.num_per_class,
        arguments.seed,
        class_fractions=arguments.class_fractions,
        num_unknown=arguments.num_unknown,
        cameras=arguments.cameras,
        nights=arguments.nights,
        max_size=arguments.max_size,
        workers=arguments.workers,
        progress=True,
    )
    seconds = time.perf_counter() - begin
    folder = Path(arguments.output_dir)
    counts = table.groupby("label", sort=False).agg(
        frames=("file", "size"),
        cameras=("camera", "nunique"),
        nights=("night", "nunique"),
    )
    print(counts.rename_axis(index=None).to_string())
    print()
    print_table(
        {
            "frames": f"{len(table):,} of {table['camera'].nunique():,} cameras",
            "time": f"{seconds:.0f} s, {len(table) / seconds:.0f} frames/s",
            "written": f"{folder / FRAME_TABLE} {folder / FRAME_FACTS}",
        }
    )
    return DONE


def _simulate_astroclip(arguments: argparse.Namespace) -> int:
    begin = time.perf_counter()
    from mesa_keras.simulation.galaxies import simulate_galaxies

    index = simulate_galaxies(
        arguments.output_dir,
        arguments.num,
        arguments.seed,
        shifted_fraction=arguments.shifted_fraction,
        test_fraction=arguments.test_fraction,
        validation_fraction=arguments.validation_fraction,
        calibration_fraction=arguments.calibration_fraction,
        workers=arguments.workers,
        progress=True,
    )
    seconds = time.perf_counter() - begin
    counts = index.groupby("split").agg(
        objects=("object_id", "size"),
        sources=("source_id", "nunique"),
        moved=("moved", "sum"),
        no_image=("image_valid", lambda valid: (~valid).sum()),
        no_spectrum=("spectrum_valid", lambda valid: (~valid).sum()),
        redshift=("redshift", lambda z: f"{z.min():.3f} to {z.max():.3f}"),
    )
    order = ("train", "validation", "calibration", "test")
    counts = counts.loc[[split for split in order if split in counts.index]]
    print(counts.rename_axis(index=None).to_string())
    print()
    print_table(
        {
            "galaxies": f"{len(index):,} simulated, of {index['source_id'].nunique():,}"
            " real ones",
            "time": f"{seconds:.0f} s, {len(index) / seconds:.0f} galaxies/s",
            "written": Path(arguments.output_dir),
        }
    )
    return DONE


if __name__ == "__main__":
    sys.exit(main())
