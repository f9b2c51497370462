r"""Redshifts from magnitudes alone: what an image encoder has to beat.

    python -m benchmarks.galaxy_photometry --data_dir galaxies \
        [--embeddings out/embeddings]

Gradient boosting learns redshifts of the training objects of a simulated survey from
the g, r and z magnitudes that were measured on the same noisy images, and is measured
on the test objects. With embeddings, the zero-shot redshifts from the 16 nearest
training objects stand beside it, on the same objects, with paired intervals.
"""

import argparse

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from benchmarks.machine import machine
from mesa_keras.evaluation import bootstrap_intervals, paired_bootstrap
from mesa_keras.evaluation.neighbors import nearest_neighbors
from mesa_keras.evaluation.pair_validity import pair_validity
from mesa_keras.evaluation.regression import redshift_metrics
from mesa_keras.readers.pair_store import open_pair_store
from mesa_keras.recipes.astroclip.embeddings import open_embeddings

SEEDS = (0, 1, 2)
MAGNITUDES = ("measured_mag_g", "measured_mag_r", "measured_mag_z")
SHAPES = (
    *("measured_fiber_mag_g", "measured_fiber_mag_r", "measured_fiber_mag_z"),
    *("measured_radius", "measured_concentration", "measured_axis_ratio"),
)


def boosted(train: pd.DataFrame, test: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """Mean prediction of three seeds; magnitudes and their differences go in."""
    x = [
        table[columns].assign(
            g_r=table[MAGNITUDES[0]] - table[MAGNITUDES[1]],
            r_z=table[MAGNITUDES[1]] - table[MAGNITUDES[2]],
        )
        for table in (train, test)
    ]
    total = np.zeros(len(test))
    for seed in SEEDS:
        model = HistGradientBoostingRegressor(random_state=seed)
        total += model.fit(x[0], train["redshift"]).predict(x[1])
    return total / len(SEEDS)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data_dir", required=True)
    parser.add_argument("--embeddings")
    arguments = parser.parse_args()
    index = open_pair_store(arguments.data_dir).index
    valid, _ = pair_validity(index)
    rows = {
        name: np.flatnonzero(valid & (index["split"] == name))
        for name in ("train", "test")
    }
    train, test = (index.iloc[rows[name]] for name in ("train", "test"))
    z = test["redshift"].to_numpy()
    found = {
        "boosting, magnitudes": boosted(train, test, list(MAGNITUDES)),
        "boosting, magnitudes and shapes": boosted(train, test, [*MAGNITUDES, *SHAPES]),
    }
    if arguments.embeddings:
        embeddings = open_embeddings(arguments.embeddings)
        image, own = np.asarray(embeddings.image), embeddings.table["object_id"]
        place = pd.Series(np.arange(len(own)), index=own)
        queries, references = (
            image[place[table["object_id"]].to_numpy()] for table in (test, train)
        )
        near = nearest_neighbors(queries, references, 16)
        found["neighbours of images"] = (
            train["redshift"].to_numpy()[near.rows].mean(axis=1)
        )
    groups = test["source_id"].to_numpy()
    print(machine("scikit-learn"))
    print(f"{len(train)} training and {len(test)} test objects, simulated")
    print("| from | R2 | sigma_NMAD | outliers above 0.05 |\n|---|---|---|---|")
    for name, predicted in found.items():
        value = bootstrap_intervals(redshift_metrics, groups, z, predicted)
        cells = [
            f"{value[key]['value']:.3f} ({value[key]['low']:.3f} to "
            f"{value[key]['high']:.3f})"
            for key in ("r2", "sigma_nmad", "outliers_0.05")
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    if arguments.embeddings:
        first, second = found["neighbours of images"], found["boosting, magnitudes"]
        pair = paired_bootstrap(redshift_metrics, groups, z, first, second)["r2"]
        print(
            "R2 of neighbours of images - boosting on magnitudes: "
            f"{pair['value']:+.3f} ({pair['low']:+.3f} to {pair['high']:+.3f})"
        )


if __name__ == "__main__":
    main()
