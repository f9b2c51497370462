"""Tiny sets of events of two missions, whose stars share numbers, and a tiny run."""

import numpy as np

from mesa_keras.recipes.mesa.pretrain_config import PretrainConfig
from mesa_keras.recipes.mesa.pretrain_sets import load_sets
from tests.recipes.mesa.candidates import (
    PLANET,
    STELLAR,
    make_rows,
    make_views,
    write,
)

KEPLER, TESS = ("PC", "AFP", "NTP"), ("PC", "EB", "J")
STEPS = {"global_view": 24, "local_view": 12, "secondary_view": 12}


def small(**changes):
    """Configuration of a tiny run."""
    settings = {
        "planet_features": PLANET,
        "stellar_features": STELLAR,
        "patch_size": 4,
        "epochs": 4,
        "masked_epochs": 4,
        "batch_size": 20,
        "learning_rate": 0.01,
        "dropout": 0.1,
        "weight_averaging": 0.8,
        "validation_fraction": 0.1,
        "calibration_fraction": 0.15,
    }
    return PretrainConfig.small(**{**settings, **changes})


def write_set(folder, num, labels, mission_column, *, secondary=False, seed=0):
    """A table with a column of one mission only, its views, and test stars beside."""
    rows = make_rows(num + 12, labels, seed)
    views = make_views(rows, labels, seed)
    if secondary:
        views["secondary_view"] = 0.5 * views["local_view"]
        views["secondary_view"][::3] = np.nan
    for row in rows:
        row[mission_column] = 1
    # Four rows have one star or two: the last twelve share none with the others.
    write(folder, rows[num:])
    (folder / "train_data.csv").rename(folder / "test_data.csv")
    path = write(folder, rows[:num])
    ids = np.array([row["object_id"] for row in rows])
    arrays = {name: view.astype("float16") for name, view in views.items()}
    np.savez(folder / "views.npz", object_id=ids, **arrays)
    return path


def write_sets(folder, num=160):
    """Folders by name of the set."""
    kepler, tess = folder / "kepler", folder / "tess"
    write_set(kepler, num, KEPLER, "kepmag")
    write_set(tess, num, TESS, "sectors", secondary=True, seed=1)
    return {"kepler_tce": kepler, "tess_tce": tess}


def load(folders, config=None, **options):
    return load_sets(folders, config or small(), **options)
