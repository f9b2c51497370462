"""Five folds by star over all labelled KOI: MESA from scratch against LightGBM.

    MESA_DATA_DIR=... python -m benchmarks.mesa_cross_validation

`koi/train_data.csv` and `koi/test_data.csv` together; every candidate is judged once,
by models that saw no candidate of its star. MESA holds some stars of the four folds
back for early stopping and calibration, LightGBM (with the settings of
`benchmarks/mesa_against_lightgbm.py`) sees them all. Pretrained weights are not used:
each fold would need a pretraining of its own. Fold models and TSFresh features stay in
`--work_dir`.
"""

import argparse
import dataclasses
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks.machine import machine
from benchmarks.mesa_against_lightgbm import (
    METRICS,
    SETTINGS,
    kept_features,
    lightgbm_probabilities,
    load,
    row,
)
from benchmarks.mesa_pretraining import probabilities
from benchmarks.paired_differences import paired_differences
from cli._arguments import quiet_start

with quiet_start():
    from mesa_keras.recipes.mesa.train import train

from mesa_keras.evaluation import classification_metrics
from mesa_keras.recipes.mesa.presets import BASE
from mesa_keras.recipes.mesa.stars import StarColumn, star_groups

TABLE, PARTS = "{}_data.csv", ("train", "test")


def write_fold(
    folder: Path, table: pd.DataFrame, test_rows: np.ndarray, views: Path
) -> None:
    """Writes the tables of one fold, and the views beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    held_out = np.zeros(len(table), bool)
    held_out[test_rows] = True
    for part, rows in zip(PARTS, (~held_out, held_out), strict=True):
        table[rows].to_csv(folder / TABLE.format(part), index=False)
    shutil.copyfile(views, folder / "views.npz")


def mesa_probabilities(folder: Path, seed: int) -> np.ndarray:
    """Trains on one fold's training table and judges its test table."""
    train(
        dataclasses.replace(BASE, seed=seed),
        folder / TABLE.format("train"),
        folder / "mesa",
        resume=True,
    )
    found, _, _ = probabilities(folder / "mesa", folder / TABLE.format("test"))
    return found


def main() -> None:
    """Prints the measures of each fold, of all candidates, and the differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("MESA_DATA_DIR", "data")) / "koi"
    parser.add_argument("--data_dir", type=Path, default=default)
    parser.add_argument("--work_dir", type=Path, default=Path("output/folds"))
    parser.add_argument("--folds", type=int, default=5)
    arguments = parser.parse_args()
    print(machine("keras", "tensorflow", "lightgbm", "tsfresh"))
    paths = [arguments.data_dir / TABLE.format(part) for part in PARTS]
    data = [load(path, BASE) for path in paths]
    table = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    label = np.concatenate([part.known_label() for part in data])
    # Of both tables together: a star may be written in two ways.
    written = np.concatenate([part.star_id for part in data])
    star = star_groups(StarColumn(written, data[0].star_catalogue))
    features = np.concatenate(
        [
            np.concatenate([part.planet_features, part.stellar_features, extra], axis=1)
            for part, extra in (
                (part, kept_features(part, arguments.work_dir)) for part in data
            )
        ]
    )
    found = {
        name: np.zeros((len(label), len(BASE.labels)))
        for name in ("MESA", *(f"LightGBM, {setting}" for setting in SETTINGS))
    }
    folds = StratifiedGroupKFold(arguments.folds, shuffle=True, random_state=0)
    print("| fold; model | " + " | ".join(METRICS) + " |")
    print("|---|" + "---|" * len(METRICS))
    for i, (seen, held_out) in enumerate(folds.split(features, label, star)):
        folder = arguments.work_dir / f"fold_{i}"
        write_fold(folder, table, held_out, arguments.data_dir / "views.npz")
        found["MESA"][held_out] = mesa_probabilities(folder, seed=i)
        for setting in SETTINGS:
            found[f"LightGBM, {setting}"][held_out] = lightgbm_probabilities(
                setting, features[seen], label[seen], features[held_out]
            )
        for name, p in found.items():
            measures = classification_metrics(label[held_out], p[held_out])
            print(row(f"{i}; {name}", measures), flush=True)
    for name, p in found.items():
        print(row(f"all; {name}", classification_metrics(label, p)))
    for setting in SETTINGS:
        shown = paired_differences(
            star, label, found["MESA"], found[f"LightGBM, {setting}"], METRICS
        )
        print(f"MESA - LightGBM, {setting}: {shown}", flush=True)


if __name__ == "__main__":
    main()
