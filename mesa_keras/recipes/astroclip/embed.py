"""Vectors of images and of spectra, by the encoder of one modality alone."""

import hashlib
from typing import Any

import keras
import numpy as np

from mesa_keras.recipes.astroclip.model import (
    IMAGE_ENCODER,
    SPECTRUM_ENCODER,
    model_schema,
)

# A matrix product rounds by the shape of its factors. All are made of this many rows,
# so that vectors do not depend on how the rows came.
ROWS_AT_ONCE = 64


def embed_images(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Embeds images.

    Args:
        model: Model of `python -m cli.train_astroclip`.
        images: Images in the model's bands, unit and pixel scale, shape `(n, height,
            width, bands)`; larger ones are cropped about the centre. NaN = missing.

    Returns:
        Unit vectors, float32 `(n, dim)`; NaN where an image has no finite pixel.

    Raises:
        ValueError: If the images are too small or of other bands, or the model is of
            another recipe.
    """
    schema = model_schema(model)
    size, bands = schema["image_size"], schema["bands"]
    array = np.asarray(images)
    if array.ndim != 4 or array.shape[3] != len(bands) or min(array.shape[1:3]) < size:
        raise ValueError(
            f"`images` must have the shape (n, height, width, {len(bands)}) with bands "
            f"{', '.join(bands)} and at least {size} x {size} pixels. Received: shape "
            f"{array.shape}"
        )
    array = center_crop(array, size)
    vectors = _in_parts(model.get_layer(IMAGE_ENCODER), {"": array})
    vectors[~np.isfinite(array).any(axis=(1, 2, 3))] = np.nan
    return vectors


def embed_spectra(model: keras.Model, flux: np.ndarray, ivar: np.ndarray) -> np.ndarray:
    """Embeds spectra.

    Args:
        model: Model of `python -m cli.train_astroclip`.
        flux: Flux on the model's wavelength grid, in its unit, shape `(n, bins)`.
        ivar: Inverse variance of the flux, same shape; 0 = no measurement.

    Returns:
        Unit vectors, float32 `(n, dim)`; NaN where a spectrum has no measurement.

    Raises:
        ValueError: If the shapes do not fit the model, or it is of another recipe.
    """
    grid = model_schema(model)["wavelength"]
    arrays = {"flux": np.asarray(flux), "ivar": np.asarray(ivar)}
    for name, array in arrays.items():
        if array.ndim != 2 or array.shape != (len(arrays["flux"]), grid["num"]):
            raise ValueError(
                f"`{name}` must have the shape (n, {grid['num']}), a value for each "
                f"bin from {grid['start']:g} in steps of {grid['step']:g} Angstrom. "
                f"Received: shape {array.shape}"
            )
    vectors = _in_parts(model.get_layer(SPECTRUM_ENCODER), arrays)
    known = np.isfinite(arrays["flux"]) & np.isfinite(arrays["ivar"])
    vectors[~(known & (arrays["ivar"] > 0)).any(axis=1)] = np.nan
    return vectors


def center_crop(images: np.ndarray, size: int) -> np.ndarray:
    """Returns the central `size` rows and columns of images `(n, height, width, …)`."""
    top, left = ((length - size) // 2 for length in images.shape[1:3])
    return images[:, top : top + size, left : left + size]


def model_fingerprint(model: keras.Model) -> str:
    """Digest of the weights and of what the inputs are.

    Copies of a model have the same, also where they were saved at other times.
    """
    digest = hashlib.sha256(repr(sorted(model_schema(model).items())).encode())
    for weight in model.weights:
        values = np.asarray(keras.ops.convert_to_numpy(weight))
        digest.update(f"{weight.path} {values.shape} {values.dtype}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def _in_parts(encoder: keras.Model, arrays: dict[str, np.ndarray]) -> np.ndarray:
    num = len(next(iter(arrays.values())))
    vectors: np.ndarray = np.empty((num, encoder.output_shape[-1]), np.float32)
    for first in range(0, num, ROWS_AT_ONCE):
        rows = slice(first, min(first + ROWS_AT_ONCE, num))
        part: Any = {name: _filled(array[rows]) for name, array in arrays.items()}
        found = encoder.predict_on_batch(part.get("", part))
        vectors[rows] = found[: rows.stop - rows.start]
    return vectors


def _filled(array: np.ndarray) -> np.ndarray:
    """Single precision, with further rows of 0 up to the number computed at once."""
    whole: np.ndarray = np.zeros((ROWS_AT_ONCE, *array.shape[1:]), np.float32)
    whole[: len(array)] = array
    return whole
