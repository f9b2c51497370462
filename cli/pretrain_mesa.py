"""Pretrains MESA on several sets of events: ``python -m cli.pretrain_mesa``.

    python -m cli.pretrain_mesa --data kepler_tce=DIR,tess_tce=DIR,koi=DIR

Each folder holds train_data.csv (or .csv.gz, .parquet) and views.npz; the stars of
test_data.* beside them are learned from in no set. First, without labels, light curves
are rebuilt where they were hidden, and aligned with planet and star. Then the labels of
all sets are learned together, by a head for each on the same encoders.
"""

import argparse
import sys
from typing import TYPE_CHECKING

from cli._arguments import (
    DONE,
    add_option,
    columns,
    print_table,
    quiet_start,
    run,
)
from cli._config_options import add_config_options, config_from
from mesa_keras.config_fields import names
from mesa_keras.recipes.mesa.pretrain_config import PRETRAIN_PRESETS, STAGES

if TYPE_CHECKING:
    from mesa_keras.recipes.mesa.pretrain_data import EventSets


def label_sets(text: str) -> dict[str, tuple[str, ...]]:
    """Reads `set=A/B/C,set=none`."""
    return {
        name: () if given == "none" else tuple(filter(None, given.split("/")))
        for name, given in columns(text).items()
    }


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.pretrain_mesa",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_option(
        result,
        "data",
        type=columns,
        required=True,
        metavar="SET=DIR,…",
        help="folders by name of the set",
    )
    add_option(
        result,
        "labels",
        type=label_sets,
        default={},
        metavar="SET=A/B/C,…",
        help="classes of a set, or none, for the first stage only [kepler_tce, "
        "tess_tce and koi have theirs, others none]",
    )
    add_option(
        result,
        "test_data",
        type=names,
        default=(),
        metavar="TABLE,…",
        help="further tables of stars to keep out [test_data.* in the folders]",
    )
    add_option(
        result,
        "leave_out_test_stars",
        action="store_true",
        help="leave events of test stars out; without, they are an error",
    )
    add_option(
        result,
        "stages",
        type=names,
        default=STAGES,
        help=f"which stages to run [{','.join(STAGES)}]",
    )
    add_option(result, "output_dir", default="output", help="results [output]")
    add_option(result, "pretrained_path", help="model to take weights from")
    add_option(
        result,
        "resume",
        action="store_true",
        help="go on after the last finished epoch of the run in output_dir",
    )
    add_config_options(result, PRETRAIN_PRESETS, "base", leave_out=("labels",))
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and pretrains."""
    arguments = parser().parse_args(argv)
    return run(lambda: _pretrain(arguments))


def _pretrain(arguments: argparse.Namespace) -> int:
    config = config_from(_without_labels(arguments), PRETRAIN_PRESETS)
    from mesa_keras.recipes.mesa.pretrain_sets import load_sets

    events = load_sets(
        arguments.data,
        config,
        labels=arguments.labels,
        test_tables=arguments.test_data,
        leave_out_test_stars=arguments.leave_out_test_stars,
    )
    for note in _notes(events):
        print(f"note: {note}", file=sys.stderr)
    with quiet_start():
        from mesa_keras.recipes.mesa.calibrate import labelled_rows
        from mesa_keras.recipes.mesa.model import decision_rule
        from mesa_keras.recipes.mesa.pretrain import pretrain
        from mesa_keras.recipes.mesa.temperatures import few_candidates_notes

    result = pretrain(
        config,
        events,
        arguments.output_dir,
        stages=tuple(arguments.stages),
        pretrained_path=arguments.pretrained_path,
        resume=arguments.resume,
        announce=lambda text: print(text, flush=True),
    )
    if result.transfer is not None:
        print(result.transfer.summary())
    rows = {"parameters of the encoders": f"{result.encoders.count_params():,}"}
    for name, stage in result.stages.items():
        epochs = len(stage.history["loss"])
        loss = stage.history["val_loss"][stage.best_epoch]
        rows[f"stage {name}"] = (
            f"best epoch {stage.best_epoch + 1} of {epochs}, validation loss {loss:.4f}"
        )
    for name, found in result.models.items():
        count = len(labelled_rows(found.calibration))
        for note in few_candidates_notes(decision_rule(found.model), count):
            print(f"note: {name}: {note}", file=sys.stderr)
        shown = found.metrics["validation"].items()
        rows[f"{name} validation"] = ", ".join(f"{k} {v:.3f}" for k, v in shown)
    print_table({**rows, **result.files})
    return DONE


def _without_labels(arguments: argparse.Namespace) -> argparse.Namespace:
    """The options without the classes of the sets, which are no field of the model."""
    return argparse.Namespace(
        **{name: value for name, value in vars(arguments).items() if name != "labels"}
    )


def _notes(events: "EventSets") -> list[str]:
    """What a user should know of the data, by set."""
    of_sets = [
        f"{name}: {warning}"
        for name, data in events.sets.items()
        for warning in data.warnings
    ]
    return [*of_sets, *events.notes]


if __name__ == "__main__":
    sys.exit(main())
