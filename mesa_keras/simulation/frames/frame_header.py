"""Which header a simulated frame gets, and whether it tells the truth."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.header_dialects import DIALECTS, Card, HeaderFacts
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene, Shot

# What each class is called by a program, and the spectrograph it belongs to.
KINDS = {
    "bias": ("bias", ""),
    "darks": ("dark", ""),
    "flats": ("flat", ""),
    "deep_sky": ("light", ""),
    "flat_dados": ("flat", "dados"),
    "spectrum_dados": ("light", "dados"),
    "wavelength_calibration_dados": ("arc", "dados"),
    "flat_baches": ("flat", "baches"),
    "spectrum_baches": ("light", "baches"),
    "wavelength_calibration_baches": ("arc", "baches"),
    "einsteinturm": ("solar", "sun"),
}
# Frame types whose program has been left on the last kind of frame, or never changed.
WRONG_FRACTION = 0.06
_CLAIMS = frozenset({"IMAGETYP", "OBSTYPE", "OBJECT", "FRAME", "FRAMETYP", "OBSMODE"})


@dataclass(frozen=True)
class SimulatedHeader:
    """Cards and what is true of them.

    Attributes:
        cards: Keyword and value; only values that are known.
        dialect: Program.
        kind: `"right"`, `"wrong"` or `"silent"`.
    """

    cards: tuple[Card, ...]
    dialect: str
    kind: str


def draw_header(
    shot: Shot, scene: Scene, label: str, pixels: np.ndarray
) -> SimulatedHeader:
    """Writes a header as the program of this camera does."""
    del pixels
    rng = shot.rng
    dialect = dialect_of(shot.seed, shot.camera)
    frame_type, spectrograph = KINDS[label]
    claimed, target = frame_type, scene.target
    if chance(rng, WRONG_FRACTION):
        claimed = pick(rng, {"light": 4, "flat": 1, "dark": 1, "bias": 0.5})
        target = pick(rng, ("M 42", "test", "Vega", ""))
    facts = HeaderFacts(
        frame_type=claimed,
        spectrograph=spectrograph,
        scene=scene,
        camera=shot.camera,
        night=shot.night,
        time=shot.night.start + dt.timedelta(hours=uniform(rng, 0, 11)),
        target=target,
    )
    cards = tuple(
        (key, value) for key, value in DIALECTS[dialect][0](facts) if value is not None
    )
    kind = "wrong" if claimed != frame_type else "right"
    if not any(key in _CLAIMS and value for key, value in cards):
        kind = "silent"
    return SimulatedHeader(cards, dialect, kind)


def dialect_of(seed: int, camera: Camera) -> str:
    """Name of the program that drives a camera."""
    rng = keyed_generator(seed, "program", camera.number)
    return pick(rng, {name: weight for name, (_, weight) in DIALECTS.items()})
