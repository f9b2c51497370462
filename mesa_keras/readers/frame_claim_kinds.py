"""What kind of frame a header states: by type, object and lamps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mesa_keras.readers.frame_claim_lamps import burning_lamps
from mesa_keras.readers.frame_claim_words import (
    CALIBRATIONS,
    DECISIVE_KEYS,
    DISPERSED_KINDS,
    ELEMENT_AND_NUMBER,
    FIBRE_KEYS,
    FIBRE_PATTERNS,
    FILLERS,
    LAMP_OFF,
    NAMED_AFTER_A_GAS,
    NAMES_OF_THE_SKY,
    OBJECT_KEYS,
    PICTURE_TYPES,
    SAFE_PATTERNS,
    TECHNIQUE_KEYS,
    TYPE_KEYS,
    TYPE_PATTERNS,
    UNSURE,
    UNSURE_OBJECTS,
    VAGUE_KINDS,
)
from mesa_keras.readers.frame_header import header_values, named


def stated_kind(header: Mapping[str, Any], dispersed: bool) -> tuple[str | None, str]:
    """The kind of frame that a header states, and the words that do so.

    Args:
        header: Upper-case keywords to values.
        dispersed: Whether a spectrograph is known to be in the light path.

    Returns:
        A kind, or None where nothing is stated or what is stated is not understood.
    """
    found = [
        *_from_types(header),
        *_from_objects(header, dispersed),
        *burning_lamps(header, kind_of_type),
    ]
    return _decided(found, header_values(header)["exposure"])


def stated_type(header: Mapping[str, Any]) -> tuple[str, str]:
    """The first keyword made for the type of a frame, and what it says.

    Args:
        header: Upper-case keywords to values.

    Returns:
        Keyword and text, both empty where the header has none.
    """
    for key in TYPE_KEYS:
        text = named(header, (key,)) if key in DECISIVE_KEYS else None
        if text:
            return key, text
    return "", ""


def _decided(
    found: Sequence[tuple[str, str]], exposure: float
) -> tuple[str | None, str]:
    """The kind that counts of all that was found, in the order of the keywords."""
    if any(LAMP_OFF.search(text) for _, text in found):
        return None, ""
    clear = [pair for pair in found if pair[0] not in (*VAGUE_KINDS, UNSURE)]
    if clear:
        if clear[0][0] == "dark" and not exposure > 1.0:
            # Where the type only tells that the shutter stayed shut, as at Lick.
            return next((pair for pair in clear if pair[0] == "bias"), clear[0])
        if clear[0][0] == "spectrum":
            # What was dispersed, object and lamps may tell.
            others = (pair for pair in clear if pair[0] != "spectrum")
            return next(others, clear[0])
        return clear[0]
    if not found or any(kind == UNSURE for kind, _ in found):
        return None, ""
    return found[0]


def spaced(text: str) -> str:
    """Lower-case words apart: `DomeFlat_R` and `DomeFlatR` become `dome flat r`."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[Ff]lat)(?=[A-Z])", " ", text)
    return " ".join(re.split(r"[\s_\-.,;:/()\[\]+=#]+", text.strip())).lower().strip()


def kind_of_type(text: str, fibres: bool = False) -> str | None:
    """The kind that a word made for types stands for, or None.

    Args:
        text: What a keyword says.
        fibres: Whether it names what each fibre of a spectrograph sees.
    """
    words = spaced(text)
    first = FIBRE_PATTERNS if fibres else ()
    for kind, pattern in (*first, *SAFE_PATTERNS, *TYPE_PATTERNS):
        if pattern.search(words):
            return kind
    return None


def _kind_of_object(text: str, dispersed: bool) -> str:
    """The kind that an object's name stands for; what is no lamp is in the sky."""
    words = NAMES_OF_THE_SKY.sub(" ", spaced(text))
    sure = NAMED_AFTER_A_GAS.sub(" ", words)
    for kind, pattern in SAFE_PATTERNS:
        if pattern.search(sure):
            return kind
    if sure != words:
        # Of the lamp before a star's spectrum, or of something that is called so.
        return UNSURE
    tokens = [re.sub(r"\d+(?:s|sec|ms)$|\d{1,2}$", "", word) for word in words.split()]
    numbered = any(re.fullmatch(r"\d{2,}", word) for word in words.split())
    if numbered or ELEMENT_AND_NUMBER.fullmatch(words.strip()):
        # A number: more likely a catalogue's than a lamp's.
        return "light"
    for kind, pattern in TYPE_PATTERNS:
        named_so = [pattern.fullmatch(token) is not None for token in tokens]
        others = [t for t, so in zip(tokens, named_so, strict=True) if t and not so]
        if any(named_so) and FILLERS.issuperset(others):
            return kind
    for pattern, kind in (
        (UNSURE_OBJECTS, UNSURE),
        (CALIBRATIONS, "arc" if dispersed else UNSURE),
    ):
        unsure = {token for token in tokens if pattern.fullmatch(token)}
        if unsure and FILLERS.issuperset({*tokens} - {"", *unsure}):
            return kind
    return "light"


def _from_types(header: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    saw_light = False
    for key in TYPE_KEYS:
        text = named(header, (key,))
        kind = kind_of_type(text, key in FIBRE_KEYS) if text else None
        if key in TECHNIQUE_KEYS and kind not in DISPERSED_KINDS:
            kind = None
        if kind:
            saw_light |= kind in VAGUE_KINDS
            yield kind, f"{key}={text}"
        elif text and not saw_light and key in DECISIVE_KEYS:
            yield UNSURE, f"{key}={text}"
    code = str(header.get("PICTTYPE", "")).strip()
    if code in PICTURE_TYPES:
        yield PICTURE_TYPES[code], f"PICTTYPE={code}"


def _from_objects(
    header: Mapping[str, Any], dispersed: bool
) -> Iterator[tuple[str, str]]:
    for key in OBJECT_KEYS:
        text = named(header, (key,))
        if text:
            yield _kind_of_object(text, dispersed), f"{key}={text}"
