"""Options of a command from the fields of a recipe's configuration."""

import argparse
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cli._arguments import add_option
from mesa_keras.training.training_options import TrainingOptions

Config = TypeVar("Config")


def add_config_options(
    parser: argparse.ArgumentParser,
    presets: Mapping[str, Any],
    default: str,
    leave_out: Sequence[str] = (),
) -> None:
    """Adds `--preset`, and an option per field of the presets' dataclass.

    Args:
        parser: Parser to extend.
        presets: Configurations by name, of one dataclass whose fields have
            `metadata={"help": ...}`, and `"parse"` or `"choices"` where needed.
        default: Name of the preset that is used without `--preset`.
        leave_out: Fields that get no option.
    """
    group = parser.add_argument_group(
        "configuration", f"defaults in brackets are those of --preset {default}"
    )
    group.add_argument(
        "--preset", choices=tuple(presets), default=default, help="where to start from"
    )
    run_group = parser.add_argument_group("how it is trained")
    of_runs = {field.name for field in dataclasses.fields(TrainingOptions)}
    for field in dataclasses.fields(presets[default]):
        if field.name in leave_out:
            continue
        value = getattr(presets[default], field.name)
        shown = ",".join(map(str, value)) if isinstance(value, tuple) else value
        options: dict[str, Any] = {
            "default": argparse.SUPPRESS,
            "help": f"{field.metadata['help']} [{shown}]".replace("%", "%%"),
        }
        if isinstance(value, bool):
            options["action"] = argparse.BooleanOptionalAction
        else:
            parse = field.metadata.get("parse")
            options["type"] = type(value) if parse is None else _said(parse)
            options["metavar"] = field.name.upper()
        if field.metadata.get("choices"):
            options["choices"] = field.metadata["choices"]
            options["metavar"] = "{" + ",".join(field.metadata["choices"]) + "}"
        chosen = run_group if field.name in of_runs else group
        add_option(chosen, field.name, **options)  # type: ignore[arg-type]


def config_from(arguments: argparse.Namespace, presets: Mapping[str, Config]) -> Config:
    """The preset that was named, with the options that were given.

    Raises:
        ValueError: If a value is out of range.
    """
    preset: Any = presets[arguments.preset]
    given = {
        field.name: getattr(arguments, field.name)
        for field in dataclasses.fields(preset)
        if hasattr(arguments, field.name)
    }
    config: Config = dataclasses.replace(preset, **given)
    return config


def _said(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same, with its own words as argparse's message instead of its name."""

    def parsed(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed
