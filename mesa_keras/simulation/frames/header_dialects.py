"""Headers as the programs that drive cameras write them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.night import Night
from mesa_keras.simulation.frames.scene import Scene

Card = tuple[str, Any]


@dataclass(frozen=True)
class HeaderFacts:
    """What a header can tell about a frame.

    Attributes:
        frame_type: bias, dark, flat, light, arc, or solar: what the header claims.
        spectrograph: `"dados"`, `"baches"`, `"sun"` or empty.
        scene, camera, night: The frame itself.
        time: Start of the exposure.
        target: Object as named.
    """

    frame_type: str
    spectrograph: str
    scene: Scene
    camera: Camera
    night: Night
    time: dt.datetime
    target: str


def _moment(facts: HeaderFacts, digits: int = 3) -> str:
    text = facts.time.isoformat(timespec="microseconds")
    return text[: 20 + digits] if digits else text[:19]


def maxim(facts: HeaderFacts) -> list[Card]:
    """MaxIm DL."""
    names = {"bias": "Bias Frame", "dark": "Dark Frame", "flat": "Flat Field"}
    camera, seconds = facts.camera, facts.scene.seconds
    return [
        ("DATE-OBS", _moment(facts, 0)),
        ("EXPTIME", seconds),
        ("EXPOSURE", seconds),
        ("SET-TEMP", facts.night.set_temperature),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("XPIXSZ", camera.format.pixel_um),
        ("YPIXSZ", camera.format.pixel_um),
        ("XBINNING", 1),
        ("YBINNING", 1),
        ("XORGSUBF", 0),
        ("YORGSUBF", 0),
        ("READOUTM", "Raw"),
        ("FILTER", facts.scene.filter_name or None),
        ("IMAGETYP", names.get(facts.frame_type, "Light Frame")),
        ("OBJECT", facts.target),
        ("EGAIN", round(camera.gain, 4)),
        ("SWCREATE", "MaxIm DL Version 6.20 180501 0H5KG"),
    ]


def nina(facts: HeaderFacts) -> list[Card]:
    """N.I.N.A."""
    names = {"bias": "BIAS", "dark": "DARK", "flat": "FLAT"}
    return [
        ("IMAGETYP", names.get(facts.frame_type, "LIGHT")),
        ("EXPOSURE", facts.scene.seconds),
        ("EXPTIME", facts.scene.seconds),
        ("DATE-OBS", _moment(facts)),
        ("XBINNING", 1),
        ("YBINNING", 1),
        ("GAIN", 100),
        ("OFFSET", 50),
        ("EGAIN", round(facts.camera.gain, 6)),
        ("SET-TEMP", facts.night.set_temperature),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("BAYERPAT", facts.camera.mosaic),
        ("FILTER", facts.scene.filter_name or None),
        ("OBJECT", facts.target or None),
        ("SWCREATE", "N.I.N.A. 2.0.1.0"),
    ]


def sharpcap(facts: HeaderFacts) -> list[Card]:
    """SharpCap, which did not tell the kind of frame."""
    return [
        ("EXPTIME", facts.scene.seconds),
        ("DATE-OBS", _moment(facts, 6)),
        ("XBINNING", 1),
        ("YBINNING", 1),
        ("BAYERPAT", facts.camera.mosaic),
        ("COLORTYP", facts.camera.mosaic),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("GAIN", 150),
        ("SWCREATE", "SharpCap v3.2.6137.0, 64 bit"),
    ]


def iraf(facts: HeaderFacts) -> list[Card]:
    """An observatory that reduces with IRAF."""
    names = {"bias": "zero", "dark": "dark", "flat": "flat", "arc": "comp"}
    return [
        ("OBJECT", facts.target),
        ("IMAGETYP", names.get(facts.frame_type, "object")),
        ("EXPTIME", facts.scene.seconds),
        ("DARKTIME", facts.scene.seconds),
        ("DATE-OBS", _moment(facts, 1)),
        ("GAIN", round(facts.camera.gain, 3)),
        ("RDNOISE", round(facts.camera.read_noise, 2)),
        ("CCDTEMP", facts.night.sensor_temperature),
        ("FILTER", facts.scene.filter_name or None),
    ]


def bare(facts: HeaderFacts) -> list[Card]:
    """No more than the exposure time."""
    return [("EXPTIME", facts.scene.seconds)]


def none(facts: HeaderFacts) -> list[Card]:
    """Nothing at all."""
    del facts
    return []


DIALECTS: dict[str, tuple[Callable[[HeaderFacts], list[Card]], float]] = {
    "maxim": (maxim, 4),
    "nina": (nina, 3),
    "sharpcap": (sharpcap, 2),
    "iraf": (iraf, 2),
    "bare": (bare, 0.7),
    "none": (none, 0.7),
}
