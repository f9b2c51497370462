r"""What pretraining is worth: from scratch, fine-tuned, and with frozen encoders.

    python -m cli.pretrain_mesa --output_dir output \
        --data kepler_tce=DIR,tess_tce=DIR,koi=DIR
    MESA_DATA_DIR=... python -m benchmarks.mesa_pretraining --pretrained_path \
        output/pretrained.keras

All three learn from `koi/train_data.csv` and are measured on the other stars of
`koi/test_data.csv`, once per seed; time is that of the whole training, from file to
calibrated model, without the pretraining. Intervals of the differences are paired
bootstraps over stars of the probabilities averaged over seeds. Runs are kept in
`--work_dir` and taken from there by the next call with the same settings.
"""

import argparse
import dataclasses
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.paired_differences import paired_differences
from cli._arguments import quiet_start
from mesa_keras.json_file import write_json
from mesa_keras.readers.table_file import file_sha256
from mesa_keras.recipes.mesa.presets import BASE
from mesa_keras.recipes.mesa.stars import star_groups

with quiet_start():
    from mesa_keras.inference import Predictor
    from mesa_keras.recipes.mesa.evaluate import evaluate
    from mesa_keras.recipes.mesa.model_data import load_for_model
    from mesa_keras.recipes.mesa.train import train

METRICS = ("accuracy", "macro_f1", "roc_auc", "log_loss", "ece")
SCRATCH, TUNED, FROZEN = WAYS = ("from scratch", "fine-tuned", "frozen encoders")


def run_way(
    way: str, seed: int, folder: Path, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Trains and measures one model, and returns its row.

    A run that is done, of the same settings and the same pretrained file, is only read.
    """
    pretrained = None if way == SCRATCH else arguments.pretrained_path
    config = dataclasses.replace(
        BASE, seed=seed, epochs=arguments.epochs[WAYS.index(way)]
    )
    settings = {
        **dataclasses.asdict(config),
        "pretrained": pretrained and file_sha256(pretrained),
    }
    settings, noted = json.loads(json.dumps(settings)), folder / "row.json"
    if noted.is_file():
        row: dict[str, Any] = json.loads(noted.read_text())
        if row.pop("settings") == settings:
            return row
    start = time.monotonic()
    result = train(
        config,
        arguments.data_dir / "train_data.csv",
        folder,
        pretrained_path=pretrained,
        freeze_backbone=way == FROZEN,
    )
    took = time.monotonic() - start
    # Refuses a model that has seen a test star, in the pretraining or since.
    found = evaluate(
        folder / "mesa_model.keras",
        arguments.data_dir / "test_data.csv",
        folder / "test",
    ).results
    row = {
        "parameters": result.model.count_params(),
        "trained": sum(int(np.prod(w.shape)) for w in result.model.trainable_weights),
        "taken": 0 if result.transfer is None else len(result.transfer.taken),
        "minutes": took / 60,
        "epochs": len(result.history["loss"]),
        **{name: found[name]["value"] for name in METRICS},
    }
    write_json(noted, {**row, "settings": settings})
    return row


def probabilities(
    folder: Path, test: Path
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of a model on test stars, the labels and the stars."""
    predictor = Predictor(folder / "mesa_model.keras")
    data = load_for_model(predictor, test)
    found = predictor.predict(data.inputs(), outputs=("probabilities",))
    p = found["probabilities"].astype(np.float64)
    return p / p.sum(axis=1, keepdims=True), data.known_label(), star_groups(data)


def table_row(way: str, rows: list[dict[str, Any]]) -> str:
    """One row of the table: means over seeds, and their spread."""
    first = rows[0]
    cells = [
        f"{first['parameters']:,}",
        f"{first['trained']:,}",
        f"{np.mean([row['minutes'] for row in rows]):.1f}",
        f"{np.mean([row['epochs'] for row in rows]):.0f}",
    ]
    for name in METRICS:
        values = [row[name] for row in rows]
        cells.append(f"{np.mean(values):.3f} ± {np.std(values):.3f}")
    return f"| {way} | " + " | ".join(cells) + " |"


def main() -> None:
    """Prints the table and the paired differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("MESA_DATA_DIR", "data")) / "koi"
    parser.add_argument("--data_dir", type=Path, default=default)
    parser.add_argument(
        "--pretrained_path", type=Path, default=Path("output/pretrained.keras")
    )
    parser.add_argument("--work_dir", type=Path, default=Path("output/pretraining"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--epochs",
        type=int,
        nargs=3,
        default=(BASE.epochs, 20, 10),
        help=f"epochs {', '.join(WAYS)} [{BASE.epochs} 20 10]",
    )
    arguments = parser.parse_args()
    print(machine("keras", "tensorflow"))
    columns = ["", "parameters", "trained", "minutes", "epochs", *METRICS]
    print("| " + " | ".join(columns) + " |\n|---|" + "---|" * (len(columns) - 1))
    together, test = {}, arguments.data_dir / "test_data.csv"
    for way in WAYS:
        folders = [
            arguments.work_dir / f"{way.replace(' ', '_')}_{seed}"
            for seed in range(arguments.seeds)
        ]
        rows = [
            run_way(way, seed, folder, arguments) for seed, folder in enumerate(folders)
        ]
        print(table_row(way, rows), flush=True)
        found = [probabilities(folder, test) for folder in folders]
        together[way] = np.mean([p for p, _, _ in found], axis=0)
        _, label, star = found[0]
    for way in (TUNED, FROZEN):
        shown = paired_differences(
            star, label, together[way], together[SCRATCH], METRICS
        )
        print(f"{way} - {SCRATCH}, seeds together: {shown}")


if __name__ == "__main__":
    main()
