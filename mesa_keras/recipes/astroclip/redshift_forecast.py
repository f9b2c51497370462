"""Redshifts of an object from those of its neighbours in the embedding space.

References:
    Wu et al. 2018, CVPR, arXiv:1805.01978, section 3.4 (neighbours weighted by
    exp(similarity / temperature), temperature 0.07).
"""

from dataclasses import dataclass

import numpy as np

from mesa_keras.evaluation import (
    KernelMixture,
    crps_ensemble,
    fit_kernel_mixture,
    nearest_neighbors,
)
from mesa_keras.recipes.astroclip.directions import split_direction, vectors
from mesa_keras.recipes.astroclip.redshift_sets import Part, RedshiftSets

WEIGHTS = ("uniform", "distance", "similarity")
# Names and probabilities of the quantiles that are given per object.
QUANTILES = {"q025": 0.025, "q16": 0.16, "median": 0.5, "q84": 0.84, "q975": 0.975}
_CLOSEST = 1e-6
# That of the contrastive loss, too: by it, these are the odds of being the partner.
_TEMPERATURE = 0.07


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Redshifts of the neighbours of some rows.

    Attributes:
        rows: Rows of the queries' embeddings, `(n,)`.
        members: Redshifts of the neighbours, the nearest first, `(n, k)`.
        weights: Their weights, which sum to 1 a row, `(n, k)`.
        similarity: Cosine similarity to the nearest, `(n,)`.
    """

    rows: np.ndarray
    members: np.ndarray
    weights: np.ndarray
    similarity: np.ndarray

    def take(self, chosen: np.ndarray) -> "Ensemble":
        """Returns some of the rows."""
        return Ensemble(
            self.rows[chosen],
            self.members[chosen],
            self.weights[chosen],
            self.similarity[chosen],
        )


@dataclass(frozen=True, eq=False)
class Forecast:
    """Predicted redshifts of one direction.

    Attributes:
        ensemble: The neighbours of each row.
        kernels: Numbers that make distributions of ensembles; two where each half of
            the rows was calibrated on the other.
        columns: Per row of the ensemble: `mean`, `sigma`, the quantiles, `nearest` (the
            similarity to the nearest neighbour), and for valid rows, NaN otherwise,
            `pit`, `crps` and `crps_neighbours` (of the ensemble as it is).
    """

    ensemble: Ensemble
    kernels: tuple[KernelMixture, ...]
    columns: dict[str, np.ndarray]


def neighbor_ensemble(
    query: Part,
    rows: np.ndarray,
    reference: Part,
    direction: str,
    num_neighbors: int,
    weights: str = "uniform",
) -> Ensemble:
    """Returns the redshifts of the neighbours of rows.

    Args:
        query: Where the rows are.
        rows: Rows of its embeddings that have a vector.
        reference: Its valid rows are the candidates. None of the query's own object,
            in whichever view, is one.
        direction: As in `"image-spectrum"`, the query's view first.
        num_neighbors: Neighbours of each row.
        weights: `"uniform"`; `"distance"` for 1 / d with the distance
            d = sqrt(2 - 2 similarity), at least 1e-6; or `"similarity"` for
            exp(similarity / 0.07).

    Raises:
        ValueError: If there are fewer candidates than neighbours wanted, or an argument
            is none of its choices.
    """
    if weights not in WEIGHTS:
        raise ValueError(f"`weights` must be of {WEIGHTS}. Received: {weights!r}")
    if num_neighbors < 1:
        raise ValueError(
            f"`num_neighbors` must be at least 1. Received: {num_neighbors}"
        )
    looking, found = split_direction(direction)
    result = nearest_neighbors(
        vectors(query.embeddings, looking)[rows],
        vectors(reference.embeddings, found),
        num_neighbors,
        rows=reference.valid,
        query_groups=query.groups[rows],
        reference_groups=reference.groups,
    )
    if (result.rows < 0).any():
        fewest = int((result.rows >= 0).sum(axis=1).min())
        raise ValueError(
            "`num_neighbors` must not exceed the valid reference objects, without the "
            f"query itself: {fewest:,} of split {reference.split!r}. "
            f"Received: num_neighbors={num_neighbors}"
        )
    members = reference.redshift[result.rows]
    shares = _shares(result.similarities, weights)
    return Ensemble(rows, members, shares, result.similarities[:, 0])


def _shares(similarities: np.ndarray, weights: str) -> np.ndarray:
    """Weights of the neighbours, the nearest first, which sum to 1 a row."""
    shares = np.ones_like(similarities)
    if weights == "distance":
        distance = np.sqrt(np.maximum(2 - 2 * similarities, 0))
        shares = 1 / np.maximum(distance, _CLOSEST)
    elif weights == "similarity":
        shares = np.exp((similarities - similarities[:, :1]) / _TEMPERATURE)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def forecast(
    sets: RedshiftSets,
    rows: np.ndarray,
    direction: str,
    num_neighbors: int,
    weights: str = "uniform",
    seed: int = 0,
) -> Forecast:
    """Predicts redshifts and their distributions.

    The distribution of an object is the mixture of its neighbours' redshifts, stretched
    and widened by two numbers of `KernelMixture`, which are fitted by the mean CRPS of
    the calibration objects. Where there are none, the valid query objects are parted
    into two halves at random, and each half is forecast with the numbers fitted to the
    other; so no object is calibrated on itself.

    Args:
        sets: Reference, queries and calibration.
        rows: Rows of the queries that have a vector, valid or not.
        direction: As in `"image-spectrum"`, the query's view first.
        num_neighbors: Neighbours of each row.
        weights: Of the neighbours; see `neighbor_ensemble`.
        seed: Seed of the halves.

    Raises:
        ValueError: If there are too few candidates or calibration objects.
    """

    def ensemble_of(part: Part, chosen: np.ndarray) -> Ensemble:
        return neighbor_ensemble(
            part, chosen, sets.reference, direction, num_neighbors, weights
        )

    ensemble = ensemble_of(sets.query, rows)
    measured = np.isin(rows, sets.query.valid)
    truth = sets.query.redshift[rows]
    if sets.calibration is not None:
        part = sets.calibration
        known = ensemble_of(part, part.valid)
        kernels = [_fitted(part.redshift[part.valid], known)]
        half = np.zeros(len(rows), dtype=int)
    else:
        half = _halves(sets.query.groups[rows], seed)
        others = [(half != k) & measured for k in (0, 1)]
        kernels = [_fitted(truth[other], ensemble.take(other)) for other in others]
    columns = {
        name: np.full(len(rows), np.nan)
        for name in ("mean", "sigma", *QUANTILES, "pit", "crps", "crps_neighbours")
    }
    for k, kernel in enumerate(kernels):
        _fill(columns, np.flatnonzero(half == k), kernel, ensemble, truth, measured)
    columns["nearest"] = ensemble.similarity
    return Forecast(ensemble, tuple(kernels), columns)


def _fitted(truth: np.ndarray, ensemble: Ensemble) -> KernelMixture:
    return fit_kernel_mixture(truth, ensemble.members, ensemble.weights)


def _halves(groups: np.ndarray, seed: int) -> np.ndarray:
    """0 or 1 for each row, the same for all rows of an object."""
    objects, code = np.unique(groups, return_inverse=True)
    return np.asarray((np.random.default_rng(seed).permutation(len(objects)) % 2)[code])


def _fill(
    columns: dict[str, np.ndarray],
    chosen: np.ndarray,
    kernel: KernelMixture,
    ensemble: Ensemble,
    truth: np.ndarray,
    measured: np.ndarray,
) -> None:
    """Writes the columns of the chosen rows."""
    if not len(chosen):
        return
    some = ensemble.take(chosen)
    members, weights = some.members, some.weights
    columns["mean"][chosen], columns["sigma"][chosen] = kernel.moments(members, weights)
    quantiles = kernel.quantiles(list(QUANTILES.values()), members, weights)
    for place, name in enumerate(QUANTILES):
        columns[name][chosen] = quantiles[:, place]
    inside = measured[chosen]
    if inside.any():
        rows = chosen[inside]
        known = truth[rows], members[inside], weights[inside]
        columns["pit"][rows] = kernel.cdf(*known)
        columns["crps"][rows] = kernel.crps(*known)
        columns["crps_neighbours"][rows] = crps_ensemble(*known)
