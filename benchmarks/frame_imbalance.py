r"""What helps against rare classes: each remedy against none.

    python -m cli.simulate ost --output_dir train --num_per_class 400 --seed 1 \
        --class_fractions observatory --max_size 512
    python -m cli.simulate ost --output_dir test --num_per_class 60 --seed 2 \
        --max_size 512
    python -m benchmarks.frame_imbalance --train_dir train --test_dir test

All train on the same frames, split by camera, for as many epochs; the test frames are
of other cameras and nights. The last rows are a model that was trained on the frames of
other cameras, the shipped one by default, as it is, and after a short training on these
frames at a tenth of the rate, of all its weights and of the classifier alone. The mean
and half the range over seeds are reported.
"""

import argparse
import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from cli._arguments import quiet_start

with quiet_start():
    import keras

    from ost_classifier.fitted import Pretrained, fit_model
    from ost_classifier.held_out import measure, predict_logits, set_decision_rule
    from ost_classifier.transfer import like_pretrained, open_frame_model

from ost_classifier.config import OstConfig
from ost_classifier.data import OstData, load_data
from ost_classifier.split import labelled, split_frames

REMEDIES: dict[str, dict[str, Any]] = {
    "none": {},
    "class weights": {"loss_strategy": "class_weights"},
    "focal loss": {"loss_strategy": "focal_loss"},
    "balanced sampling": {"balanced_sampling": True, "balance_cap": 4.0},
    "MixUp": {"mixup_alpha": 0.1},
    "RandAugment": {"randaug_n": 2, "randaug_m": 5.0},
    # Balanced sampling turns class weights off.
    "balanced sampling, MixUp and RandAugment": {
        "balanced_sampling": True,
        "mixup_alpha": 0.1,
        "randaug_n": 2,
    },
}
PRETRAINED = "pretrained, as it is"
# Whether the branches keep their weights.
TUNED = {"pretrained, fine-tuned": False, "pretrained, classifier alone": True}
TUNING: dict[str, Any] = {
    "balanced_sampling": True,
    "initial_lr": 1e-4,
    "epochs": 4,
    "warmup_epochs": 0.5,
}
COLUMNS = ("macro_f1", "accuracy")


def train_and_test(
    arguments: argparse.Namespace, config: OstConfig
) -> tuple[OstData, OstData]:
    """Labelled frames of `--train_dir` and `--test_dir`."""
    train, test = (
        labelled(
            load_data(
                folder,
                config.frame_settings,
                cache_dir=arguments.cache_dir,
                progress=True,
            )
        )
        for folder in (arguments.train_dir, arguments.test_dir)
    )
    if train.class_names != test.class_names:
        raise ValueError("both folders must hold the same classes")
    return train, test


def trained(
    config: OstConfig,
    train: OstData,
    test: OstData,
    pretrained: Pretrained | None = None,
) -> dict[str, float]:
    """Measures on the test frames, by verdict."""
    parts, _ = split_frames(train, config)
    with tempfile.TemporaryDirectory() as folder:
        model = fit_model(
            config, parts, Path(folder) / "state.npz", pretrained=pretrained
        ).model
    held = parts["calibration"]
    set_decision_rule(model, predict_logits(model, held).header, held.label, "none")
    return measures(model, test)


def measures(model: keras.Model, test: OstData) -> dict[str, float]:
    """Measures of a calibrated model on the test frames, by verdict."""
    measured = measure(model, predict_logits(model, test), test.label)
    return {
        f"{name}, {verdict}": values[name]
        for verdict, values in measured.items()
        for name in COLUMNS
    }


def table_row(name: str, found: list[dict[str, float]]) -> str:
    """Mean and half the range over seeds, as a row of the table."""
    cells = []
    for key in found[0]:
        values = [row[key] for row in found]
        cells.append(f"{np.mean(values):.3f} ± {np.ptp(values) / 2:.3f}")
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train_dir", required=True)
    parser.add_argument("--test_dir", required=True)
    parser.add_argument("--cache_dir", default="frame_cache")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--pretrained_path", default="models/ost_frames.keras")
    arguments = parser.parse_args()
    base = OstConfig(
        target_w=arguments.size,
        target_h=arguments.size,
        epochs=arguments.epochs,
        loss_strategy="none",
        split_by="camera",
    )
    train, test = train_and_test(arguments, base)
    print(machine("keras", "tensorflow"))
    print(f"{train.counts()}\n{len(test)} test frames")
    path = arguments.pretrained_path
    model = open_frame_model(path)
    for name, changes in {**REMEDIES, **dict.fromkeys(TUNED, TUNING)}.items():
        config = dataclasses.replace(base, **changes)
        start = None
        if name in TUNED:
            config = like_pretrained(config, model)
            start = Pretrained(model, path, TUNED[name])
        found = [
            trained(dataclasses.replace(config, seed=seed), train, test, start)
            for seed in range(arguments.seeds)
        ]
        if name == "none":
            print(f"| remedy | {' | '.join(found[0])} |")
            print("|---" * (len(found[0]) + 1) + "|")
        print(table_row(name, found), flush=True)
    print(table_row(PRETRAINED, [measures(model, test)]))


if __name__ == "__main__":
    main()
