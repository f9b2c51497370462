"""What all commands share: options from a dataclass, and how a command ends."""

import argparse
import contextlib
import dataclasses
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from mesa_keras.training.training_options import TrainingOptions

Config = TypeVar("Config")

DONE, DONE_WITH_FAULTS, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130


def add_option(parser: argparse.ArgumentParser, name: str, **options: Any) -> None:
    """Adds `--a_name`, which may be written `--a-name` as well."""
    spellings = dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}"))
    parser.add_argument(*spellings, dest=name, **options)


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


def _said(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same, with its own words as argparse's message instead of its name."""

    def parsed(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


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


def add_candidate_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Adds the options that commands on tables of candidates share.

    Args:
        parser: Parser to extend.
        *names: Options wanted, in the order of the help: of `model_path`,
            `allow_shared_stars`, `views_path`, `columns` and `batch_size`.
    """
    shared: dict[str, dict[str, Any]] = {
        "model_path": {
            "default": "output/mesa_model.keras",
            "help": "trained model [output/mesa_model.keras]",
        },
        "allow_shared_stars": {
            "action": "store_true",
            "help": "go on, with a note, if the model was trained on stars of the "
            "table",
        },
        "views_path": {"help": "file of light-curve views [beside the table]"},
        "columns": {
            "type": columns,
            "help": "our column=theirs, separated by commas",
        },
        "batch_size": {
            "type": int,
            "default": 256,
            "help": "candidates at a time [256]",
        },
    }
    for name in names:
        add_option(parser, name, **shared[name])


def add_decision_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how frames are decided."""
    add_option(
        parser,
        "thresholds",
        help="a number, one per class separated by commas, a JSON file, or a profile: "
        "prod_precision, prod_recall [those of the model]",
    )
    add_option(
        parser,
        "temperature",
        type=float,
        help="divisor of the logits [that of the thresholds, or the model's]",
    )
    add_option(
        parser,
        "tta",
        action="store_true",
        help="average over flips, and turns where the image is square",
    )
    add_option(
        parser,
        "abstain_unknown",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="call a frame below all thresholds unknown [as the model does]",
    )
    add_option(
        parser, "unknown_id", type=int, help="number of unknown [number of classes]"
    )


def columns(text: str) -> dict[str, str]:
    """Reads `name=theirs,name=theirs`."""
    pairs = [part.split("=", 1) for part in text.split(",") if part.strip()]
    if any(len(pair) != 2 or not all(map(str.strip, pair)) for pair in pairs):
        raise argparse.ArgumentTypeError(
            f"must be name=theirs, separated by commas. Received: {text!r}"
        )
    return {ours.strip(): theirs.strip() for ours, theirs in pairs}


def numbers(text: str) -> float | list[float]:
    """Reads `0.95`, or `0.9,0.95,…` as a list."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be a number, or numbers separated by commas. Received: {text!r}"
        ) from error
    return values[0] if len(values) == 1 else values


def run(command: Callable[[], int]) -> int:
    """Runs a command and turns what a user can cause into one sentence and a status.

    Args:
        command: Function that returns the exit status.

    Returns:
        0 all done, 1 done but some objects could not be read, 2 the call or a file is
        wrong, 130 interrupted.
    """
    try:
        return command()
    except (ValueError, TypeError, OSError, ImportError) as error:
        message = " ".join(str(error).split())
    except MemoryError:
        message = "out of memory: try a smaller --batch_size"
    except BrokenProcessPool:
        message = (
            "a worker process was killed, most likely for lack of memory: try fewer "
            "--workers"
        )
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        # TensorFlow's own class, which is not loaded here, for a full GPU.
        if type(error).__name__ != "ResourceExhaustedError":
            raise
        message = "out of memory on the device: try a smaller --batch_size"
    print(f"error: {message}", file=sys.stderr)
    return WRONG_CALL


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Keeps what TensorFlow prints while it loads off the screen.

    Its C++ part writes to the file descriptor before any setting is read. If loading
    fails, what was written is shown. Later its Python part tells of traces of several
    models in one process, which is what was asked for: errors alone come through.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    sys.stderr.flush()
    screen = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
            if "tensorflow" in sys.modules:
                # Looking for a GPU is what it says most about.
                sys.modules["tensorflow"].config.list_logical_devices()
        except BaseException:
            log.seek(0)
            os.write(screen, log.read())
            raise
        finally:
            os.dup2(screen, 2)
            os.close(screen)


def print_table(rows: Mapping[str, Any]) -> None:
    """Prints names and values in two columns."""
    width = max(map(len, rows), default=0)
    for name, value in rows.items():
        print(f"{name:<{width}}  {value}")
