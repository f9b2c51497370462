"""How well the two views of an object find each other."""

from typing import Any

import numpy as np

from mesa_keras.evaluation import (
    alignment_uniformity,
    bootstrap_intervals,
    modality_gap,
    retrieval_ranks,
)
from mesa_keras.recipes.astroclip.embeddings import Embeddings
from mesa_keras.recipes.astroclip.object_groups import object_groups

KS = (1, 5, 10)


def retrieval_report(
    embeddings: Embeddings,
    rows: np.ndarray,
    pool_size: int = 2000,
    num_resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measures the search for an object's other view among a pool of objects.

    Recall falls with the size of the pool, so the pool is drawn to a stated size, and
    what a random order would reach stands beside it. The intervals are over the
    objects that are looked for; the pool stays.

    Args:
        embeddings: Both views of each object.
        rows: Rows with both vectors that may be in the pool.
        pool_size: Size of the pool; fewer rows are all taken.
        num_resamples: Resamples of the intervals.
        seed: Seed of the pool and of the resamples.

    Returns:
        `image_to_spectrum` and `spectrum_to_image`, each with `recall@k` as `value`,
        `low` and `high`, `chance@k` and `median_rank`; `pool_size` (mean number of
        candidates) and `num_objects`; `alignment`, `uniformity_image`,
        `uniformity_spectrum` and `modality_gap`.

    Raises:
        ValueError: If there are fewer than two rows, or a row lacks a vector.
    """
    chosen = np.asarray(rows)
    if len(chosen) < 2 or pool_size < 2:
        raise ValueError(
            "A pool needs at least two objects. "
            f"Received: {len(chosen)} rows, pool_size={pool_size}"
        )
    if len(chosen) > pool_size:
        drawn = np.random.default_rng(seed).choice(chosen, pool_size, replace=False)
        chosen = np.sort(drawn)
    groups = object_groups([embeddings.table])[0][chosen]
    image, spectrum = embeddings.image[chosen], embeddings.spectrum[chosen]
    found: dict[str, Any] = {}
    for name, queries, gallery in (
        ("image_to_spectrum", image, spectrum),
        ("spectrum_to_image", spectrum, image),
    ):
        ranks = retrieval_ranks(queries, gallery, groups)
        hits = np.stack([ranks.hits(k) for k in KS], axis=1)
        recall = bootstrap_intervals(
            lambda part: {
                f"recall@{k}": float(part[:, i].mean()) for i, k in enumerate(KS)
            },
            groups,
            hits,
            num_resamples=num_resamples,
            seed=seed,
        )
        chance = {
            f"chance@{k}": float(np.minimum(k / ranks.pool, 1).mean()) for k in KS
        }
        rank = {"median_rank": float(np.median(ranks.rank))}
        found[name] = {**recall, **chance, **rank}
    even = alignment_uniformity(image, spectrum)
    return found | {
        "pool_size": float(ranks.pool.mean()),
        "num_objects": len(chosen),
        "alignment": even["alignment"],
        "uniformity_image": even["uniformity_a"],
        "uniformity_spectrum": even["uniformity_b"],
        "modality_gap": modality_gap(image, spectrum),
    }
