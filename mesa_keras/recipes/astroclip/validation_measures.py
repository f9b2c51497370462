"""What embeddings of validation objects are good for, measured after every epoch."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from mesa_keras.evaluation import (
    alignment_uniformity,
    modality_gap,
    retrieval_recall,
)
from mesa_keras.evaluation.neighbors import nearest_neighbors
from mesa_keras.evaluation.regression import r2_score
from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.astroclip.data import AstroclipData
from mesa_keras.recipes.astroclip.directions import DIRECTIONS, split_direction
from mesa_keras.recipes.astroclip.embed import embed_images, embed_spectra

Vectors = Mapping[str, np.ndarray]
_ROWS_READ = 256


class ValidationMeasures(keras.callbacks.Callback):
    """Adds measures of retrieval and of redshifts to the logs of every epoch.

    Redshifts enter nothing else: no loss and no choice of an epoch.

    Args:
        encoders: Model of `build_model`, which shares its weights with the one trained.
        data: The pairs. References are valid training pairs, drawn once.
        config: Number of references and of neighbours, and the seed.
    """

    def __init__(
        self, encoders: keras.Model, data: AstroclipData, config: AstroclipConfig
    ) -> None:
        super().__init__()
        self.encoders = encoders
        self.data = data
        self.num_neighbors = config.num_neighbors
        self.queries = data.valid["validation"]
        self.references = data.sample("train", config.reference_size, config.seed)
        self._found: dict[str, float] = {}

    def on_test_end(self, logs: Any = None) -> None:
        """Measures with the weights that were tested."""
        query, reference = (
            embed_rows(self.encoders, self.data, rows)
            for rows in (self.queries, self.references)
        )
        redshift = self.data.redshift
        self._found = measure_vectors(query) | redshift_scores(
            query,
            reference,
            redshift[self.queries],
            redshift[self.references],
            self.num_neighbors,
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Adds what was measured in this epoch."""
        if logs is not None:
            logs.update({f"val_{name}": value for name, value in self._found.items()})


def embed_rows(
    model: keras.Model, data: AstroclipData, rows: np.ndarray
) -> dict[str, np.ndarray]:
    """Vectors of rows of a store by modality, `(rows, dim)` each."""
    parts: dict[str, list[np.ndarray]] = {"image": [], "spectrum": []}
    for first in range(0, len(rows), _ROWS_READ):
        part = rows[first : first + _ROWS_READ]
        parts["image"].append(embed_images(model, data.store.images(part)))
        parts["spectrum"].append(embed_spectra(model, *data.store.spectra(part)))
    return {name: np.concatenate(vectors) for name, vectors in parts.items()}


def measure_vectors(vectors: Vectors) -> dict[str, float]:
    """Recall both ways, alignment, uniformity and modality gap of pairs.

    Args:
        vectors: Unit vectors by modality, NaN = missing; pairs that lack one are left
            out.
    """
    image, spectrum = vectors["image"], vectors["spectrum"]
    whole = np.isfinite(image).all(axis=1) & np.isfinite(spectrum).all(axis=1)
    image, spectrum = image[whole], spectrum[whole]
    found: dict[str, float] = {}
    for name, a, b in (
        ("image_to_spectrum", image, spectrum),
        ("spectrum_to_image", spectrum, image),
    ):
        recall = retrieval_recall(a, b, ks=(1, 5, 10))
        found |= {f"{name}_recall@{k}": recall[f"recall@{k}"] for k in (1, 5, 10)}
    even = alignment_uniformity(image, spectrum)
    return found | {
        "alignment": even["alignment"],
        "uniformity_image": even["uniformity_a"],
        "uniformity_spectrum": even["uniformity_b"],
        "modality_gap": modality_gap(image, spectrum),
    }


def redshift_scores(
    query: Vectors,
    reference: Vectors,
    query_redshift: np.ndarray,
    reference_redshift: np.ndarray,
    num_neighbors: int,
) -> dict[str, float]:
    """R2 of the mean redshift of the nearest references, by direction.

    Args:
        query: Unit vectors by modality, NaN = missing; such rows are left out.
        reference: The same, of other objects.
        query_redshift: True redshifts of the queries.
        reference_redshift: Redshifts of the references.
        num_neighbors: Neighbours that are averaged, as far as there are as many.

    Returns:
        `redshift_r2_image_spectrum` and so on, the query first.
    """
    found = {}
    for direction in DIRECTIONS:
        name, against = split_direction(direction)
        asked, known = (
            np.isfinite(vectors).all(axis=1)
            for vectors in (query[name], reference[against])
        )
        k = min(num_neighbors, int(known.sum()))
        nearest = nearest_neighbors(query[name][asked], reference[against][known], k)
        predicted = reference_redshift[known][nearest.rows].mean(axis=1)
        score = r2_score(query_redshift[asked], predicted)
        found[f"redshift_r2_{name}_{against}"] = score
    return found
