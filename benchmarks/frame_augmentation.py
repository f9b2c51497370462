r"""Whether augmentation by class tells the class: one training per set of classes.

    python -m cli.simulate ost --output_dir train --num_per_class 1400 --cameras 1600 \
        --max_size 1280 --seed 0
    python -m cli.simulate ost --output_dir test --num_per_class 60 --seed 2 \
        --max_size 512
    python -m benchmarks.frame_augmentation --train_dir train --test_dir test

The accuracy on frames of other cameras, where no image is augmented: with header, from
pixels alone, and from the image alone, without statistics. The seed's six conservative
classes are compared with all classes augmented in full and with none.
"""

import argparse
import dataclasses
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.frame_imbalance import train_and_test
from benchmarks.machine import machine
from cli._arguments import quiet_start

with quiet_start():
    import keras

    from ost_classifier.fitted import fit_model

from ost_classifier.classes import CONSERVATIVE_CLASSES, OST_CLASSES
from ost_classifier.config import OstConfig
from ost_classifier.data import OstData
from ost_classifier.split import split_frames

HIDDEN: dict[str, tuple[str, ...]] = {
    "with header": (),
    "pixels alone": ("header", "claim"),
    "image alone": ("header", "claim", "statistics"),
}
CONSERVATIVE = {
    "the seed's six": CONSERVATIVE_CLASSES,
    "none": (),
    "all": OST_CLASSES,
}


def accuracies(model: keras.Model, data: OstData) -> list[float]:
    """Accuracy with each of `HIDDEN` hidden."""
    inputs = {name: np.array(x) for name, x in data.inputs().items()}
    found = []
    for hidden in HIDDEN.values():
        shown = {
            name: np.full_like(x, np.nan) if name in hidden else x
            for name, x in inputs.items()
        }
        logits = model.predict(shown, batch_size=64, verbose=0)["logits"]
        found.append(float((logits.argmax(axis=1) == data.label).mean()))
    return found


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train_dir", required=True)
    parser.add_argument("--test_dir", required=True)
    parser.add_argument("--cache_dir", default="frame_cache")
    parser.add_argument("--epochs", type=int, default=6)
    arguments = parser.parse_args()
    base = OstConfig(epochs=arguments.epochs, split_by="camera")
    train, test = train_and_test(arguments, base)
    print(machine("keras", "tensorflow"))
    print(f"{len(train)} frames, {len(test)} test frames")
    print(f"| conservative classes | {' | '.join(HIDDEN)} |")
    print("|---" * (len(HIDDEN) + 1) + "|")
    for name, classes in CONSERVATIVE.items():
        config = dataclasses.replace(base, aug_conservative=classes)
        parts, _ = split_frames(train, config)
        with tempfile.TemporaryDirectory() as folder:
            model = fit_model(config, parts, Path(folder) / "state.npz").model
        cells = [f"{value:.3f}" for value in accuracies(model, test)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
