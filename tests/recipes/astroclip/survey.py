"""Embeddings whose redshift structure is known, for tests of what uses them."""

import dataclasses

import numpy as np
import pandas as pd

from mesa_keras.recipes.astroclip.embeddings import Embeddings

SPLITS = ("train", "validation", "calibration", "test")
SHARES = (0.6, 0.1, 0.1, 0.2)
# Rows that are not valid, in this order from row 0.
REASONS = (
    "spectrum is all zero",
    "redshift is not known",
    "redshift is outside 0 to 0.8",
    "no image",
)


def unit(array):
    return (array / np.linalg.norm(array, axis=1, keepdims=True)).astype(np.float32)


def survey(num=400, *, image_noise=0.10, spectrum_noise=0.02, dim=16, seed=0):
    """Objects on a curve in redshift, with noise per view and a gap between views."""
    rng = np.random.default_rng(seed)
    redshift = rng.uniform(0.02, 0.6, num)
    curve = np.stack(
        [f(rate * redshift) for rate in (2, 5) for f in (np.cos, np.sin)], axis=1
    )
    own = rng.normal(scale=0.05, size=(num, dim - 4))
    shared = np.hstack([curve, own])
    gap = np.zeros(dim)
    gap[-1] = 0.3
    image = unit(shared + image_noise * rng.normal(size=(num, dim)) + gap)
    spectrum = unit(shared + spectrum_noise * rng.normal(size=(num, dim)) - gap)
    reasons = np.full(num, "", dtype=object)
    reasons[: len(REASONS)] = REASONS
    catalogue_redshift = redshift.copy()
    catalogue_redshift[1:3] = np.nan, 0.95
    image[3] = np.nan
    table = pd.DataFrame(
        {
            "object_id": 1000 + np.arange(num),
            "split": np.where(
                np.arange(num) < len(REASONS), "test", rng.choice(SPLITS, num, p=SHARES)
            ),
            "redshift": catalogue_redshift,
            "image_valid": reasons != "no image",
            "spectrum_valid": reasons != "spectrum is all zero",
            "valid": reasons == "",
            "reason": reasons,
            "source_id": 500 + np.arange(num),
            "ra": rng.uniform(0, 360, num),
            "dec": rng.uniform(-30, 60, num),
            "mag_r": 16 + 5 * redshift + 0.05 * rng.normal(size=num),
            "kind": np.where(redshift > 0.3, "far", "near"),
        }
    )
    return Embeddings(
        image=image,
        spectrum=spectrum,
        table=table,
        model_fingerprint="model-a",
        data_fingerprint="data-a",
        simulated=True,
    )


def with_rows(embeddings, rows, **columns):
    """Takes rows, in any order and as often as named, and sets columns of the table."""
    table = embeddings.table.iloc[rows].reset_index(drop=True).assign(**columns)
    return dataclasses.replace(
        embeddings,
        image=embeddings.image[rows],
        spectrum=embeddings.spectrum[rows],
        table=table,
    )


def with_columns(embeddings, **columns):
    return dataclasses.replace(embeddings, table=embeddings.table.assign(**columns))
