"""Everything that a vetting sheet tells of one object."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.counterfactual_changes import possible_changes
from mesa_keras.recipes.mesa.counterfactual_search import Counterfactual, search_flip
from mesa_keras.recipes.mesa.known_objects import (
    KnownObjects,
    SimilarObject,
    known_path,
    own_rows,
    read_known_objects,
    similar_objects,
)
from mesa_keras.recipes.mesa.target import Target
from mesa_keras.recipes.mesa.target_model import TargetModel
from mesa_keras.recipes.mesa.verdict import RESAMPLES, Verdict, reach_verdict


@dataclass(frozen=True, kw_only=True)
class Vetting:
    """What was found about one object.

    Attributes:
        model: The object and its model, with the views of its light curve.
        verdict: What the model says.
        counterfactuals: What would turn the verdict, one a kind of change.
        skipped: Why other changes cannot be made, by kind.
        similar: Known objects that are like it; `None` where none are known.
        notes: What a user should know.
    """

    model: TargetModel
    verdict: Verdict
    counterfactuals: tuple[Counterfactual, ...]
    skipped: Mapping[str, str]
    similar: tuple[SimilarObject, ...] | None
    notes: tuple[str, ...]

    @property
    def target(self) -> Target:
        """The object."""
        return self.model.target


def open_known(known: str | Path | None, predictor: Predictor) -> KnownObjects | None:
    """Reads the known objects that are named, or those beside the model.

    Raises:
        FileNotFoundError: If the file that is named does not exist.
        ValueError: If the file belongs to another model.
    """
    path = known_path(predictor.path) if known is None else Path(known)
    if known is None and not path.is_file():
        return None
    return read_known_objects(path, predictor.path)


def vet(
    predictor: Predictor,
    target: Target,
    *,
    known: KnownObjects | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    progress: bool = False,
) -> Vetting:
    """Decides for an object, and asks what would turn the verdict.

    Args:
        predictor: A MESA model.
        target: The object.
        known: Objects to compare it with.
        resamples: Draws of the transits for the interval.
        seed: Seed of these draws.
        progress: Whether to show a progress bar on standard error.

    Raises:
        ImportError: If wotan is not installed.
        ValueError: If the light curve cannot be folded, or does not fit the model.
    """
    model = TargetModel(predictor, target)
    verdict = reach_verdict(model, resamples=resamples, seed=seed)
    changes, skipped = possible_changes(target.curve, target.ephemeris(), model.base)
    bar = tqdm(changes, desc=target.object_id, unit=" change", disable=not progress)
    counterfactuals = tuple(search_flip(model, change) for change in bar)
    similar, notes = None, list(model.own_data().warnings)
    if known is not None:
        notes += _own_labels(known, target)
        similar = tuple(
            similar_objects(
                known,
                verdict.embedding,
                object_id=target.object_id,
                star_id=target.star_id,
            )
        )
    return Vetting(
        model=model,
        verdict=verdict,
        counterfactuals=counterfactuals,
        skipped=skipped,
        similar=similar,
        notes=tuple(notes),
    )


def _own_labels(known: KnownObjects, target: Target) -> list[str]:
    """Says where the object or its star is known already, and as what."""
    rows = np.flatnonzero(own_rows(known, target.object_id, target.star_id))
    if not rows.size:
        return []
    told = ", ".join(f"{known.object_id[row]} {known.label[row]}" for row in rows)
    return [f"among the known objects already: {told}"]


def as_json(vetting: Vetting) -> dict[str, Any]:
    """Returns all numbers of a vetting, as JSON holds them."""
    verdict, target = vetting.verdict, vetting.target
    base, ephemeris = vetting.model.base, vetting.target.ephemeris()
    return {
        "object_id": target.object_id,
        "star_id": target.star_id,
        "files": sorted({part.source for part in target.curve.segments}),
        "ephemeris": {
            **vars(ephemeris),
            "time_system": target.curve.time_system,
        },
        "catalogue_values": {
            name: value
            for name, value in target.values.items()
            if name in vetting.model.columns
        },
        "measured_columns": vetting.model.measured,
        "missing_columns": vetting.model.missing,
        "scalars": base.scalars,
        "verdict": _verdict_json(verdict),
        "counterfactuals": [
            _counterfactual_json(found, verdict) for found in vetting.counterfactuals
        ],
        "changes_not_made": dict(vetting.skipped),
        "similar": None
        if vetting.similar is None
        else [vars(found) for found in vetting.similar],
        "notes": vetting.notes,
    }


def _by_class(verdict: Verdict, values: np.ndarray) -> dict[str, Any]:
    return dict(zip(verdict.class_names, values, strict=True))


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    interval, towers = verdict.interval, verdict.towers
    return {
        "decision": verdict.name(),
        "score": verdict.score,
        "probabilities": _by_class(verdict, verdict.probabilities),
        "thresholds": _by_class(verdict, verdict.thresholds),
        "interval_90": None if interval is None else _by_class(verdict, interval.T),
        "same_verdict_in_resamples": verdict.agreement,
        "transits": verdict.num_transits,
        "networks": verdict.num_towers,
        "spread_of_networks": None if towers is None else _by_class(verdict, towers.T),
    }


def _counterfactual_json(found: Counterfactual, verdict: Verdict) -> dict[str, Any]:
    change = found.change
    flips = found.flipped_to >= 0
    return {
        "kind": change.kind,
        "title": change.title,
        "unit": change.unit,
        "start": change.start,
        "searched_to": change.values[-1],
        "flip": found.flip,
        "kept": found.kept,
        "flipped_to": verdict.name(found.flipped_to) if flips else None,
        "change": found.size,
        "sigmas": found.sigmas,
        "values": found.values,
        "probabilities": found.probabilities,
        "decisions": [verdict.name(int(place)) for place in found.decisions],
    }
