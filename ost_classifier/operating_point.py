"""From logits to decisions: temperature, thresholds and whether to abstain."""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mesa_keras.evaluation import decide, softmax
from ost_classifier.thresholds import Thresholds

NEVER_UNKNOWN = (
    "all thresholds are 0, so no frame is ever unknown: give thresholds, for example "
    "`--thresholds prod_precision`"
)


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
        pixel_temperature: Divisor of the logits from pixels alone, of which a model is
            less sure; `None` for the same.
    """

    thresholds: Thresholds
    temperature: float
    abstain: bool
    pixel_temperature: float | None = None

    def decide(self, logits: np.ndarray, *, pixels_alone: bool = False) -> Decisions:
        """Decides as the model's own `DecisionRule` does.

        Args:
            logits: Shape `(frames, classes)`. A row that is not finite is unknown.
            pixels_alone: Whether they are from pixels alone.
        """
        temperature = self.temperature
        if pixels_alone and self.pixel_temperature is not None:
            temperature = self.pixel_temperature
        num_frames, num_classes = logits.shape
        probabilities = np.full((num_frames, num_classes), np.nan)
        decision = np.full(num_frames, num_classes, dtype=np.int32)
        score = np.full(num_frames, np.nan)
        rows = np.flatnonzero(np.isfinite(logits).all(axis=1))
        if rows.size:
            found = softmax(logits[rows], temperature)
            probabilities[rows] = found
            decision[rows], score[rows] = decide(
                found, self.thresholds.values, self.abstain
            )
        return Decisions(probabilities, decision, score)

    def as_thresholds(
        self, model_weights: str, *, optimistic: bool = False
    ) -> Thresholds:
        """The thresholds with the temperatures that they are used at, to be saved.

        What is said of their fit holds at the temperature of the fit alone.

        Args:
            model_weights: Fingerprint of the model.
            optimistic: Whether anything was fitted to frames that were then scored.
        """
        used = self.thresholds
        fitted_at = used.temperature
        as_fitted = fitted_at is None or fitted_at == self.temperature
        pixels = self.pixel_temperature
        described = dict(used.described) if as_fitted else {}
        if optimistic or used.optimistic:
            described["optimistic"] = True
        return dataclasses.replace(
            used,
            temperature=self.temperature,
            pixel_temperature=self.temperature if pixels is None else pixels,
            model_weights=model_weights,
            described=described,
        )

    @property
    def never_abstains(self) -> bool:
        """Whether unknown is asked for, and no threshold is above 0."""
        return self.abstain and not any(self.thresholds.values)

    def with_thresholds(
        self, thresholds: Thresholds, temperature: float | None = None
    ) -> "OperatingPoint":
        """The same with other thresholds, at the temperature that they were fitted at.

        Args:
            thresholds: New thresholds.
            temperature: Temperature that overrides all others.
        """
        if temperature is not None:
            return OperatingPoint(thresholds, temperature, self.abstain)
        if thresholds.temperature is None:
            return dataclasses.replace(self, thresholds=thresholds)
        pixels = thresholds.pixel_temperature
        return dataclasses.replace(
            self,
            thresholds=thresholds,
            temperature=thresholds.temperature,
            pixel_temperature=self.pixel_temperature if pixels is None else pixels,
        )
