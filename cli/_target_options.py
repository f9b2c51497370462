"""Options that name one object: a star, its period, and light-curve files."""

import argparse
import math
from typing import Any

from cli._arguments import add_option

SYSTEMS = ("BJD", "BKJD", "BTJD")


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of one object; `target` itself is added by the command."""
    group: Any = parser.add_argument_group("one object, with --target")
    add_option(
        group,
        "light_curve",
        help="its files, FITS or tables, several separated by ;",
    )
    add_option(group, "period", type=float, help="days")
    add_option(
        group, "epoch", type=float, help="a transit's centre, days [searched for]"
    )
    add_option(
        group,
        "epoch_system",
        choices=SYSTEMS,
        help="time system of --epoch [that of the files]",
    )
    add_option(
        group,
        "duration",
        type=float,
        help="first to last contact, hours [measured in the light curve]",
    )
    add_option(
        group,
        "other",
        type=ephemeris_values,
        action="append",
        default=[],
        metavar="PERIOD,EPOCH,HOURS",
        help="another event that was found on the star: period in days, epoch as "
        "--epoch, duration; may be given more than once. Transits of another planet "
        "are masked, and a model may ask how many events of which periods there are",
    )
    add_option(
        group,
        "feature",
        type=feature_values,
        default={},
        metavar="NAME=VALUE,…",
        help="catalogue values of planet and star by the names of a table's columns, "
        "as stellar_temp=5870,depth=300 "
        "[depth, duration and model_snr are measured, the star's are from the header]",
    )


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how light-curve files are read."""
    add_option(
        parser,
        "quality",
        default="recommended",
        choices=("recommended", "strict", "none"),
        help="flagged cadences to leave out [recommended by the missions' manuals]",
    )
    add_option(
        parser,
        "flux_column",
        help="column of the flux [PDCSAP_FLUX; of QLP SYS_RM_FLUX or SAP_FLUX; of "
        "tables flux]",
    )
    add_option(
        parser,
        "time_system",
        choices=SYSTEMS,
        help="of tables whose times do not tell [the epoch's]",
    )


def feature_values(text: str) -> dict[str, float]:
    """Reads `name=value,name=value`."""
    values = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, number = part.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not name.strip() or not math.isfinite(value):
            raise argparse.ArgumentTypeError(
                f"must be name=number, separated by commas. Received: {part!r}"
            )
        if name.strip() in values:
            raise argparse.ArgumentTypeError(
                f"must name each name once. Received: {text!r}"
            )
        values[name.strip()] = value
    return values


def ephemeris_values(text: str) -> tuple[float, float, float]:
    """Reads `period,epoch,duration`."""
    try:
        period, epoch, duration = map(float, text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be three numbers: period,epoch,duration. Received: {text!r}"
        ) from error
    return period, epoch, duration


def check_options(
    parser: argparse.ArgumentParser, arguments: argparse.Namespace
) -> None:
    """Ends the command where options of a table and of one object are mixed."""
    kinds = {
        "--target": (
            *("views_path", "columns", "known_output"),
            *("object", "light_curves"),
        ),
        "--data": (
            *("light_curve", "period", "epoch", "epoch_system"),
            *("duration", "feature", "other"),
        ),
    }
    given = "--data" if arguments.target is None else "--target"
    for name in kinds[given]:
        if getattr(arguments, name, None):
            parser.error(f"argument --{name}: not allowed with argument {given}")


def reading_of(arguments: argparse.Namespace) -> Any:
    """How light-curve files are read, by the options of `add_reading_options`."""
    from mesa_keras.recipes.mesa.raw_views_star import Reading

    return Reading(
        flux_column=arguments.flux_column,
        quality=arguments.quality,
        time_system=arguments.time_system,
    )


def target_of(arguments: argparse.Namespace) -> Any:
    """Reads the object that the options name.

    Raises:
        ValueError: If a file or a period is missing, or a value is wrong.
    """
    from mesa_keras.preprocessing.fold import Ephemeris
    from mesa_keras.recipes.mesa.target import read_target
    from mesa_keras.recipes.mesa.view_sources import FILE_SEPARATOR

    for name in ("light_curve", "period"):
        if getattr(arguments, name) is None:
            raise ValueError(f"`--target` needs `--{name}`.")
    return read_target(
        arguments.target,
        list(filter(None, map(str.strip, arguments.light_curve.split(FILE_SEPARATOR)))),
        period=arguments.period,
        epoch=arguments.epoch,
        epoch_system=arguments.epoch_system,
        duration=arguments.duration,
        others=[
            Ephemeris(period=period, epoch=epoch, duration=duration)
            for period, epoch, duration in arguments.other
        ],
        features=arguments.feature,
        reading=reading_of(arguments),
    )
