"""The options of each simulation."""

import argparse

from cli._arguments import add_option, columns


def add_mesa_options(mesa: argparse.ArgumentParser) -> None:
    """Adds the options of transit surveys."""
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


def add_astroclip_options(astroclip: argparse.ArgumentParser) -> None:
    """Adds the options of galaxy surveys."""
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


def add_ost_options(ost: argparse.ArgumentParser) -> None:
    """Adds the options of frames."""
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
