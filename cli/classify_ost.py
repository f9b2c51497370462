"""Classifies the frames of a folder: ``python -m cli.classify_ost --input_dir …``."""

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_decision_options,
    add_option,
    print_table,
    quiet_start,
    run,
)

if TYPE_CHECKING:
    from ost_classifier.service_folder import FolderResult

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_MOST_SECONDS = 86_400


def moment(text: str) -> datetime:
    """Reads a date, a date and time (local unless it names a zone), or `36h` ago."""
    span = re.fullmatch(r"(\d+(?:\.\d+)?)([mhd])", text.strip())
    try:
        if span:
            ago = timedelta(**{_UNITS[span.group(2)]: float(span.group(1))})
            return datetime.now(UTC) - ago
        return datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(
            "must be a date (2026-07-14), a date and time (2026-07-14T18:00), or a "
            "span before now (36h, 2d, 90m), after the year 1. "
            f"Received: {text!r}"
        ) from error


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.classify_ost", description=__doc__
    )
    add_option(
        result,
        "input_dir",
        required=True,
        help="folder with FITS and TIFF files, in subfolders too; only read",
    )
    add_option(
        result,
        "output_json",
        required=True,
        help="results; what is done stands beside it in NAME.journal and is skipped "
        "the next time",
    )
    add_option(result, "model_path", help="trained model [the one that is shipped]")
    add_decision_options(result)
    add_option(
        result, "include_probs", action="store_true", help="write all probabilities"
    )
    _add_log_options(result)
    add_option(
        result,
        "since",
        type=moment,
        help="leave out files changed before: a date, date and time, or a span such as "
        "36h",
    )
    add_option(
        result,
        "watch",
        type=float,
        nargs="?",
        const=30.0,
        metavar="SECONDS",
        help="go on looking for new frames every so often until interrupted [30]",
    )
    add_option(result, "batch_size", type=int, default=32, help="frames a pass [32]")
    add_option(
        result, "workers", type=int, help="frames decoded at a time [one per core]"
    )
    return result


def _add_log_options(result: argparse.ArgumentParser) -> None:
    for name, text in (
        ("defect_log", "text file of what could not be read, and why"),
        ("warn_log", "text file of what is odd about files that could"),
        ("night_log", "CSV table with a row per frame, by night"),
        (
            "suggest_headers",
            "CSV table of header corrections for review; no frame is ever touched",
        ),
    ):
        add_option(result, name, type=Path, metavar="FILE", help=text)


def main(argv: list[str] | None = None) -> int:
    """Parses the options and classifies."""
    arguments = parser().parse_args(argv)
    return run(lambda: _classify(arguments))


def _classify(arguments: argparse.Namespace) -> int:
    watched = arguments.watch is not None
    if watched and not 0 < arguments.watch <= _MOST_SECONDS:
        raise ValueError(
            f"`watch` must be positive and at most {_MOST_SECONDS}, a day. "
            f"Received: watch={arguments.watch}"
        )
    for name in ("batch_size", "workers"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise ValueError(f"`{name}` must be at least 1. Received: {name}={value}")
    with quiet_start():
        from ost_classifier.service import ClassifierService
        from ost_classifier.service_folder import FolderRun
        from ost_classifier.service_outputs import FolderOutputs

    service = ClassifierService(
        arguments.model_path,
        thresholds=arguments.thresholds,
        temperature=arguments.temperature,
        abstain_unknown=arguments.abstain_unknown,
        class_prior=arguments.class_prior,
        unknown_id=arguments.unknown_id,
        tta=arguments.tta,
        include_probs=arguments.include_probs,
        workers=arguments.workers,
        processes=True,
    )
    for note in service.notes:
        print(f"note: {note}", file=sys.stderr)
    outputs = FolderOutputs(
        output_json=Path(arguments.output_json),
        defect_log=arguments.defect_log,
        warn_log=arguments.warn_log,
        night_log=arguments.night_log,
        suggest_headers=arguments.suggest_headers,
    )
    folder = FolderRun(service, arguments.input_dir, outputs, arguments.since)
    if watched:
        result = folder.watch(
            arguments.watch, arguments.batch_size, progress=True, on_look=_say
        )
    else:
        result = folder.look(arguments.batch_size, progress=True)
    _print(result, {name: str(path) for name, path in outputs.all().items()})
    return DONE_WITH_FAULTS if result.results["defects"] else DONE


def _say(result: "FolderResult") -> None:
    """One line per look that found something."""
    shown = ", ".join(f"{n} {c:,}" for n, c in result.counts("class").items())
    print(f"{datetime.now():%H:%M:%S}  {result.new:,} new; so far {shown}", flush=True)


def _print(result: "FolderResult", files: dict[str, str]) -> None:
    seconds = result.results["meta"]["seconds"]
    rate = f", {result.new / seconds:.1f} a second" if seconds > 0 else ""
    table = {
        "frames": f"{result.found:,}, of these new {result.new:,}{rate}",
        **{f"class {n}": f"{c:,}" for n, c in result.counts("class").items()},
        **{f"{n}": f"{c:,}" for n, c in result.counts("agreement").items()},
        "not read": f"{len(result.results['defects']):,}",
        "with a warning": f"{len({w['path'] for w in result.results['warnings']}):,}",
    }
    if result.waiting:
        table["waiting"] = f"{result.waiting:,} that may still be written to"
    if result.suggestions is not None:
        table["header corrections"] = f"{result.suggestions:,} suggested"
    print_table(table | files)


if __name__ == "__main__":
    sys.exit(main())
