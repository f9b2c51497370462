"""Thresholds of frame classes, those of classes without a frame to fit to included."""

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation import fit_thresholds
from mesa_keras.evaluation.thresholds import Objective

# Of a class of which nothing is known.
MAJORITY = 0.5


def fit_class_thresholds(
    probabilities: np.ndarray,
    labels: np.ndarray,
    objective: Objective = "none",
    target_precision: ArrayLike | None = None,
    target_recall: ArrayLike | None = None,
) -> np.ndarray:
    """Returns one threshold per class, as `fit_thresholds` does.

    A class without a frame gets 0.5: it is decided where it is more probable than all
    others together. At 0 it would take every frame that reaches no other threshold,
    and none would ever be unknown.

    Args:
        probabilities: Shape `(frames, classes)`.
        labels: Class indices, shape `(frames,)`.
        objective: How thresholds are chosen; with "none" all are 0.
        target_precision: Wanted precision, one for all classes or one each.
        target_recall: Wanted recall, likewise.

    Raises:
        ValueError: If an argument is out of range or goes with another objective.
    """
    fitted = fit_thresholds(
        probabilities,
        labels,
        objective,
        target_precision=target_precision,
        target_recall=target_recall,
    )
    if objective != "none":
        fitted[np.setdiff1d(np.arange(len(fitted)), labels)] = MAJORITY
    return fitted
