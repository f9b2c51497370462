r"""Real frames added to simulated ones, leaving one camera out at a time.

    python -m benchmarks.frame_cameras --sim_dir frames --real_dir real_frames

The model is fine-tuned on simulated frames and on the real frames of all cameras but
one, which then measure it: no frame of a camera is ever judged by a model that learned
from that camera.
"""

import argparse
import csv
import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from cli._arguments import quiet_start

with quiet_start():
    from ost_classifier.fitted import Pretrained, fit_model
    from ost_classifier.held_out import predict_logits
    from ost_classifier.operating_point import operating_point
    from ost_classifier.predict import FrameClassifier, FrameLogits

from ost_classifier.config import OstConfig
from ost_classifier.data import OstData, load_data
from ost_classifier.evaluate_frames import EvaluatedFrames, run_model
from ost_classifier.evaluate_measures import by_class_and_camera, measure
from ost_classifier.frame_list import list_frames
from ost_classifier.split import labelled, split_frames
from ost_classifier.transfer import like_pretrained


def both_kinds(arguments: argparse.Namespace, classifier: FrameClassifier) -> OstData:
    """Simulated frames, and the real ones as a table of labels names them."""
    real, _ = list_frames(Path(arguments.real_dir).resolve())
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "real.csv"
        with table.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "label", "night", "camera"])
            for f in real:
                writer.writerow([f.path, f.label, f.night, f.camera])
        return load_data(
            arguments.sim_dir,
            classifier.settings,
            cache_dir=arguments.cache_dir,
            classes=classifier.class_names,
            labels_csv=table,
            progress=True,
        )


def out_of_camera(
    real: OstData, simulated: OstData, config: OstConfig, pretrained: Pretrained
) -> FrameLogits:
    """Logits of the real frames, each from a model that knows other cameras only.

    Args:
        real: Real frames, those of no class too.
        simulated: Simulated frames of classes.
        config: Fine-tuning.
        pretrained: Model to start from.
    """
    shape = (len(real), len(real.class_names))
    logits = FrameLogits(np.zeros(shape), np.zeros(shape))
    parts, _ = split_frames(simulated, config)
    for camera in np.unique(real.camera):
        held = real.camera == camera
        others = np.flatnonzero(~held & (real.label < real.unknown_id))
        with tempfile.TemporaryDirectory() as folder:
            model = fit_model(
                config,
                {**parts, "train": joined(parts["train"], real.take(others))},
                Path(folder) / "state.npz",
                pretrained=pretrained,
            ).model
        found = predict_logits(model, real.take(np.flatnonzero(held)))
        logits.header[held], logits.pixels[held] = found.header, found.pixels
        print(f"{camera}: {int(held.sum())} frames", flush=True)
    return logits


def joined(simulated: OstData, real: OstData, share: float = 0.2) -> OstData:
    """Both together, the real ones repeated until they are a share of the whole."""
    repeats = max(round(share / (1 - share) * len(simulated) / len(real)), 1)
    arrays: dict[str, Any] = {
        name: np.concatenate(
            [getattr(simulated, name), *[getattr(real, name)] * repeats]
        )
        for name in ("file", "label", "night", "camera", "row")
    }
    return dataclasses.replace(simulated, **arrays)


def show(title: str, classifier: FrameClassifier, evaluated: EvaluatedFrames) -> None:
    """Prints measures, and the table by class and camera."""
    point = operating_point(classifier, None, None, False)
    both = point.decide(evaluated.logits.header)
    pixels = point.decide(evaluated.logits.pixels, pixels_alone=True)
    print(f"\n{title}")
    for name, decisions in (("with header", both), ("pixels alone", pixels)):
        found = measure(evaluated, decisions, bias_like_short_darks=True)
        for key in ("accuracy", "accuracy_one_kind"):
            value = found[key]
            print(
                f"{name}, {key}: {value['value']:.3f} "
                f"({value['low']:.3f} to {value['high']:.3f})"
            )
    rows = by_class_and_camera(evaluated, both, pixels)
    print("| " + " | ".join(rows[0]) + " |\n" + "|---" * len(rows[0]) + "|")
    for row in rows:
        cells = [f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values()]
        print("| " + " | ".join(cells) + " |")


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model_path")
    parser.add_argument("--sim_dir", required=True)
    parser.add_argument("--real_dir", required=True)
    parser.add_argument("--cache_dir", default="frame_cache")
    parser.add_argument("--sim_frames", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    classifier = FrameClassifier(arguments.model_path)
    data = both_kinds(arguments, classifier)
    is_real = np.array([Path(name).is_absolute() for name in data.file])
    simulated = labelled(data.take(np.flatnonzero(~is_real)))
    few = np.random.default_rng(0).permutation(len(simulated))[: arguments.sim_frames]
    alone = run_model(classifier, data.take(np.flatnonzero(is_real)))
    config = like_pretrained(
        OstConfig(
            epochs=arguments.epochs,
            warmup_epochs=0.5,
            initial_lr=3e-4,
            split_by="camera",
        ),
        classifier.predictor.model,
    )
    print(machine("keras", "tensorflow"))
    show("Simulation alone", classifier, alone)
    pretrained = Pretrained(classifier.predictor.model, str(classifier.path))
    logits = out_of_camera(alone.data, simulated.take(few), config, pretrained)
    show(
        "Real frames of the other cameras added",
        classifier,
        dataclasses.replace(alone, logits=logits),
    )


if __name__ == "__main__":
    main()
