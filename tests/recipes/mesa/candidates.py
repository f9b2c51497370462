"""Made-up candidates whose class shows in light curve and features, and a tiny run."""

import csv

import numpy as np

from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.data import load_data
from mesa_keras.recipes.mesa.model import build_model

LABELS = ("PC", "EB", "J")
PLANET, STELLAR = ("period", "depth", "duration"), ("stellar_temp", "magnitude")
STEPS = {"global_view": 24, "local_view": 12}


def small(**changes):
    """Configuration of a tiny run, without XLA."""
    settings = {
        "labels": LABELS,
        "planet_features": PLANET,
        "stellar_features": STELLAR,
        "patch_size": 4,
        "epochs": 4,
        "batch_size": 16,
        "learning_rate": 0.01,
        "jit_compile": False,
        "dropout": 0.1,
        # The average over 100 steps would lag behind so short a run.
        "weight_averaging": 0.8,
    }
    return MesaConfig.small(**{**settings, **changes})


def make_rows(num=300, labels=LABELS, seed=0):
    """Rows of a table; three candidates on each second star; gaps everywhere."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(num):
        kind = int(rng.integers(len(labels)))
        row = {
            "object_id": f"K{i:05d}",
            "star_id": f"{7000 + 2 * (i // 4) + (i % 4 == 3)}",
            "label": labels[kind],
            "period": 10 ** rng.normal(1, 0.5),
            "depth": 10 ** rng.normal(2.5 + 0.8 * (kind % 3), 0.5),
            "duration": 10 ** rng.normal(0.5, 0.2),
            "stellar_temp": rng.normal(5500 + 300 * (kind % 3), 500),
            "magnitude": rng.normal(14, 1),
        }
        for name in rng.choice([*PLANET, *STELLAR], rng.integers(3), replace=False):
            row[name] = ""
        rows.append(row)
    return rows


def make_views(rows, labels=LABELS, seed=0):
    """A flat floor, a V, or a wave, by class."""
    rng = np.random.default_rng(seed)
    views = {}
    for name, steps in STEPS.items():
        phase = (np.arange(steps) - steps // 2) / steps
        shapes = [
            -1.0 * (np.abs(phase) < 0.15),
            np.minimum(np.abs(phase) / 0.3, 1) - 1,
            np.sin(6 * np.pi * phase),
        ]
        kind = [labels.index(row["label"]) % 3 for row in rows]
        curve = np.array(shapes, float)[kind]
        views[name] = curve + rng.normal(0, 0.2, curve.shape)
    return views


def write(folder, rows, views=None, missing=()):
    """Writes table and views, and returns the path of the table.

    `missing` names rows that have no light curve.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "train_data.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    if views is not None:
        kept = [i for i in range(len(rows)) if i not in set(missing)]
        ids = np.array([rows[i]["object_id"] for i in kept])
        arrays = {k: v[kept].astype("float16") for k, v in views.items()}
        np.savez(folder / "views.npz", object_id=ids, **arrays)
    return path


def write_default(folder, num=300, **kwargs):
    """A table with views, each tenth row without."""
    rows = make_rows(num, **kwargs)
    views = make_views(rows, kwargs.get("labels", LABELS))
    return write(folder, rows, views, missing=range(0, num, 10))


def load(path, **changes):
    settings = {
        "labels": LABELS,
        "planet_features": PLANET,
        "stellar_features": STELLAR,
    }
    return load_data(path, **{**settings, **changes})


def build(config=None, **changes):
    settings = {
        "planet_columns": PLANET,
        "stellar_columns": STELLAR,
        "view_steps": STEPS,
    }
    return build_model(config or small(), **{**settings, **changes})


def inputs_of(num=6, seed=0, steps=None):
    """Random inputs of a model of `build`."""
    rng = np.random.default_rng(seed)
    widths = {
        "planet_features": len(PLANET),
        "stellar_features": len(STELLAR),
        **(STEPS if steps is None else steps),
    }
    return {k: rng.normal(size=(num, n)).astype("float32") for k, n in widths.items()}
