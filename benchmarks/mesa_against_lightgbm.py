"""Accuracy of MESA against LightGBM with TSFresh features on the same stars.

    MESA_DATA_DIR=... python -m benchmarks.mesa_against_lightgbm

Both learn from `koi/train_data.csv` and its views and are measured on
`koi/test_data.csv`. LightGBM sees all training stars; MESA holds some of them back for
early stopping and calibration. Two settings of LightGBM: "plain" (300 trees, rate 0.04,
31 leaves) and "regularised" (180 trees, rate 0.03, 15 leaves, row and column sampling,
L2 5). Probabilities of three seeds are averaged for LightGBM; MESA is shown for each
seed and for the mean of its probabilities. Features and runs are kept
in `--work_dir` and taken from there by the next call with the same data and settings.
Intervals are paired bootstraps over stars.

The five published columns come twice: as they are, and with what follows from them by
physics (`--derived_features`), for both models, from a table that holds nothing else.
The twelve come again with the counts of other events on the star (`star_events.py`).
"""

import argparse
import dataclasses
import os
import shutil
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from tsfresh import extract_features
from tsfresh.feature_extraction import EfficientFCParameters

from benchmarks.machine import machine
from benchmarks.paired_differences import paired_differences
from cli._arguments import quiet_start
from mesa_keras.atomic_file import atomic_file

with quiet_start():
    from mesa_keras.inference import Predictor
    from mesa_keras.recipes.mesa.model_data import load_for_model
    from mesa_keras.recipes.mesa.train import train

from mesa_keras.evaluation import classification_metrics
from mesa_keras.recipes.mesa.config import (
    SEED_PLANET_FEATURES,
    SEED_STELLAR_FEATURES,
    MesaConfig,
)
from mesa_keras.recipes.mesa.data import MesaData, load_data
from mesa_keras.recipes.mesa.presets import BASE
from mesa_keras.recipes.mesa.star_events import STAR_EVENT_COLUMNS
from mesa_keras.recipes.mesa.stars import star_groups

INPUTS = ("12", "12_events", "5", "5_derived")
METRICS = ("accuracy", "macro_f1", "roc_auc", "log_loss", "ece")
SETTINGS = {
    "plain": {"n_estimators": 300, "learning_rate": 0.04, "num_leaves": 31},
    "regularised": {
        "n_estimators": 180,
        "learning_rate": 0.03,
        "num_leaves": 15,
        "subsample": 0.8,
        "subsample_freq": 1,
        "colsample_bytree": 0.5,
        "reg_lambda": 5.0,
    },
}
SEEDS = (0, 1, 2)


def tsfresh_features(data: MesaData) -> pd.DataFrame:
    """TSFresh's `efficient` features of every view."""
    parts = []
    for name, view in data.views.items():
        num, steps = view.shape
        long = pd.DataFrame(
            {
                "row": np.repeat(np.arange(num), steps),
                "bin": np.tile(np.arange(steps), num),
                name: np.nan_to_num(view.astype("float64")).ravel(),
            }
        )
        parts.append(
            extract_features(
                long,
                column_id="row",
                column_sort="bin",
                default_fc_parameters=EfficientFCParameters(),
                n_jobs=2,
                disable_progressbar=True,
            )
        )
    return pd.concat(parts, axis=1)


def lightgbm_probabilities(
    setting: str, train_x: np.ndarray, train_y: np.ndarray, test_x: np.ndarray
) -> np.ndarray:
    """Mean probabilities of three seeds."""
    total = np.zeros((len(test_x), len(np.unique(train_y))))
    for seed in SEEDS:
        model = lightgbm.LGBMClassifier(
            **SETTINGS[setting], random_state=seed, verbose=-1, n_jobs=2
        )
        model.fit(train_x, train_y)
        total += model.predict_proba(test_x)
    return total / len(SEEDS)


def load(path: Path, config: MesaConfig) -> MesaData:
    """Candidates with the columns of `config` and their views."""
    return load_data(
        path,
        labels=config.labels,
        planet_features=config.planet_features,
        stellar_features=config.stellar_features,
        derived_features=config.derived_features,
    )


def write_five_columns(folder: Path, output: Path) -> None:
    """Writes the tables with the five published columns alone, and their views."""
    output.mkdir(parents=True, exist_ok=True)
    columns = ["object_id", "star_id", "label"]
    columns += [*SEED_PLANET_FEATURES, *SEED_STELLAR_FEATURES]
    for part in ("train", "test"):
        table = pd.read_csv(folder / f"{part}_data.csv")
        table[columns].to_csv(output / f"{part}_data.csv", index=False)
    shutil.copyfile(folder / "views.npz", output / "views.npz")


def kept_features(data: MesaData, work_dir: Path) -> pd.DataFrame:
    """TSFresh's features, computed once per table."""
    path = work_dir / f"tsfresh_{data.fingerprint[:16]}.parquet"
    if path.is_file():
        return pd.read_parquet(path)
    features = tsfresh_features(data)
    work_dir.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as temporary:
        features.to_parquet(temporary)
    return features


def mesa_probabilities(config: MesaConfig, folder: Path, runs: Path) -> list:
    """Probabilities on the test stars, one array per seed."""
    result = []
    for seed in SEEDS:
        output = runs / f"seed_{seed}"
        train(
            dataclasses.replace(config, seed=seed),
            folder / "train_data.csv",
            output,
            resume=True,
        )
        predictor = Predictor(output / "mesa_model.keras")
        # Derived columns that no row has are no inputs of the model.
        data = load_for_model(predictor, folder / "test_data.csv")
        result.append(predictor.predict(data.inputs())["probabilities"])
    return result


def row(name: str, metrics: dict[str, float]) -> str:
    """One row of the table."""
    return f"| {name} | " + " | ".join(f"{metrics[m]:.3f}" for m in METRICS) + " |"


def compare(
    folder: Path, config: MesaConfig, columns: str, features: tuple, runs: Path
) -> None:
    """Prints the rows of one set of columns, and the paired differences."""
    data, test = (
        load(folder / f"{part}_data.csv", config) for part in ("train", "test")
    )
    inputs = [
        np.concatenate([part.planet_features, part.stellar_features, extra], axis=1)
        for part, extra in zip((data, test), features, strict=True)
    ]
    label, found = test.known_label(), {}
    for setting in SETTINGS:
        found[f"LightGBM, {setting}"] = lightgbm_probabilities(
            setting, inputs[0], data.known_label(), inputs[1]
        )
    ours = mesa_probabilities(config, folder, runs)
    for name, probabilities in found.items():
        print(row(f"{columns}; {name}", classification_metrics(label, probabilities)))
    scores = [classification_metrics(label, probabilities) for probabilities in ours]
    for seed, metrics in zip(SEEDS, scores, strict=True):
        print(row(f"{columns}; MESA, seed {seed}", metrics))
    for name, take in (("mean", np.mean), ("spread (std)", np.std)):
        print(
            row(
                f"{columns}; MESA, {name} of {len(SEEDS)} seeds",
                {m: float(take([metrics[m] for metrics in scores])) for m in METRICS},
            )
        )
    together = np.mean(ours, axis=0)
    print(
        row(f"{columns}; MESA, seeds together", classification_metrics(label, together))
    )
    for name, probabilities in found.items():
        for mine, which in ((ours[0], "seed 0"), (together, "seeds together")):
            shown = paired_differences(
                star_groups(test), label, mine, probabilities, METRICS
            )
            print(f"{columns}; MESA ({which}) - {name}: {shown}", flush=True)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("MESA_DATA_DIR", "data")) / "koi"
    parser.add_argument("--data_dir", type=Path, default=default)
    parser.add_argument(
        "--work_dir", type=Path, default=Path("output/against_lightgbm")
    )
    parser.add_argument("--inputs", nargs="+", choices=INPUTS, default=INPUTS)
    arguments = parser.parse_args()
    folder, work = arguments.data_dir, arguments.work_dir
    print(machine("keras", "tensorflow", "lightgbm", "tsfresh"))
    features = [
        kept_features(load(folder / f"{part}_data.csv", BASE), work)
        for part in ("train", "test")
    ]
    print("| inputs; model | " + " | ".join(METRICS) + " |")
    print("|---|" + "---|" * len(METRICS))
    seed_columns = dataclasses.replace(
        BASE,
        planet_features=SEED_PLANET_FEATURES,
        stellar_features=SEED_STELLAR_FEATURES,
    )
    events = dataclasses.replace(
        BASE, planet_features=(*BASE.planet_features, *STAR_EVENT_COLUMNS)
    )
    derived = dataclasses.replace(seed_columns, derived_features=True, jit_compile=True)
    asked = {
        "12": (folder, BASE, "12 columns", "12_columns"),
        "12_events": (folder, events, "12 columns, other events", "12_columns_events"),
        "5": (folder, seed_columns, "5 seed columns", "5_columns"),
        "5_derived": (
            *(work / "five_columns", derived),
            *("5 seed columns, derived features", "5_columns_derived"),
        ),
    }
    for name in arguments.inputs:
        data, config, columns, runs = asked[name]
        if config is derived:
            write_five_columns(folder, data)
        compare(data, config, f"{columns} + views", tuple(features), work / runs)


if __name__ == "__main__":
    main()
