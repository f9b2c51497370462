"""Zero-shot redshifts: those of an object's neighbours in the embedding space."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras._version import __version__
from mesa_keras.evaluation.mixture import FEWEST_CALIBRATED
from mesa_keras.recipes.astroclip.directions import (
    DIRECTIONS,
    split_direction,
    vectors,
)
from mesa_keras.recipes.astroclip.embeddings import Embeddings
from mesa_keras.recipes.astroclip.redshift_forecast import Forecast, forecast
from mesa_keras.recipes.astroclip.redshift_measures import measure, measure_baseline
from mesa_keras.recipes.astroclip.redshift_sets import (
    Part,
    RedshiftSets,
    redshift_sets,
)
from mesa_keras.recipes.astroclip.retrieval_report import retrieval_report


@dataclass(frozen=True, kw_only=True, eq=False)
class RedshiftResult:
    """What a prediction run found.

    Attributes:
        results: What `redshift_results.json` holds; NaN where a number is not defined.
        predictions: A row per row of the query split, with `object_id`, `redshift`,
            `valid`, `reason`, and per direction the columns of `Forecast`, NaN where
            nothing is predicted.
        sets: Which rows played which part.
        forecasts: Forecast by direction.
    """

    results: dict[str, Any]
    predictions: Any
    sets: RedshiftSets
    forecasts: dict[str, Forecast]


def predict_redshifts(
    embeddings: Embeddings,
    reference: Embeddings | None = None,
    *,
    directions: Sequence[str] = DIRECTIONS,
    num_neighbors: int = 16,
    weights: str = "uniform",
    reference_split: str = "train",
    query_split: str = "test",
    calibration_split: str | None = None,
    predict_invalid: bool = False,
    pool_size: int = 2000,
    num_resamples: int = 1000,
    seed: int = 0,
) -> RedshiftResult:
    """Predicts the redshifts of a split from its neighbours in another, and measures.

    Args:
        embeddings: Those of the queries.
        reference: Those of the reference, of the same model; by default the same.
        directions: Which view looks for which, as in `"image-spectrum"`.
        num_neighbors: Neighbours whose redshifts are averaged.
        weights: Of the neighbours; see `neighbor_ensemble`.
        reference_split: Split whose redshifts are averaged, or `"all"`.
        query_split: Split whose redshifts are predicted, or `"all"`. Where it is that
            of the reference, or one is `"all"`, each object is left out of its own
            neighbours.
        calibration_split: Split that the widths of the distributions are fitted on, or
            `"none"`; by default `"calibration"` if there is one; see `redshift_sets`
            and `forecast`.
        predict_invalid: Whether rows that are not valid, but have a vector, get a
            prediction. Nothing is measured on them.
        pool_size: Objects among which retrieval is measured; 0 leaves that out.
        num_resamples: Resamples of the intervals.
        seed: Seed of intervals, halves and the retrieval pool.

    Returns:
        The figures of merit with intervals, and a prediction per row.

    Raises:
        ValueError: If the embeddings are of two models, a split has no row or shares an
            object with another, there are fewer reference objects than neighbours, or
            an argument is out of range.
    """
    for direction in directions:
        split_direction(direction)
    if seed < 0:
        raise ValueError(f"`seed` must be 0 or more. Received: {seed}")
    if pool_size < 0 or pool_size == 1:
        raise ValueError(
            f"`pool_size` must be 2 or more, or 0 for none. Received: {pool_size}"
        )
    sets = redshift_sets(
        embeddings,
        reference,
        reference_split=reference_split,
        query_split=query_split,
        calibration_split=calibration_split,
    )
    _check_queries(sets, predict_invalid)
    forecasts = {}
    for direction in directions:
        rows = sets.query.valid
        if predict_invalid:
            looking = vectors(embeddings, split_direction(direction)[0])
            rows = sets.query.rows[~np.isnan(looking[sets.query.rows, 0])]
        forecasts[direction] = forecast(
            sets, rows, direction, num_neighbors, weights, seed
        )
    retrieval = None
    if pool_size and len(sets.query.valid) > 1:
        retrieval = retrieval_report(
            embeddings, sets.query.valid, pool_size, num_resamples, seed
        )
    measured = {
        direction: measure(sets.query, found, num_resamples, seed)
        for direction, found in forecasts.items()
    }
    results = {
        **_described(sets),
        "num_neighbors": num_neighbors,
        "weights": weights,
        "directions": measured,
        "baseline": measure_baseline(sets, num_resamples, seed),
        "retrieval": retrieval,
        "version": __version__,
    }
    return RedshiftResult(
        results=results,
        predictions=_table(sets.query, forecasts),
        sets=sets,
        forecasts=forecasts,
    )


def _check_queries(sets: RedshiftSets, predict_invalid: bool) -> None:
    num = len(sets.query.valid)
    if not num and not predict_invalid:
        raise ValueError(
            f"`query_split` {sets.query.split!r} has {len(sets.query.rows)} rows, but "
            "none is valid, so nothing can be measured; predict_invalid predicts for "
            "rows that have a vector."
        )
    if sets.calibration is not None and len(sets.calibration.valid) < FEWEST_CALIBRATED:
        raise ValueError(
            f"`calibration_split` {sets.calibration.split!r} has "
            f"{len(sets.calibration.valid)} valid objects that are no queries; a width "
            f"needs at least {FEWEST_CALIBRATED}. Name another split, or 'none' to "
            "calibrate each half of the queries on the other."
        )
    if sets.calibration is None and num < 2 * FEWEST_CALIBRATED:
        raise ValueError(
            "Without a calibration split, each half of the valid queries is calibrated "
            f"on the other, which needs at least {2 * FEWEST_CALIBRATED}. "
            f"Received: {num} valid queries"
        )


def _described(sets: RedshiftSets) -> dict[str, Any]:
    """What was read."""
    calibration = sets.calibration
    query, reference = sets.query.embeddings, sets.reference.embeddings
    return {
        "simulated": query.simulated or reference.simulated,
        "model_fingerprint": query.model_fingerprint,
        "data_fingerprint": query.data_fingerprint,
        "reference_data_fingerprint": reference.data_fingerprint,
        "embedding_dim": query.dim,
        "redshift_range": list(reference.redshift_range),
        "pools": {
            "reference": sets.reference.described(),
            "query": sets.query.described(),
            "calibration": None if calibration is None else calibration.described(),
        },
        "calibrated_on": (
            "each half of the queries, for the other"
            if calibration is None
            else f"split {calibration.split}"
        ),
        "num_shared_objects": sets.num_shared,
    }


def _table(query: Part, forecasts: dict[str, Forecast]) -> Any:
    """Predictions of all rows of the query split."""
    table = query.embeddings.table.iloc[query.rows].reset_index(drop=True)
    names = ["row", "object_id", "split", "redshift", "valid", "reason"]
    columns: dict[str, Any] = {name: table[name] for name in names if name in table}
    columns["row"] = query.rows
    for direction, found in forecasts.items():
        place = np.searchsorted(query.rows, found.ensemble.rows)
        for name, values in found.columns.items():
            column = np.full(len(query.rows), np.nan)
            column[place] = values
            columns[f"{direction.replace('-', '_to_')}_{name}"] = column
    return pd.DataFrame(columns)
