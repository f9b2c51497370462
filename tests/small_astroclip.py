"""A small store of made-up galaxy pairs, in which image and spectrum tell the same."""

import numpy as np
import pandas as pd

from mesa_keras.readers import write_pair_store
from mesa_keras.recipes.astroclip.config import AstroclipConfig

SIZE = 40
GRID = {"start": 3600.0, "step": 8.0, "num": 503}
WAVELENGTH = GRID["start"] + GRID["step"] * np.arange(GRID["num"])
SPLITS = ("train", "train", "train", "train", "train", "validation", "test")
# Row of which something is missing, by what it is.
NO_IMAGE, NO_SPECTRUM, ZERO_SPECTRUM, NO_REDSHIFT, FAR = 3, 8, 17, 22, 29


def small_config(**changes):
    """A configuration for the store that trains in seconds."""
    settings = {"spectrum_bin_size": 1, "spectrum_patch_size": 16}
    return AstroclipConfig.small(**{**settings, **changes})


def small_pairs(count, seed=0):
    """Index, images, flux and inverse variance of galaxies.

    Colour, brightness and the place of two lines follow from the redshift.
    """
    rng = np.random.default_rng(seed)
    z = rng.uniform(0.02, 0.4, size=count)
    level = 4 * np.exp(-3 * z) * rng.lognormal(0, 0.2, size=count)
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    width = rng.uniform(1.5, 4, size=count)[:, None, None]
    form = np.exp(-0.5 * (x**2 + y**2) / width**2) / width**2
    colour = np.stack([np.exp(-4 * z), np.ones(count), np.exp(2 * z)], axis=1)
    images = 5 * (level[:, None] * colour)[:, None, None] * form[..., None]
    images = images + 0.02 * rng.normal(size=images.shape)
    slope = (WAVELENGTH / 5500) ** (4 * z[:, None])
    flux = level[:, None] * slope
    for rest, strength in ((3728, 4), (4861, 2), (5007, 6)):
        offset = (WAVELENGTH - rest * (1 + z[:, None])) / 16
        flux = flux + level[:, None] * strength * np.exp(-0.5 * offset**2)
    flux = flux + 0.2 * rng.normal(size=flux.shape)
    ivar = np.full(flux.shape, 25.0)
    ivar[:, 100:104] = 0
    index = pd.DataFrame(
        {
            "object_id": 1000 + np.arange(count),
            "ra": rng.uniform(0, 360, count),
            "dec": rng.uniform(-30, 30, count),
            "redshift": z,
            "image_valid": True,
            "spectrum_valid": True,
            "reason": "",
            "split": [SPLITS[i % len(SPLITS)] for i in range(count)],
            "mag_r": 22.5 - 2.5 * np.log10(level),
        }
    )
    return index, images.astype("float16"), flux.astype("f4"), ivar.astype("f4")


def write_small_store(folder, count=140, seed=0, shard_rows=32, **settings):
    """Writes a store with a row of every kind of fault; returns the folder."""
    index, images, flux, ivar = small_pairs(count, seed)
    images[NO_IMAGE] = np.nan
    flux[NO_SPECTRUM], ivar[NO_SPECTRUM] = np.nan, 0
    flux[ZERO_SPECTRUM] = 0
    index.loc[NO_IMAGE, ["image_valid", "reason"]] = [False, "no image"]
    index.loc[NO_SPECTRUM, ["spectrum_valid", "reason"]] = [False, "no spectrum"]
    reason = "spectrum is all zero"
    index.loc[ZERO_SPECTRUM, ["spectrum_valid", "reason"]] = [False, reason]
    index.loc[NO_REDSHIFT, "redshift"] = np.nan
    index.loc[FAR, "redshift"] = 0.9
    about = {"image_shape": [SIZE, SIZE], "wavelength": GRID, "simulated": True}
    about |= {"shard_rows": shard_rows, **settings}
    write_pair_store(folder, index, [(images, flux, ivar)], settings=about)
    return folder


def small_model(folder, **changes):
    """A model for the store, not trained, whose scalings know the data."""
    import keras

    from mesa_keras.recipes.astroclip.data import load_data
    from mesa_keras.recipes.astroclip.model import build_model
    from mesa_keras.recipes.astroclip.train import adapt

    config = small_config(**changes)
    keras.utils.set_random_seed(1)
    data = load_data(folder, config)
    model = build_model(config, data.store.settings)
    adapt(model, data, config)
    return model
