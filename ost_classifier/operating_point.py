"""From logits to decisions: temperature, thresholds and whether to abstain."""

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mesa_keras.evaluation import adjust_class_prior, decide, softmax
from mesa_keras.evaluation.class_prior import ClassPrior, class_rates
from ost_classifier.thresholds import Thresholds, ThresholdsLike, read_thresholds

if TYPE_CHECKING:
    from ost_classifier.predict import FrameClassifier

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
        class_rates: Rates of the classes that the probabilities were calibrated on.
        class_prior: Rates of the classes among the frames at hand, which correct the
            probabilities; `None` for those that they were calibrated on.
    """

    thresholds: Thresholds
    temperature: float
    abstain: bool
    pixel_temperature: float | None = None
    class_rates: tuple[float, ...] = ()
    class_prior: tuple[float, ...] | None = None

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
            if self.class_prior is not None:
                found = adjust_class_prior(found, self.class_rates, self.class_prior)
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

    def described(self) -> dict[str, Any]:
        """What results say of how they were decided; JSON-able."""
        prior = self.class_prior
        return {
            "temperature": self.temperature,
            "pixel_temperature": self.pixel_temperature or self.temperature,
            "thresholds": self.thresholds.by_name(),
            "thresholds_source": self.thresholds.source,
            "abstain_unknown": self.abstain,
            "class_prior": prior
            and dict(zip(self.thresholds.class_names, prior, strict=True)),
        }

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
            return dataclasses.replace(
                self,
                thresholds=thresholds,
                temperature=temperature,
                pixel_temperature=None,
            )
        if thresholds.temperature is None:
            return dataclasses.replace(self, thresholds=thresholds)
        pixels = thresholds.pixel_temperature
        return dataclasses.replace(
            self,
            thresholds=thresholds,
            temperature=thresholds.temperature,
            pixel_temperature=self.pixel_temperature if pixels is None else pixels,
        )


def operating_point(
    classifier: "FrameClassifier",
    thresholds: ThresholdsLike | None = None,
    temperature: float | None = None,
    abstain: bool | None = None,
    class_prior: ClassPrior | None = None,
) -> OperatingPoint:
    """Returns the model's operating point with what is asked for instead.

    Args:
        classifier: A model.
        thresholds: Thresholds in any form, or the model's.
        temperature: Temperature; by default the one the thresholds were fitted at.
        abstain: Whether a frame below all thresholds is unknown, or as the model does.
        class_prior: Rates of the classes among the frames at hand, in the model's order
            or by name.

    Raises:
        FileNotFoundError: If there are no such thresholds.
        ValueError: If they do not fit the model, the temperature is not positive, or
            the rates do not fit the classes.
    """
    if temperature is not None and not 0 < temperature < np.inf:
        raise ValueError(
            "`temperature` must be positive and finite. "
            f"Received: temperature={temperature}"
        )
    point = classifier.operating_point()
    if abstain is not None:
        point = dataclasses.replace(point, abstain=abstain)
    prior = class_rates(class_prior, classifier.class_names)
    if prior is not None:
        point = dataclasses.replace(point, class_prior=tuple(prior.tolist()))
    wanted = point.thresholds
    if thresholds is not None:
        wanted = read_thresholds(thresholds, classifier.class_names, classifier.path)
    return point.with_thresholds(wanted, temperature)
