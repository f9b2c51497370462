"""Where a frame's header and its pixels disagree."""

import functools
import math
from collections.abc import Sequence

import numpy as np

from mesa_keras.readers.frame_claim import class_meaning

AGREE = "agree"
HEADER_SUSPECT = "header suspect"
PIXELS_ODD = "pixels odd"
NO_CLAIM = "no claim"
VERDICTS = (AGREE, HEADER_SUSPECT, PIXELS_ODD, NO_CLAIM)

# Below this probability from pixels alone a claim counts as ruled out, from the other
# one on the pixels' own class counts as certain.
RULED_OUT = 0.05
CERTAIN = 0.8
# A dark this short collects no dark current that could be seen.
SHORT_DARK_S = 1.0


def agreement(
    claimed: np.ndarray,
    pixel_probabilities: np.ndarray,
    class_names: Sequence[str],
    exposure_s: float = math.nan,
) -> str:
    """Compares what a header claims with what the pixels alone say.

    Args:
        claimed: Which classes the header's claim allows, booleans of shape
            `(classes,)`; all False where there is no claim.
        pixel_probabilities: Probabilities from pixels alone, shape `(classes,)`.
        class_names: Names of the classes in order.
        exposure_s: Exposure time that the header gives, NaN if none.

    Returns:
        `agree` where the pixels' most probable class is one that the claim allows, or
        they do not rule the claim out. Otherwise `header suspect` where the pixels are
        certain of another class: the header is probably wrong. `pixels odd` where they
        are certain of none: the frame does not look like what it claims to be, nor
        like anything else (clouds, saturation, a shutter that failed). `no claim`
        where the header does not say what the frame is.
    """
    if not claimed.any():
        return NO_CLAIM
    allowed = _widened(claimed, class_names, exposure_s)
    best = int(np.argmax(pixel_probabilities))
    if allowed[best] or pixel_probabilities[allowed].sum() >= RULED_OUT:
        return AGREE
    return HEADER_SUSPECT if pixel_probabilities[best] >= CERTAIN else PIXELS_ODD


def same_in_pixels(
    label: str, exposure_s: float, class_names: Sequence[str]
) -> frozenset[str]:
    """Classes that no pixel can tell from `label`: bias and darks under a second.

    Args:
        label: Class of a frame.
        exposure_s: Its exposure time, NaN if not known.
        class_names: Names of the classes, of whatever observatory.
    """
    kind = _kind(label)
    if kind == "bias" or (kind == "dark" and exposure_s < SHORT_DARK_S):
        unlit = (n for n in class_names if _kind(n) in ("bias", "dark"))
        return frozenset({label, *unlit})
    return frozenset({label})


@functools.cache
def _kind(class_name: str) -> str | None:
    """The kind of frame that a class name speaks of."""
    return class_meaning(class_name)[0]


def _widened(
    claimed: np.ndarray, class_names: Sequence[str], exposure_s: float
) -> np.ndarray:
    """The classes that do not contradict the claim, as far as pixels can tell.

    A dark of a cold camera looks like a bias however long it is, so pixels that say
    bias do not contradict it. Pixels with dark current contradict a bias, unless its
    exposure is not known or short.
    """
    allowed = np.array(claimed, dtype=bool)
    bias = np.array([_kind(name) == "bias" for name in class_names])
    darks = np.array([_kind(name) == "dark" for name in class_names])
    if claimed[darks].any():
        allowed |= bias
    if claimed[bias].any() and not exposure_s >= SHORT_DARK_S:
        allowed |= darks
    return allowed
