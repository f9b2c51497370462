"""Models in smaller files: weights of fewer digits, and the file deflated."""

import zipfile
from pathlib import Path

import keras
import numpy as np

# Of float32, the one that is implied included.
MOST_SIGNIFICANT_BITS = 24


def round_weights(model: keras.Model, significant_bits: int) -> None:
    """Rounds the trainable weights of a model to binary digits, in place.

    A weight `w = m 2^e` with `1/2 <= |m| < 1` becomes `round(m 2^b) 2^(e - b)`, so it
    changes by `2^-b` of itself at most. Its other bits are zero, which files deflate.
    What a model has measured or was calibrated with is not trainable and stays.

    Args:
        model: Any model of float32 weights.
        significant_bits: Binary digits `b`, from 2 to 24; 24 changes nothing.

    Raises:
        ValueError: If `significant_bits` is out of range.
    """
    if not 2 <= significant_bits <= MOST_SIGNIFICANT_BITS:
        raise ValueError(
            f"`significant_bits` must be from 2 to {MOST_SIGNIFICANT_BITS}. "
            f"Received: {significant_bits}"
        )
    for weight in model.trainable_variables:
        fraction, exponent = np.frexp(np.asarray(weight))
        digits = np.rint(np.ldexp(fraction, significant_bits))
        weight.assign(np.ldexp(digits, exponent - significant_bits))


def deflate_model_file(path: str | Path) -> None:
    """Deflates the parts of a `.keras` file in place; Keras reads it as before.

    Args:
        path: Model file, not yet under its name: a kill leaves it cut.

    Raises:
        OSError: If the file cannot be read or written.
    """
    with zipfile.ZipFile(path) as stored:
        parts = [(part, stored.read(part)) for part in stored.infolist()]
    with zipfile.ZipFile(path, "w") as deflated:
        for part, content in parts:
            deflated.writestr(part, content, zipfile.ZIP_DEFLATED, compresslevel=9)
