"""Makes simulated data: ``python -m cli.simulate mesa|ost|astroclip``."""

import argparse
import sys
import time
from pathlib import Path

from cli._arguments import DONE, add_option, columns, print_table, run


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
    ost = surveys.add_parser(
        "ost",
        help="frames of cameras and spectrographs in eleven classes",
        description="Simulates frames as FITS and TIFF files by camera and night, in a "
        "folder per class, and what each truly is in frames.csv. Nothing is real.",
    )
    _add_ost_options(ost)
    ost.set_defaults(command=_simulate_ost)
    astroclip = surveys.add_parser(
        "astroclip",
        help="galaxies with images in g, r and z, and spectra",
        description="Simulates galaxies as a store of pairs: images like those of the "
        "Legacy Surveys and spectra like those of DESI, made from the fluxes and "
        "redshifts of 10,000 real galaxies. No pixel is real.",
    )
    _add_astroclip_options(astroclip)
    astroclip.set_defaults(command=_simulate_astroclip)
    return result


def _add_astroclip_options(astroclip: argparse.ArgumentParser) -> None:
    add_option(astroclip, "output_dir", required=True, help="folder to write to")
    add_option(astroclip, "num", type=int, default=10000, help="galaxies [10000]")
    add_option(astroclip, "seed", type=int, default=0, help="random seed [0]")
    add_option(
        astroclip,
        "shifted_fraction",
        type=float,
        default=0.2,
        help="part of the galaxies that are moved to another redshift, up to 1 [0.2]",
    )
    for name, default, use in (
        ("test", 0.2, "for tests"),
        ("validation", 0.05, "that choose the model"),
        ("calibration", 0.05, "that calibrate it"),
    ):
        add_option(
            astroclip,
            f"{name}_fraction",
            type=float,
            default=default,
            help=f"part of the source galaxies {use} [{default}]",
        )
    add_option(astroclip, "workers", type=int, help="processes [one per core]")


def _add_ost_options(ost: argparse.ArgumentParser) -> None:
    add_option(ost, "output_dir", required=True, help="folder to write to")
    add_option(
        ost,
        "num_per_class",
        type=int,
        default=100,
        help="frames of a class, on average where fractions are given [100]",
    )
    add_option(ost, "seed", type=int, default=0, help="random seed [0]")
    add_option(
        ost,
        "class_fractions",
        type=_class_fractions,
        help="'observatory' for the imbalance of an archive, or class=part,class=part, "
        "or a part for each class in order [all alike]",
    )
    add_option(
        ost,
        "num_unknown",
        type=int,
        default=0,
        help="frames of no class, in the folder unknown, to test abstaining [0]",
    )
    add_option(
        ost,
        "max_size",
        type=int,
        default=1024,
        help="most pixels along a side, 64 to 4096 [1024]",
    )
    add_option(ost, "cameras", type=int, default=400, help="cameras [400]")
    add_option(ost, "nights", type=int, default=4, help="nights of each camera [4]")
    add_option(ost, "workers", type=int, help="processes [one per core]")


def _class_fractions(text: str) -> dict[str, float]:
    """Reads `observatory`, `class=part,...`, or a part for each class."""
    from mesa_keras.simulation.frames import FRAME_CLASSES, OBSERVATORY_FRACTIONS

    if text == "observatory":
        return dict(OBSERVATORY_FRACTIONS)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if parts and all("=" not in part for part in parts):
        if len(parts) != len(FRAME_CLASSES):
            raise argparse.ArgumentTypeError(
                f"needs a part for each of {len(FRAME_CLASSES)} classes. "
                f"Received: {text!r}"
            )
        parts = [f"{c}={p}" for c, p in zip(FRAME_CLASSES, parts, strict=True)]
    try:
        return {name: float(part) for name, part in columns(",".join(parts)).items()}
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"needs numbers. Received: {text!r}"
        ) from error


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
