"""A model's verdict on one object, and how far it depends on single transits."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from mesa_keras.evaluation import softmax
from mesa_keras.inference import Predictor
from mesa_keras.preprocessing.transit_resample import TransitResampler
from mesa_keras.preprocessing.views_candidate import flat_views
from mesa_keras.recipes.mesa.modalities import has, modalities
from mesa_keras.recipes.mesa.target_model import TargetModel

RESAMPLES = 200
# Of fewer transits nothing can be said about how much they differ.
LEAST_TRANSITS = 3
INTERVAL = (5.0, 95.0)
# Probabilities are kept this far from 0 and 1, where the log odds are infinite.
_CERTAIN = 1e-7


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a model says of one object.

    Attributes:
        class_names: Names of the classes.
        decision: Index of the class decided, the number of classes for unknown.
        score: Probability of it, of the most probable class for unknown.
        probabilities: Of each class, `(classes,)`.
        thresholds: Probability from which each class is decided, 0 where the most
            probable is.
        interval: How far the probabilities move when the transits are drawn anew,
            central 90 %, `(2, classes)`, see `centred_interval`; `None` with fewer than
            three transits.
        agreement: Part of these draws with the same verdict, NaN without.
        num_transits: Transits in the data.
        towers: Lowest and highest probability among the networks side by side, `(2,
            classes)`; `None` of one network.
        num_towers: Networks side by side in the model.
        embedding: The model's embedding of the object, `(dim,)`.
    """

    class_names: tuple[str, ...]
    decision: int
    score: float
    probabilities: np.ndarray
    thresholds: np.ndarray
    interval: np.ndarray | None
    agreement: float
    num_transits: int
    towers: np.ndarray | None
    num_towers: int
    embedding: np.ndarray

    def name(self, decision: int | None = None) -> str:
        """Returns the name of the class decided, or of another decision."""
        place = self.decision if decision is None else decision
        return (*self.class_names, "unknown")[place]


def reach_verdict(
    model: TargetModel, *, resamples: int = RESAMPLES, seed: int = 0
) -> Verdict:
    """Decides for an object, and once more for each resample of its transits.

    Args:
        model: The object and its model.
        resamples: Draws of the transits with replacement.
        seed: Seed of the draws.

    Raises:
        ValueError: If `resamples` is below 1.
    """
    if resamples < 1:
        raise ValueError(f"`resamples` must be 1 or more. Received: {resamples}")
    predictor = model.predictor
    found = model.predict([model.base])
    decision = int(found["decision"][0])
    resampler = TransitResampler(model.base.flat, model.target.ephemeris())
    interval, agreement = None, float("nan")
    if resampler.num_transits >= LEAST_TRANSITS:
        drawn = _drawn(model, resampler, resamples, seed)
        interval = centred_interval(found["probabilities"][0], drawn["probabilities"])
        agreement = float((drawn["decision"] == decision).mean())
    towers = _tower_probabilities(model, found)
    return Verdict(
        class_names=predictor.class_names,
        decision=decision,
        score=float(found["score"][0]),
        probabilities=found["probabilities"][0].astype(np.float64),
        thresholds=np.asarray(predictor.rule.thresholds, dtype=np.float64),
        interval=interval,
        agreement=agreement,
        num_transits=resampler.num_transits,
        towers=None if towers is None else np.array([towers.min(0), towers.max(0)]),
        num_towers=1 if towers is None else len(towers),
        embedding=found["embedding"][0],
    )


def centred_interval(probabilities: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Central 90 % of the draws, moved so that their median is the probability itself.

    A draw with replacement holds fewer different transits than there are, and so more
    noise: the draws lie on one side of the probability that all transits give. Their
    spread is what is asked for. It is taken in log odds,

        logit(p) + quantile(logit(p_drawn)) - median(logit(p_drawn)).

    Args:
        probabilities: Of each class from all transits, `(classes,)`.
        drawn: Of each class from each draw, `(draws, classes)`; NaN is left out.

    Returns:
        Lower and upper end, `(2, classes)`; the probability lies between them.
    """
    point, odds = (
        logit(np.clip(np.asarray(p, np.float64), _CERTAIN, 1 - _CERTAIN))
        for p in (probabilities, drawn)
    )
    ends = np.nanpercentile(odds, INTERVAL, axis=0) - np.nanmedian(odds, axis=0)
    return np.asarray(expit(point + ends))


def _drawn(
    model: TargetModel, resampler: TransitResampler, resamples: int, seed: int
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    ephemeris = model.target.ephemeris()
    views = [
        flat_views(
            resampler.draw(rng),
            ephemeris,
            centroid=model.target.curve.centroid,
            settings=model.base.settings,
        )
        for _ in range(resamples)
    ]
    return model.predict(views)


def _tower_probabilities(
    model: TargetModel, found: dict[str, np.ndarray]
) -> np.ndarray | None:
    """Probabilities of each tower on its own, `(towers, classes)`."""
    if "tower_logits" not in found:
        return None
    inputs = model.data([model.base]).inputs()
    logits = found["tower_logits"][0]
    return softmax(logits, _temperature(model.predictor, inputs))


def _temperature(predictor: Predictor, inputs: dict[str, np.ndarray]) -> float:
    """The temperature of a row that has these inputs."""
    names = np.array(list(modalities(inputs)))[has(inputs)[0]]
    key = tuple(name for name in predictor.rule.modalities if name in names)
    return predictor.rule.temperatures()[key]
