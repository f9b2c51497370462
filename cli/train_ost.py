"""Trains the classifier of observatory frames: ``python -m cli.train_ost``."""

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_option,
    print_table,
    quiet_start,
    run,
)
from cli._config_options import add_config_options, config_from
from mesa_keras.config_fields import widths
from ost_classifier.presets import PRESETS


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.train_ost", description=__doc__
    )
    add_option(
        result,
        "data_dir",
        default="data/frames",
        help="folder with a subfolder per class of FITS and TIFF frames [data/frames]",
    )
    add_option(
        result,
        "model_out",
        default="output/ost_model.keras",
        help="model to write; the other files of the run start with its name "
        "[output/ost_model.keras]",
    )
    add_option(
        result,
        "classes",
        help="class names, comma-separated, or a file of them "
        "[the subfolders, or those of the pretrained model]",
    )
    add_option(
        result,
        "labels_csv",
        help="table with the columns file and label, which overrides the subfolders",
    )
    add_option(
        result,
        "cache_dir",
        help="folder of the decoded frames [frame_cache beside the model]",
    )
    add_option(
        result, "workers", type=int, help="processes that decode frames [one per core]"
    )
    add_option(
        result,
        "kfold",
        type=int,
        default=0,
        help="folds of a cross-validation, whose out-of-fold predictions give "
        "temperature and thresholds [0 for none]",
    )
    add_option(
        result,
        "pretrained_path",
        help="model to take weights, widths and image size from",
    )
    add_option(
        result, "freeze_backbone", action="store_true", help="train the classifier only"
    )
    add_option(
        result,
        "label_counts",
        type=_counts,
        help="labelled frames per class of the table made with a pretrained model "
        "[0,1,2,5,10,20,50]; an empty list for no table",
    )
    add_option(
        result,
        "resume",
        action="store_true",
        help="go on after the last finished epoch of this run",
    )
    add_config_options(result, PRESETS, "base")
    return result


def _counts(text: str) -> tuple[int, ...]:
    try:
        counts = set(widths(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if any(count < 0 for count in counts):
        raise argparse.ArgumentTypeError(f"must not be negative. Received: {text!r}")
    return tuple(sorted(counts))


def main(argv: list[str] | None = None) -> int:
    """Parses the options and trains."""
    arguments = parser().parse_args(argv)
    return run(lambda: _train(arguments))


def _train(arguments: argparse.Namespace) -> int:
    config = config_from(arguments, PRESETS)
    if not Path(arguments.data_dir).is_dir():
        raise FileNotFoundError(
            f"{arguments.data_dir} is no folder. Simulated frames can be made with "
            f"`python -m cli.simulate ost --output_dir {arguments.data_dir} "
            "--num_per_class 100`, or name yours with --data_dir."
        )
    with quiet_start():
        from ost_classifier.train import train
        from ost_classifier.train_options import LABEL_COUNTS, TrainOptions

    counts = arguments.label_counts
    result = train(
        config,
        arguments.data_dir,
        arguments.model_out,
        TrainOptions(
            classes=arguments.classes,
            labels_csv=arguments.labels_csv,
            cache_dir=arguments.cache_dir,
            workers=arguments.workers,
            pretrained_path=arguments.pretrained_path,
            freeze_backbone=arguments.freeze_backbone,
            label_counts=LABEL_COUNTS if counts is None else counts,
            kfold=arguments.kfold,
            resume=arguments.resume,
            given={
                field.name: getattr(arguments, field.name)
                for field in dataclasses.fields(config)
                if hasattr(arguments, field.name)
            },
        ),
    )
    return _show(result)


def _show(result: Any) -> int:
    done, faults = result.run, result.run.data.faults
    for note in done.notes:
        print(f"note: {note}", file=sys.stderr)
    for name, fault in list(faults.items())[:10]:
        print(f"not read: {name}: {fault}", file=sys.stderr)
    if result.fitted.transfer is not None:
        print(result.fitted.transfer.summary())
    for title, rows in done.tables.items():
        print(f"{title.replace('_', ' ')}:")
        print("  " + "  ".join(rows[0]))
        for row in rows:
            print("  " + "  ".join(_cell(value) for value in row.values()))
    validation = done.metrics["validation"]
    print_table(
        {
            "frames": ", ".join(f"{n} {len(p)}" for n, p in done.parts.items()),
            "parameters": f"{done.model.count_params():,}",
            "best epoch": f"{done.best_epoch + 1} of {len(done.history['loss'])}",
            **{
                f"validation {name}, {verdict}": f"{values[name]:.3f}"
                for name in ("accuracy", "macro_f1")
                for verdict, values in validation.items()
            },
            **({"not read": f"{len(faults):,} files"} if faults else {}),
            **result.files,
        }
    )
    return DONE_WITH_FAULTS if faults else DONE


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
