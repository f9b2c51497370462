"""Which view of an object looks for which view of others."""

import numpy as np

from mesa_keras.recipes.astroclip.embeddings import Embeddings

MODALITIES = ("image", "spectrum")
# Query first: "image-spectrum" compares the image of the query with spectra of others.
DIRECTIONS = ("image-image", "image-spectrum", "spectrum-image", "spectrum-spectrum")


def split_direction(direction: str) -> tuple[str, str]:
    """Returns the view of the query and the view that it is compared with.

    Raises:
        ValueError: If there is no such direction.
    """
    if direction not in DIRECTIONS:
        raise ValueError(
            f"`direction` must be of {', '.join(DIRECTIONS)}. Received: {direction!r}"
        )
    query, against = direction.split("-")
    return query, against


def vectors(embeddings: Embeddings, modality: str) -> np.ndarray:
    """Returns the vectors of one view, float32 `(n, dim)`.

    Raises:
        ValueError: If there is no such view.
    """
    if modality not in MODALITIES:
        raise ValueError(
            f"`modality` must be of {', '.join(MODALITIES)}. Received: {modality!r}"
        )
    return embeddings.image if modality == "image" else embeddings.spectrum
