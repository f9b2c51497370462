"""The smallest change of a light curve that turns a model's verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mesa_keras.recipes.mesa.counterfactual_changes import Change
from mesa_keras.recipes.mesa.target_model import TargetModel

# The flip is known to this part of the change that causes it.
TOLERANCE = 0.02
MOST_HALVINGS = 8


@dataclass(frozen=True, kw_only=True)
class Counterfactual:
    """What a model says along a change.

    Attributes:
        change: The change.
        values: Values that were tried, from the unchanged one on, `(tried,)`.
        probabilities: Of each class, `(tried, classes)`.
        decisions: Index of the class decided, the number of classes for unknown.
        flip: Value nearest to the start at which another verdict was seen; NaN if none.
        kept: Value just before at which the verdict was still the same; NaN if none.
        flipped_to: Index of the class decided there, -1 if there is no flip.
    """

    change: Change
    values: np.ndarray
    probabilities: np.ndarray
    decisions: np.ndarray
    flip: float
    kept: float
    flipped_to: int

    @property
    def size(self) -> float:
        """Size of the change that flips, in the change's unit, NaN if none does."""
        return abs(self.flip - self.change.start)

    @property
    def sigmas(self) -> float:
        """The same in standard errors of the measurement."""
        return self.size / self.change.error


def search_flip(model: TargetModel, change: Change) -> Counterfactual:
    """Looks for the smallest change of one kind that turns the verdict.

    All values of the grid are tried, whether or not the probability rises along it; the
    interval before the first other verdict is then halved, so that both ends have been
    seen. A verdict that turns and turns back between two points of the grid is missed.

    Args:
        model: The object and its model.
        change: The change.
    """
    values = [change.start, *map(float, change.values)]
    probabilities, decisions = _decide(model, change, values)
    other = np.flatnonzero(decisions != decisions[0])
    flip = kept = float("nan")
    flipped_to = -1
    if other.size:
        first = int(other[0])
        kept, flip = values[first - 1], values[first]
        flipped_to = int(decisions[first])
    for _ in range(MOST_HALVINGS):
        if not abs(flip - kept) > TOLERANCE * abs(flip - change.start):
            break
        middle = (kept + flip) / 2
        found, decided = _decide(model, change, [middle])
        values.append(middle)
        probabilities = np.concatenate([probabilities, found])
        decisions = np.concatenate([decisions, decided])
        if decided[0] == decisions[0]:
            kept = middle
        else:
            flip, flipped_to = middle, int(decided[0])
    order = np.argsort(np.abs(np.array(values) - change.start), kind="stable")
    return Counterfactual(
        change=change,
        values=np.array(values)[order],
        probabilities=probabilities[order],
        decisions=decisions[order],
        flip=flip,
        kept=kept,
        flipped_to=flipped_to,
    )


def _decide(
    model: TargetModel, change: Change, values: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    views = [
        model.base if value == change.start else model.views(change.flux(value))
        for value in values
    ]
    found = model.predict(views)
    return found["probabilities"].astype(np.float64), found["decision"]
