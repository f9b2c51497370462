"""A small MESA model, not trained, and tables of made-up candidates for it."""

import csv

import keras
import numpy as np

from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.data import load_data
from mesa_keras.recipes.mesa.model import build_model
from mesa_keras.recipes.mesa.run_config import noted, write_run_config
from mesa_keras.recipes.mesa.stars import KnownStars
from mesa_keras.recipes.mesa.train import adapt
from mesa_keras.training import save_model

LABELS = ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE")
PLANET, STELLAR = ("period", "depth"), ("stellar_temp",)
STEPS = {"global_view": 16, "local_view": 8}


def rows_of(count, first=0):
    """Rows of a table as dictionaries; `first` keeps ids of two tables apart."""
    rng = np.random.default_rng(first + 1)
    return [
        {
            "object_id": f"K{first + i:05d}",
            "star_id": str(1_000_000 + (first + i) // 2),
            "period": f"{10 ** rng.uniform(0, 2):.4f}",
            "depth": f"{10 ** rng.uniform(1, 4):.2f}",
            "stellar_temp": f"{rng.uniform(3500, 7000):.1f}",
            "interpolated_run": str(9 * (i % 5 == 0)),
            "label": LABELS[(first + i + i // 7) % 3],
        }
        for i in range(count)
    ]


def write_table(path, rows):
    """Writes rows as CSV and returns the path."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_views(folder, rows, steps=None):
    """Writes `views.npz` for all rows, those of label CONFIRMED with a dip."""
    steps = steps or STEPS
    rng = np.random.default_rng(0)
    arrays = {}
    for name, count in steps.items():
        views = rng.normal(0, 0.1, (len(rows), count))
        dips = [row["label"] == LABELS[0] for row in rows]
        views[dips, count // 2] = -1
        arrays[name] = views.astype("float16")
    ids = np.array([row["object_id"] for row in rows])
    np.savez(folder / "views.npz", object_id=ids, **arrays)


def make_run(folder, seed=0):
    """Writes tables, views, and a model with its configuration beside it.

    Returns the paths of the model, the training table and the test table.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    train, test = rows_of(30), rows_of(40, first=100)
    write_views(data, train + test)
    train_path = write_table(data / "train_data.csv", train)
    test_path = write_table(data / "test_data.csv", test)
    config = MesaConfig.small(
        planet_features=PLANET, stellar_features=STELLAR, patch_size=4, seed=seed
    )
    loaded = load_data(
        train_path, labels=LABELS, planet_features=PLANET, stellar_features=STELLAR
    )
    keras.utils.set_random_seed(seed)
    model = build_model(
        config,
        planet_columns=PLANET,
        stellar_columns=STELLAR,
        view_steps=STEPS,
        view_convention=loaded.view_convention,
    )
    adapt(model, loaded)
    out = folder / "output"
    out.mkdir()
    save_model(model, out / "mesa_model.keras")
    described = {
        "path": str(train_path),
        "light_curves": "views",
        **noted(KnownStars.of([loaded])),
    }
    write_run_config(out / "mesa_model.keras", {"data": described})
    return out / "mesa_model.keras", train_path, test_path
