"""Which header a simulated frame gets, and whether it tells the truth."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from mesa_keras.simulation.frames import header_amateur as amateur
from mesa_keras.simulation.frames import header_capture as capture
from mesa_keras.simulation.frames import header_observatory as observatory
from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.header_facts import Card, HeaderFacts, draw_site
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene, Shot
from mesa_keras.simulation.frames.targets import header_target, stale_target

# What each class is taken as, and the spectrograph it needs.
KINDS = {
    "bias": ("bias", ""),
    "darks": ("dark", ""),
    "flats": ("flat", ""),
    "deep_sky": ("light", ""),
    "flat_dados": ("flat", "slit"),
    "spectrum_dados": ("light", "slit"),
    "wavelength_calibration_dados": ("arc", "slit"),
    "flat_baches": ("flat", "echelle"),
    "spectrum_baches": ("light", "echelle"),
    "wavelength_calibration_baches": ("arc", "echelle"),
    "einsteinturm": ("light", "sun"),
    "unknown": ("light", ""),
}
# Part of the headers whose program was left on the last kind of frame, and part of
# those whose object is that of an earlier frame.
WRONG_FRACTION, STALE_FRACTION = 0.06, 0.06

Dialect = Callable[[HeaderFacts], list[Card]]
# Programs with their weight for CCD and for CMOS cameras.
DIALECTS: dict[str, tuple[Dialect, float, float]] = {
    "maxim": (amateur.maxim, 5, 1.5),
    "ccdsoft": (amateur.ccdsoft, 2, 0.3),
    "nina": (capture.nina, 0.7, 3),
    "sharpcap": (capture.sharpcap, 0.2, 2),
    "asi": (capture.asi_programs, 0.1, 2.5),
    "ekos": (capture.ekos, 1.2, 2),
    "apt": (amateur.apt, 0.5, 1),
    "astroart": (amateur.astroart, 1, 0.7),
    "firecapture": (capture.firecapture, 0.1, 0.6),
    "stacking": (capture.stacking, 0.2, 0.5),
    "iraf": (observatory.iraf, 2, 0.2),
    "eso": (observatory.eso, 1, 0.1),
    "robotic": (observatory.robotic, 1.2, 0.2),
    "large telescope": (observatory.large_telescope, 1.2, 0.2),
    "laboratory": (observatory.laboratory, 0.6, 0.3),
    "bare": (observatory.bare, 0.6, 0.6),
    "none": (observatory.none, 0.8, 0.8),
}
# Those whose files may hold several images, each in a part of its own.
OBSERVATORIES = ("eso", "robotic", "large telescope", "survey")
_SPECIAL: dict[str, Dialect] = {
    "plate": observatory.plate,
    "survey": observatory.survey,
    "stacking": capture.stacking,
    "none": observatory.none,
}
_KIND_KEYS = frozenset(
    {"IMAGETYP", "OBSTYPE", "FRAME", "DATA-TYP", "IMTYPE", "OBSMODE"}
    | {"HIERARCH ESO DPR TYPE", "PICTTYPE"}
)


@dataclass(frozen=True)
class SimulatedHeader:
    """Cards and what is true of them.

    Attributes:
        cards: Keyword and value; only values that are known.
        dialect: Program.
        kind: `"right"`, `"wrong"` or `"silent"`: what the header says of the kind of
            frame.
    """

    cards: tuple[Card, ...]
    dialect: str
    kind: str


NO_HEADER = SimulatedHeader((), "none", "silent")


def draw_header(shot: Shot, scene: Scene, label: str) -> SimulatedHeader:
    """Writes a header as the program of this camera does.

    Args:
        shot: Camera, night, treatment and generator.
        scene: What is shown.
        label: Class of the frame.
    """
    rng = shot.rng
    frame_kind, spectrograph = KINDS[label]
    claimed = frame_kind
    target = header_target(rng, scene, frame_kind, spectrograph)
    if chance(rng, WRONG_FRACTION):
        others = {"light": 5.0, "flat": 1.0, "dark": 1.0, "bias": 0.5}
        others.pop(frame_kind, None)
        claimed, target = pick(rng, others), stale_target(rng)
    elif chance(rng, STALE_FRACTION):
        target = stale_target(rng)
    dialect, write = _dialect(shot, scene)
    facts = HeaderFacts(
        kind=claimed,
        target=target,
        is_spectrum=bool(spectrograph),
        scene=scene,
        camera=shot.camera,
        night=shot.night,
        site=draw_site(shot.seed, shot.camera, spectrograph),
        averaged=shot.treatment.averaged,
        time=shot.night.start + dt.timedelta(hours=uniform(rng, 0, 11)),
        rng=rng,
    )
    cards = tuple((key, value) for key, value in write(facts) if value is not None)
    told = [str(value).lower() for key, value in cards if key in _KIND_KEYS]
    kind = "right" if claimed == frame_kind else "wrong"
    if frame_kind == "arc" and not target and any("light" in word for word in told):
        # Programs without a word for arcs call them lights: the object must tell.
        kind = "wrong"
    return SimulatedHeader(cards, dialect, kind if told else "silent")


def _dialect(shot: Shot, scene: Scene) -> tuple[str, Dialect]:
    """Program that wrote the frame: the camera's, or a later one."""
    rng, special = shot.rng, None
    if scene.kind == "plate":
        special = "plate" if chance(rng, 0.7) else "none"
    elif shot.treatment.kind == "reduced cut-out" and chance(rng, 0.5):
        special = pick(rng, ("survey", "none"))
    elif shot.treatment.averaged > 1 and chance(rng, 0.25):
        special = pick(rng, ("stacking", "none"))
    if special:
        return special, _SPECIAL[special]
    name = program_of(shot.seed, shot.camera)
    return name, DIALECTS[name][0]


def program_of(seed: int, camera: Camera) -> str:
    """Name of the program that drives a camera."""
    rng = keyed_generator(seed, "program", camera.number)
    is_ccd = camera.technology == "ccd"
    weights = {n: ccd if is_ccd else cmos for n, (_, ccd, cmos) in DIALECTS.items()}
    return pick(rng, weights)
