"""What a header says the frame is, in the dialects of many camera programs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.readers.frame_claim_words import (
    KIND_PATTERNS,
    LAMP_KEYS,
    OBJECT_KEYS,
    PHOTOMETRIC_FILTER,
    PICTURE_TYPES,
    SPECTROGRAPH_KEYS,
    SPECTROGRAPH_PATTERNS,
    TYPE_KEYS,
    VAGUE_KINDS,
)
from mesa_keras.readers.frame_header import FILTER_KEYS, header_values, named

KINDS = ("bias", "dark", "flat", "light", "arc", "spectrum", "solar")
# Kinds that say the same of a frame once a spectrograph is in the light path.
WITH_SPECTROGRAPH = {"light": "spectrum"}
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
    the lamps are asked: many programs leave the type at its default.

    Args:
        header: Upper-case keywords to values, as in `Frame.header`.

    Returns:
        The claim; `kind` is None where there is none.
    """
    found = [*_from_types(header), *_from_objects(header), *_from_lamps(header)]
    kind, text = next(
        ((kind, text) for kind, text in found if kind not in VAGUE_KINDS),
        next(iter(found), (None, "")),
    )
    spectrograph, words = _spectrograph(header)
    if kind in VAGUE_KINDS and spectrograph is not None:
        kind = "solar" if spectrograph == "einsteinturm" else WITH_SPECTROGRAPH["light"]
    elif kind == "spectrum" and spectrograph is None:
        spectrograph = "any"
    band = named(header, FILTER_KEYS)
    imaging = band is not None and PHOTOMETRIC_FILTER.match(band) is not None
    class_name = _class_name(kind, spectrograph, imaging)
    text = "; ".join(dict.fromkeys(part for part in (text, words) if part))
    return FrameClaim(kind, class_name, spectrograph, text)


def _kind_of(text: str) -> str | None:
    """The kind of frame that some words stand for, or None."""
    words = _spaced(text)
    for kind, pattern in KIND_PATTERNS:
        if pattern.search(words):
            return kind
    return None


def _spaced(text: str) -> str:
    """Lower-case words apart: `DomeFlat_R` becomes `dome flat r`."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.split(r"[\s_\-.,;:/()\[\]+=]+", text.strip())).lower()


def _from_types(header: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for key in TYPE_KEYS:
        text = named(header, (key,))
        kind = _kind_of(text) if text else None
        if text and kind:
            found.append((kind, f"{key}={text}"))
    code = str(header.get("PICTTYPE", "")).strip()
    if code in PICTURE_TYPES:
        found.append((PICTURE_TYPES[code], f"PICTTYPE={code}"))
    return found


def _from_objects(header: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for key in OBJECT_KEYS:
        text = named(header, (key,))
        if text:
            found.append((_kind_of(text) or "light", f"{key}={text}"))
    return found


def _from_lamps(header: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for key in LAMP_KEYS:
        switch = header.get(key.removesuffix("TYP") + "SET")
        text = named(header, (key,))
        if text and switch is not False:
            kind = _kind_of(text)
            if kind in ("arc", "flat"):
                found.append((kind, f"{key}={text}"))
    return found


def _spectrograph(header: Mapping[str, Any]) -> tuple[str | None, str]:
    """The kind of spectrograph in the light path, and the words that say so."""
    for key in SPECTROGRAPH_KEYS:
        text = named(header, (key,))
        words = _spaced(text) if text else ""
        for name, pattern in SPECTROGRAPH_PATTERNS:
            if pattern.search(words):
                return name, f"{key}={text}"
    if header_values(header)["disperser_given"] == 1.0:
        return "any", "a disperser or slit is named"
    return None, ""


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
    words = _spaced(class_name)
    spectrograph = next(
        (name for name, pattern in SPECTROGRAPH_PATTERNS if pattern.search(words)), None
    )
    if spectrograph == "einsteinturm":
        return "solar", spectrograph
    return _kind_of(class_name), spectrograph


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
    for i, name in enumerate(class_names):
        kind, spectrograph = class_meaning(name)
        if kind not in COMPATIBLE_KINDS[claim.kind]:
            continue
        if claim.spectrograph in (None, "any") or spectrograph is None:
            mask[i] = True
        else:
            mask[i] |= spectrograph == claim.spectrograph
    return mask
