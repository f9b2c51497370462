"""Figures of merit of predicted redshifts, with intervals over objects."""

from typing import Any

import numpy as np

from mesa_keras.evaluation import (
    bootstrap_intervals,
    crps_ensemble,
    redshift_metrics,
)
from mesa_keras.recipes.astroclip.redshift_forecast import Forecast
from mesa_keras.recipes.astroclip.redshift_sets import Part, RedshiftSets

PIT_BINS = 20


def measure(
    query: Part, found: Forecast, num_resamples: int, seed: int
) -> dict[str, Any]:
    """Figures of merit of one direction, over its valid rows."""
    inside = np.isin(found.ensemble.rows, query.valid)
    kernels = [{"stretch": k.stretch, "width": k.width} for k in found.kernels]
    if not inside.any():
        return {"measures": {}, "pit_counts": [], "kernels": kernels}
    rows = found.ensemble.rows[inside]
    columns = {name: values[inside] for name, values in found.columns.items()}
    truth = query.redshift[rows]
    covered = (columns["q16"] <= truth) & (truth <= columns["q84"])
    measures = bootstrap_intervals(
        _measures,
        query.groups[rows],
        truth,
        columns["mean"],
        columns["crps"],
        columns["crps_neighbours"],
        covered,
        num_resamples=num_resamples,
        seed=seed,
    )
    counts = np.histogram(columns["pit"], PIT_BINS, (0, 1))[0]
    return {"measures": measures, "pit_counts": counts, "kernels": kernels}


def _measures(
    truth: np.ndarray,
    mean: np.ndarray,
    crps: np.ndarray,
    crps_neighbours: np.ndarray,
    covered: np.ndarray,
) -> dict[str, float]:
    return {
        **redshift_metrics(truth, mean),
        "crps": float(crps.mean()),
        "crps_neighbours": float(crps_neighbours.mean()),
        "coverage_0.68": float(covered.mean()),
    }


def measure_baseline(
    sets: RedshiftSets, num_resamples: int, seed: int
) -> dict[str, Any]:
    """What the redshift distribution of the reference reaches without any view."""
    truth = sets.query.redshift[sets.query.valid]
    if not len(truth):
        return {}
    known = sets.reference.redshift[sets.reference.valid]
    members = np.quantile(known, (np.arange(101) + 0.5) / 101)
    crps = crps_ensemble(truth, np.broadcast_to(members, (len(truth), 101)))
    found = bootstrap_intervals(
        lambda y, score: {
            **redshift_metrics(y, np.full(len(y), known.mean())),
            "crps": float(score.mean()),
        },
        sets.query.groups[sets.query.valid],
        truth,
        crps,
        num_resamples=num_resamples,
        seed=seed,
    )
    return dict(found)
