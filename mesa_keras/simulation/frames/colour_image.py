"""Colour images from the mosaic of a colour camera."""

import numpy as np
from scipy import ndimage

from mesa_keras.simulation.frames.randomness import chance

_CROSS = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]], dtype=np.float32) / 4
_SQUARE = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=np.float32) / 4


def debayered(rng: np.random.Generator, mosaic: np.ndarray, order: str) -> np.ndarray:
    """Returns `(height, width, 3)` of the same type, or half as large.

    Args:
        rng: Generator; it chooses the method.
        mosaic: Values behind the filters, `(height, width)` with even sides.
        order: The four filters, row by row, for example `"RGGB"`.
    """
    height, width = mosaic.shape[0] // 2 * 2, mosaic.shape[1] // 2 * 2
    values = mosaic[:height, :width].astype(np.float32)
    colour = (
        _superpixels(values, order) if chance(rng, 0.3) else _bilinear(values, order)
    )
    if np.issubdtype(mosaic.dtype, np.integer):
        colour = np.rint(colour)
    return colour.astype(mosaic.dtype)


def _superpixels(values: np.ndarray, order: str) -> np.ndarray:
    parts = {"R": [], "G": [], "B": []}  # type: dict[str, list[np.ndarray]]
    for place, letter in enumerate(order):
        y, x = divmod(place, 2)
        parts[letter].append(values[y::2, x::2])
    return np.stack([np.mean(parts[letter], axis=0) for letter in "RGB"], axis=-1)


def _bilinear(values: np.ndarray, order: str) -> np.ndarray:
    layers = []
    for letter in "RGB":
        sparse = np.zeros_like(values)
        for place, there in enumerate(order):
            if there == letter:
                y, x = divmod(place, 2)
                sparse[y::2, x::2] = values[y::2, x::2]
        kernel = _CROSS if letter == "G" else _SQUARE
        layers.append(ndimage.convolve(sparse, kernel, mode="mirror"))
    return np.stack(layers, axis=-1)
