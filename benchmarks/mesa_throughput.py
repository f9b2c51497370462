"""Training throughput of MESA against the published design in plain PyTorch.

    MESA_DATA_DIR=... python -m benchmarks.mesa_throughput

Both train on the same candidates: one light curve of 200 bins, three planet and two
stellar columns, all losses, augmentation on. MESA is preset `seed` with `patch_size=8`.
The two take turns, so that whatever else the machine does hits both; the median of the
rounds is reported. Accuracy: both train for the same number of epochs and are measured
on test stars.
"""

import argparse
import dataclasses
import os
import statistics
import time
from pathlib import Path

import numpy as np

from benchmarks import pytorch_seed
from benchmarks.machine import machine
from cli._arguments import quiet_start

with quiet_start():
    from mesa_keras.recipes.mesa.batches import make_training_batches
    from mesa_keras.recipes.mesa.model import build_model
    from mesa_keras.recipes.mesa.train import adapt
    from mesa_keras.recipes.mesa.trained_model import trained_model

from mesa_keras.evaluation import classification_metrics
from mesa_keras.recipes.mesa.data import MesaData, load_data
from mesa_keras.recipes.mesa.presets import SEED

STEPS = 200


def load(path: Path) -> MesaData:
    """Candidates with one light curve of 200 bins."""
    data = load_data(
        path,
        labels=SEED.labels,
        planet_features=SEED.planet_features,
        stellar_features=SEED.stellar_features,
    )
    return dataclasses.replace(
        data, views={"global_view": data.views["global_view"][:, :STEPS]}
    )


def keras_run(data: MesaData, batch_size: int, epochs: int, learning_rate: float):
    """A compiled model, its batches and its inference model."""
    config = dataclasses.replace(
        SEED,
        patch_size=8,
        batch_size=batch_size,
        epochs=epochs,
        learning_rate=learning_rate,
        modality_dropout=0.0,
        feature_dropout=0.0,
    )
    model = build_model(
        config,
        planet_columns=data.planet_columns,
        stellar_columns=data.stellar_columns,
        view_steps={"global_view": STEPS},
    )
    adapt(model, data)
    trained = trained_model(model, config, steps_per_epoch=len(data) // batch_size)
    batches = make_training_batches(data, config, tuple(trained.output), 0)
    return trained, batches, model


def arrays(data: MesaData, reference: MesaData) -> tuple[np.ndarray, ...]:
    """What the PyTorch code is fed: log columns standardized, gaps at the mean."""
    result = [data.views["global_view"]]
    for name in ("planet_features", "stellar_features"):
        known = np.log10(np.maximum(getattr(reference, name), 1e-6))
        values = np.log10(np.maximum(getattr(data, name), 1e-6))
        values = (values - np.nanmean(known, 0)) / np.nanstd(known, 0)
        result.append(np.nan_to_num(values).astype("float32"))
    return (*result, data.known_label())


def throughput(data: MesaData, batch_size: int, rounds: int, steps: int) -> dict:
    """Median examples per second of both, in turns."""
    trained, batches, _ = keras_run(data, batch_size, 10, 1e-4)
    trained.fit(batches, steps_per_epoch=32, verbose=0, shuffle=False)
    speed: dict[str, list[float]] = {"mesa_keras": [], "PyTorch": []}
    for seed in range(rounds):
        start = time.perf_counter()
        trained.fit(batches, steps_per_epoch=8 * steps, verbose=0, shuffle=False)
        elapsed = time.perf_counter() - start
        speed["mesa_keras"].append(8 * steps * batch_size / elapsed)
        run = pytorch_seed.train(
            arrays(data, data), 3, batch_size, 10, 1e-4, seed, max_steps=steps
        )
        next(run)
        start = time.perf_counter()
        done, _ = next(run)
        speed["PyTorch"].append(done * batch_size / (time.perf_counter() - start))
    return {name: statistics.median(values) for name, values in speed.items()}


def accuracy(train: MesaData, test: MesaData, epochs: int) -> dict:
    """Test metrics after the same training: batch 64, peak rate 1e-3."""
    trained, batches, model = keras_run(train, 64, epochs, 1e-3)
    trained.fit(
        batches,
        steps_per_epoch=len(train) // 64,
        epochs=epochs,
        verbose=0,
        shuffle=False,
    )
    ours = model.predict(test.inputs(), verbose=0)["probabilities"]
    *_, (_, network) = pytorch_seed.train(arrays(train, train), 3, 64, epochs, 1e-3)
    theirs = pytorch_seed.probabilities(network, *arrays(test, train)[:3])
    label = test.known_label()
    return {
        "mesa_keras": classification_metrics(label, ours),
        "PyTorch": classification_metrics(label, theirs),
    }


def main() -> None:
    """Prints the table of the page in README."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("MESA_DATA_DIR", "data")) / "koi"
    parser.add_argument("--data_dir", type=Path, default=default)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=20)
    arguments = parser.parse_args()
    train, test = (
        load(arguments.data_dir / f"{part}_data.csv") for part in ("train", "test")
    )
    print(machine("keras", "tensorflow", "torch"))
    print("| batch | mesa_keras [1/s] | PyTorch [1/s] | ratio |\n|---|---|---|---|")
    for batch_size in (16, 64):
        speed = throughput(train, batch_size, arguments.rounds, arguments.steps)
        ratio = speed["mesa_keras"] / speed["PyTorch"]
        print(
            f"| {batch_size} | {speed['mesa_keras']:,.0f} | {speed['PyTorch']:,.0f} "
            f"| {ratio:.1f} |",
            flush=True,
        )
    print(f"\nTest stars, {arguments.epochs} epochs at batch 64:")
    for name, values in accuracy(train, test, arguments.epochs).items():
        print(name, {metric: round(value, 3) for metric, value in values.items()})


if __name__ == "__main__":
    main()
