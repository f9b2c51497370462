"""From a frame to the arrays that the network sees."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from mesa_keras.preprocessing.frame_statistics import STATISTIC_NAMES, frame_statistics
from mesa_keras.preprocessing.image import frame_image
from mesa_keras.readers.frame import Frame
from mesa_keras.readers.frame_claim import FrameClaim, claimed_classes, read_claim
from mesa_keras.readers.frame_header import (
    HEADER_VALUE_NAMES,
    header_values,
)
from ost_classifier.claim_checks import CHECK_NAMES, check_claim
from ost_classifier.classes import OST_CLASSES
from ost_classifier.frame_settings import FrameSettings

__all__ = [
    "CLAIM_NAMES",
    "HEADER_VALUE_NAMES",
    "STATISTIC_NAMES",
    "FrameInputs",
    "FrameSettings",
    "frame_inputs",
    "record_dtype",
    "without_header",
]

# Arrays of one frame by name of the model's input.
FrameInputs: TypeAlias = dict[str, np.ndarray]

CLAIM_KINDS = ("bias", "dark", "flat", "light", "arc", "spectrum", "solar")
CLAIM_NAMES = (
    *(f"claims_{name}" for name in OST_CLASSES),
    *(f"kind_{kind}" for kind in CLAIM_KINDS),
    *CHECK_NAMES,
)


def frame_inputs(frame: Frame, settings: FrameSettings) -> FrameInputs:
    """Returns the model inputs of one frame.

    Neither the name of the file nor its size is one of them.

    Args:
        frame: A frame as read.
        settings: Size and type of the image.

    Returns:
        `image` (height, width, channels) of the type asked for; `statistics` (S,),
        `header` (H,) and `claim` (K,), float32 in the order of `STATISTIC_NAMES`,
        `HEADER_VALUE_NAMES` and `CLAIM_NAMES`, NaN where missing. A frame whose
        header says nothing has NaN all through `header` and `claim`.
    """
    plane = frame.plane()
    statistics = frame_statistics(plane, frame.bits)
    image = frame_image(
        frame.pixels,
        settings.height,
        settings.width,
        settings.channels,
        bayer=frame.bayer,
        dtype=settings.dtype,
    )
    values = header_values(frame.header)
    header = _vector(values, HEADER_VALUE_NAMES)
    claim = read_claim(frame.header)
    if claim.kind is None and np.isnan(header).all():
        claims = np.full(len(CLAIM_NAMES), np.nan, "float32")
    else:
        checks = check_claim(claim, statistics, values.get("exposure", np.nan))
        claims = _claims(claim, checks)
    return {
        "image": image,
        "statistics": _vector(statistics, STATISTIC_NAMES),
        "header": header,
        "claim": claims,
    }


def without_header(inputs: Mapping[str, np.ndarray]) -> FrameInputs:
    """The same inputs as if no frame had a header: for a verdict from pixels alone."""
    return {
        name: np.full_like(array, np.nan) if name in ("header", "claim") else array
        for name, array in inputs.items()
    }


def record_dtype(settings: FrameSettings) -> np.dtype:
    """The type of one frame in the cache: all model inputs one after the other."""
    size = (settings.height, settings.width, settings.channels)
    return np.dtype(
        [
            ("image", settings.dtype, size),
            ("statistics", "float32", (len(STATISTIC_NAMES),)),
            ("header", "float32", (len(HEADER_VALUE_NAMES),)),
            ("claim", "float32", (len(CLAIM_NAMES),)),
        ]
    )


def _claims(claim: FrameClaim, checks: Mapping[str, float]) -> np.ndarray:
    classes = claimed_classes(claim, OST_CLASSES)
    kinds = [claim.kind == kind for kind in CLAIM_KINDS]
    found = [*classes, *kinds, *(checks[name] for name in CHECK_NAMES)]
    return np.array(found, "float32")


def _vector(values: Mapping[str, float], names: tuple[str, ...]) -> np.ndarray:
    """Values in the order of the names; what float32 cannot hold is missing."""
    with np.errstate(over="ignore"):
        vector = np.array([values.get(name, np.nan) for name in names], "float32")
    vector[~np.isfinite(vector)] = np.nan
    return vector
