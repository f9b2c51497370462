"""Trains AstroCLIP on galaxy pairs: ``python -m cli.train_astroclip --data_dir …``."""

import argparse
import os
import sys
from pathlib import Path

from cli._arguments import (
    DONE,
    DONE_WITH_FAULTS,
    add_option,
    print_table,
    quiet_start,
    run,
)
from cli._config_options import add_config_options, config_from
from mesa_keras.config_fields import names
from mesa_keras.recipes.astroclip.presets import PRESETS

_MODALITIES = ("image", "spectrum")
_SHOWN = (
    "loss",
    "image_to_spectrum_recall@10",
    "spectrum_to_image_recall@10",
    "alignment",
    "modality_gap",
    "redshift_r2_image_image",
    "redshift_r2_image_spectrum",
    "redshift_r2_spectrum_image",
    "redshift_r2_spectrum_spectrum",
)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.train_astroclip", description=__doc__
    )
    add_option(
        result,
        "data_dir",
        default="data/galaxies",
        help="store of images and spectra [data/galaxies]",
    )
    add_option(result, "output_dir", default="output", help="results [output]")
    for modality in _MODALITIES:
        add_option(
            result,
            f"pretrained_{modality}",
            metavar="MODEL",
            help=f"model whose {modality} encoder is taken",
        )
    add_option(
        result,
        "freeze",
        type=names,
        default=(),
        metavar="MODALITIES",
        help="pretrained branches to keep as they are: image, spectrum or both, "
        "separated by a comma",
    )
    add_option(
        result,
        "job_id",
        default=os.environ.get("SLURM_JOB_ID", "local"),
        help="name of the run; the best model of it stands in "
        "OUTPUT_DIR/astroclip_ckpt_{job_id} [$SLURM_JOB_ID, or local]",
    )
    add_option(
        result,
        "resume",
        action="store_true",
        help="go on after the last finished epoch of the run in output_dir",
    )
    add_config_options(result, PRESETS, "base")
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and trains."""
    arguments = parser().parse_args(argv)
    return run(lambda: _train(arguments))


def _train(arguments: argparse.Namespace) -> int:
    config = config_from(arguments, PRESETS)
    if not Path(arguments.data_dir).is_dir():
        raise FileNotFoundError(
            f"{arguments.data_dir} does not exist. A simulated survey can be made with "
            f"`python -m cli.simulate astroclip --output_dir {arguments.data_dir}`, or "
            "name yours with --data_dir."
        )
    with quiet_start():
        from mesa_keras.recipes.astroclip.train import TrainOptions, train

    given = {name: getattr(arguments, f"pretrained_{name}") for name in _MODALITIES}
    result = train(
        config,
        arguments.data_dir,
        arguments.output_dir,
        TrainOptions(
            pretrained={name: path for name, path in given.items() if path},
            freeze=tuple(arguments.freeze),
            job_id=arguments.job_id,
            resume=arguments.resume,
        ),
    )
    for note in result.data.notes:
        print(f"note: {note}", file=sys.stderr)
    for modality, transfer in result.transfers.items():
        print(f"{modality} encoder: {transfer.summary()}")
    best = {name: result.history[f"val_{name}"][result.best_epoch] for name in _SHOWN}
    counts = result.data.counts().items()
    print_table(
        {
            "pairs": ", ".join(
                f"{n['valid']:,} of {n['rows']:,} {part} valid" for part, n in counts
            ),
            "parameters": f"{result.model.count_params():,}",
            "best epoch": f"{result.best_epoch + 1} of {len(result.history['loss'])}",
            **{f"validation {name}": f"{value:.3f}" for name, value in best.items()},
            **result.files,
        }
    )
    for row, reason in sorted(result.faults.items())[:10]:
        print(f"row {row}: {reason}", file=sys.stderr)
    damaged = result.faults or result.data.store.faults
    return DONE_WITH_FAULTS if damaged else DONE


if __name__ == "__main__":
    sys.exit(main())
