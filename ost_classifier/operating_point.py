"""From logits to decisions: temperature, thresholds and whether to abstain."""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mesa_keras.evaluation import decide, softmax
from ost_classifier.thresholds import Thresholds


class Decisions(NamedTuple):
    """What was decided for each frame.

    Attributes:
        probabilities: Shape `(frames, classes)`; NaN where logits are not finite.
        decision: Class, the number of classes for unknown, shape `(frames,)`.
        score: Probability of the class decided, for unknown the highest.
    """

    probabilities: np.ndarray
    decision: np.ndarray
    score: np.ndarray

    @property
    def abstained(self) -> np.ndarray:
        """Whether a frame is unknown, booleans of shape `(frames,)`."""
        return np.asarray(self.decision == self.probabilities.shape[1])


@dataclass(frozen=True)
class OperatingPoint:
    """Where on its curves of precision and recall a classifier is run.

    Attributes:
        thresholds: Smallest probability per class that is decided for.
        temperature: Divisor of the logits.
        abstain: Whether a frame below all thresholds is unknown.
    """

    thresholds: Thresholds
    temperature: float
    abstain: bool

    def decide(self, logits: np.ndarray) -> Decisions:
        """Decides as the model's own `DecisionRule` does.

        Args:
            logits: Shape `(frames, classes)`. A row that is not finite is unknown.
        """
        num_frames, num_classes = logits.shape
        probabilities = np.full((num_frames, num_classes), np.nan)
        decision = np.full(num_frames, num_classes, dtype=np.int32)
        score = np.full(num_frames, np.nan)
        rows = np.flatnonzero(np.isfinite(logits).all(axis=1))
        if rows.size:
            found = softmax(logits[rows], self.temperature)
            probabilities[rows] = found
            decision[rows], score[rows] = decide(
                found, self.thresholds.values, self.abstain
            )
        return Decisions(probabilities, decision, score)

    def with_thresholds(
        self, thresholds: Thresholds, temperature: float | None = None
    ) -> "OperatingPoint":
        """The same with other thresholds, at the temperature that they were fitted at.

        Args:
            thresholds: New thresholds.
            temperature: Temperature that overrides the one they were fitted at.
        """
        own = thresholds.temperature if temperature is None else temperature
        return dataclasses.replace(
            self,
            thresholds=thresholds,
            temperature=self.temperature if own is None else own,
        )
