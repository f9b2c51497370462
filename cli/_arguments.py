"""What all commands share: options, and how a command ends."""

import argparse
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from typing import Any

DONE, DONE_WITH_FAULTS, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130


def add_option(parser: argparse.ArgumentParser, name: str, **options: Any) -> None:
    """Adds `--a_name`, which may be written `--a-name` as well."""
    spellings = dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}"))
    parser.add_argument(*spellings, dest=name, **options)


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
        parser,
        "class_prior",
        type=class_prior,
        help="rates of the classes among these frames, in the model's order or by name "
        "[as many of each as the model was calibrated on]",
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
    named = {ours.strip(): theirs.strip() for ours, theirs in pairs}
    if len(named) < len(pairs):
        raise argparse.ArgumentTypeError(
            f"must name each name once. Received: {text!r}"
        )
    return named


def numbers(text: str) -> float | list[float]:
    """Reads `0.95`, or `0.9,0.95,…` as a list."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be a number, or numbers separated by commas. Received: {text!r}"
        ) from error
    return values[0] if len(values) == 1 else values


def class_prior(text: str) -> list[float] | dict[str, float]:
    """Reads `0.3,0.1,0.6` or `CONFIRMED=0.3,…`."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    pairs = [part.rsplit("=", 1) for part in parts]
    try:
        if all(len(pair) == 2 for pair in pairs):
            named = {name.strip(): float(value) for name, value in pairs}
            if len(named) == len(pairs):
                return named
        else:
            return [float(part) for part in parts]
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(
        "must be a rate per class, as 0.3,0.1,0.6 in the order of the classes or as "
        f"NAME=0.3,NAME=0.1,… Received: {text!r}"
    )


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
