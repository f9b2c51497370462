"""What a similarity index is of, and queries like those that it will get."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from mesa_keras.recipes.astroclip.embeddings import Embeddings


def about_view(embeddings: Embeddings, modality: str) -> dict[str, Any]:
    """What tells an index of one view of embeddings from others."""
    ids = np.ascontiguousarray(embeddings.table["object_id"], dtype=np.int64)
    return {
        "modality": modality,
        "model_fingerprint": embeddings.model_fingerprint,
        "data_fingerprint": embeddings.data_fingerprint,
        "simulated": embeddings.simulated,
        "num_rows": embeddings.num_rows,
        "num_valid": len(embeddings.valid_indices),
        "objects": hashlib.blake2b(ids.tobytes(), digest_size=16).hexdigest(),
    }


def check_index_of(
    about: Mapping[str, Any], embeddings: Embeddings, modality: str, name: str
) -> None:
    """Raises `ValueError` unless an index is of one view of these embeddings.

    Args:
        about: `about` of the index.
        embeddings: Embeddings that it is used with.
        modality: View that is to be found.
        name: What the index is called in the message.
    """
    for key, wanted in about_view(embeddings, modality).items():
        if about.get(key) != wanted:
            raise ValueError(
                f"{name} is an index of other embeddings: `{key}` is "
                f"{about.get(key)!r}, and {wanted!r} in the embeddings. Remove it, or "
                "name another folder."
            )


def tuning_queries(
    embeddings: Embeddings, num: int = 500
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Returns vectors of either view and their rows: an index is searched with both."""
    valid = embeddings.valid_indices
    rows = valid[np.linspace(0, len(valid) - 1, min(num, len(valid))).astype(int)]
    return [(embeddings.image[rows], rows), (embeddings.spectrum[rows], rows)]
