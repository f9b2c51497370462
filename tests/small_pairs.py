"""Tiny stores of galaxy pairs."""

import numpy as np
import pandas as pd

from mesa_keras.readers.pair_store_writer import write_pair_store

BINS = 60
SETTINGS = {
    "image_shape": [24, 24],
    "wavelength": {"start": 3600.0, "step": 100.0, "num": BINS},
    "shard_rows": 5,
    "simulated": True,
}


def make_index(num=12, **columns):
    """All rows are fine unless columns say otherwise."""
    table = {
        "object_id": 1000 + 3 * np.arange(num),
        "ra": np.linspace(10.0, 20.0, num),
        "dec": np.linspace(-5.0, 5.0, num),
        "redshift": np.linspace(0.01, 0.5, num),
        "image_valid": np.ones(num, bool),
        "spectrum_valid": np.ones(num, bool),
        "reason": [""] * num,
    }
    return pd.DataFrame({**table, **columns})


def make_arrays(num=12, seed=0):
    """The corner of image `i` and the first bin of spectrum `i` hold `i`."""
    rng = np.random.default_rng(seed)
    images = rng.normal(0.0, 1.0, (num, 24, 24, 3)).astype("float16")
    flux = rng.normal(2.0, 1.0, (num, BINS)).astype("float32")
    ivar = rng.uniform(0.5, 2.0, (num, BINS)).astype("float32")
    images[:, 0, 0, 0] = np.arange(num)
    flux[:, 0] = np.arange(num)
    return images, flux, ivar


def make_store(folder, num=12, *, arrays=None, settings=None, **columns):
    """Writes a store; returns its folder."""
    arrays = make_arrays(num) if arrays is None else arrays
    return write_pair_store(
        folder,
        make_index(num, **columns),
        [arrays],
        settings={**SETTINGS, **(settings or {})},
    )
