"""What a header says the frame is, in the dialects of many camera programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.readers.frame_claim_instruments import (
    CLEAR_PATTERNS,
    INSTRUMENT_KEYS,
    INSTRUMENT_PATTERNS,
    OTHER_KEYS,
    TWOFOLD_PATTERNS,
)
from mesa_keras.readers.frame_claim_kinds import kind_of_type, spaced, stated_kind
from mesa_keras.readers.frame_claim_words import PHOTOMETRIC_FILTER
from mesa_keras.readers.frame_header import header_values, named
from mesa_keras.readers.frame_header_keys import FILTER_KEYS

KINDS = ("bias", "dark", "flat", "light", "arc", "spectrum", "solar")
# What a class may be called for a frame of a kind: a light frame may be anything that
# saw the sky.
COMPATIBLE_KINDS = {
    **{kind: (kind,) for kind in KINDS},
    "light": ("light", "spectrum", "solar"),
    "spectrum": ("spectrum", "solar"),
}


@dataclass(frozen=True)
class FrameClaim:
    """What a header says the frame is.

    Attributes:
        kind: One of `KINDS`, or None where the header does not say.
        class_name: The class in the observatory's naming, where kind and, for the
            classes of spectrographs, the spectrograph are both stated; else None.
        spectrograph: "dados" for a long slit, "baches" for an echelle, "einsteinturm"
            for a solar spectrograph, "any" for one of unknown kind, or None.
        text: The words of the header that say so, for people to read.
    """

    kind: str | None
    class_name: str | None
    spectrograph: str | None
    text: str


def read_claim(header: Mapping[str, Any]) -> FrameClaim:
    """Reads from a header what the frame is said to be.

    Keywords made for the frame's type count first. Where they only say that light fell
    on the sensor (`LIGHT`, `OBJECT`, `EXPOSE`), or say nothing, the object's name and
    the lamps are asked: many programs leave the type at its default. Where they say
    something that is not understood, the object's being a star is no claim.

    Args:
        header: Upper-case keywords to values, as in `Frame.header`.

    Returns:
        The claim; `kind` is None where there is none.
    """
    spectrograph, words = _spectrograph(header)
    kind, text = stated_kind(header, dispersed=spectrograph is not None)
    bands = (named(header, (key,)) for key in FILTER_KEYS)
    imaging = any(band and PHOTOMETRIC_FILTER.match(band) for band in bands)
    if kind == "solar" and imaging and spectrograph is None:
        # A picture of the Sun, which none of the classes is for.
        kind, imaging = "light", False
    if kind in ("light", "solar") and spectrograph is not None:
        kind = "solar" if spectrograph == "einsteinturm" else "spectrum"
    elif kind == "spectrum" and spectrograph is None:
        spectrograph = "any"
    class_name = _class_name(kind, spectrograph, imaging)
    text = "; ".join(dict.fromkeys(part for part in (text, words) if part))
    return FrameClaim(kind, class_name, spectrograph, text)


def _spectrograph(header: Mapping[str, Any]) -> tuple[str | None, str]:
    """The kind of spectrograph in the light path, and the words that say so."""
    if str(header.get("ESO DPR TECH", "")).strip().upper().split(",")[0] == "IMAGE":
        # By a spectrograph's camera for pointing, too.
        return None, ""
    dispersed = header_values(header)["disperser_given"] == 1.0
    loose = (*CLEAR_PATTERNS, *INSTRUMENT_PATTERNS)
    loose += TWOFOLD_PATTERNS if dispersed else ()
    places = [(key, loose) for key in INSTRUMENT_KEYS]
    places += [(key, CLEAR_PATTERNS) for key in OTHER_KEYS]
    unsure: tuple[str | None, str] = (None, "")
    for key, patterns in places:
        text = named(header, (key,))
        words = spaced(text) if text else ""
        name = next((name for name, p in patterns if p.search(words)), None)
        if name not in (None, "any"):
            return name, f"{key}={text}"
        if name and not unsure[0]:
            unsure = name, f"{key}={text}"
    if unsure[0] is None and dispersed:
        return "any", "a disperser or slit is named"
    return unsure


def _class_name(
    kind: str | None, spectrograph: str | None, imaging: bool
) -> str | None:
    """The class of a kind and of what stood in the light path, where both are known."""
    if kind in ("bias", "dark"):
        return {"bias": "bias", "dark": "darks"}[kind]
    if kind == "solar" and spectrograph == "einsteinturm":
        return "einsteinturm"
    if imaging and spectrograph is None:
        return {"flat": "flats", "light": "deep_sky"}.get(kind or "")
    prefix = {"flat": "flat", "spectrum": "spectrum", "arc": "wavelength_calibration"}
    if kind in prefix and spectrograph in ("dados", "baches"):
        return f"{prefix[kind]}_{spectrograph}"
    return None


def class_meaning(class_name: str) -> tuple[str | None, str | None]:
    """The kind and the spectrograph that a class name speaks of.

    Args:
        class_name: Of any observatory: words such as `flat_dados` or `master bias`.

    Returns:
        A kind of `KINDS` and a spectrograph as in `FrameClaim`, each None where the
        name does not tell.
    """
    words = spaced(class_name)
    patterns = (*CLEAR_PATTERNS, *INSTRUMENT_PATTERNS)
    spectrograph = next((name for name, p in patterns if p.search(words)), None)
    if spectrograph == "einsteinturm":
        return "solar", spectrograph
    kind = kind_of_type(class_name)
    if kind == "light" and spectrograph is not None:
        kind = "spectrum"
    return kind, spectrograph


def claimed_classes(claim: FrameClaim, class_names: Sequence[str]) -> np.ndarray:
    """Which classes agree with a claim.

    Args:
        claim: What the header says.
        class_names: The classes, in the model's order; of the observatory or any other.

    Returns:
        Boolean array of shape `(classes,)`; all False where there is no claim.
    """
    mask = np.zeros(len(class_names), dtype=bool)
    if claim.kind is None:
        return mask
    if claim.class_name is not None and claim.class_name in class_names:
        mask[list(class_names).index(claim.class_name)] = True
        return mask
    meanings = [class_meaning(name) for name in class_names]
    of_kind = np.array([kind in COMPATIBLE_KINDS[claim.kind] for kind, _ in meanings])
    if claim.spectrograph is None or not of_kind.any():
        return of_kind
    # Flats and images of the sky without a spectrograph in the class's name had none.
    without = claim.kind not in ("flat", "light")
    for i, (_, spectrograph) in enumerate(meanings):
        same = claim.spectrograph == spectrograph or "any" in (
            claim.spectrograph,
            spectrograph,
        )
        mask[i] = of_kind[i] and (without if spectrograph is None else same)
    return mask if mask.any() else of_kind
