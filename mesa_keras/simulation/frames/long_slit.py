"""Geometry of a slit spectrograph: from spectra to an image."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import Shot

OVERSAMPLING = 4


@dataclass(frozen=True)
class Slit:
    """A spectrograph in front of a camera; dispersion runs along x of its own image.

    Attributes:
        length, width: Pixels along the dispersion and along the slit.
        upright: Whether dispersion runs along the rows of the detector instead.
        reverse: Whether wavelength falls along the axis.
        first: Wavelength at the left edge in Angstrom.
        dispersion: Angstrom per pixel.
        sigma: Width of a line in pixels.
        tilt: Pixels by which a line leans over the whole width.
        bow: Pixels by which it is curved.
        trace_tilt: Pixels by which a star's spectrum climbs over the whole length.
        openings: Start, end (parts of the width) and line width of each slit.
    """

    length: int
    width: int
    upright: bool
    reverse: bool
    first: float
    dispersion: float
    sigma: float
    tilt: float
    bow: float
    trace_tilt: float
    openings: tuple[tuple[float, float, float], ...]

    @property
    def wavelengths(self) -> np.ndarray:
        """Grid finer than the pixels that covers the detector and a margin."""
        margin = self.margin
        count = (self.length + 2 * margin) * OVERSAMPLING
        place = np.arange(count) / OVERSAMPLING - margin
        if self.reverse:
            place = self.length - place
        return np.asarray(self.first + self.dispersion * place)

    @property
    def margin(self) -> int:
        """Pixels beyond the edges that tilt and curvature can bring in."""
        return int(abs(self.tilt) + abs(self.bow)) + 4

    def dispersed(self, spectrum: np.ndarray) -> np.ndarray:
        """A spectrum through a fully lit slit, `(width, length)`."""
        t = np.linspace(-1, 1, self.width, dtype=np.float32)
        shift = 0.5 * self.tilt * t + self.bow * (t**2 - 0.5)
        x = np.arange(self.length, dtype=np.float32)
        place = (x[None, :] + shift[:, None] + self.margin) * OVERSAMPLING
        index = place.astype(np.int32)
        return np.asarray(spectrum, dtype=np.float32)[index]

    def profile(self, rng: np.random.Generator) -> np.ndarray:
        """Light along the slit, `(width, 1)`: its openings with soft edges."""
        t = np.linspace(0, 1, self.width)
        soft = log_uniform(rng, 0.7, 4.0) / self.width
        light = np.zeros(self.width)
        for start, end, wide in self.openings:
            rise = 1 / (1 + np.exp(-np.clip((t - start) / soft, -40, 40)))
            fall = 1 / (1 + np.exp(np.clip((t - end) / soft, -40, 40)))
            light += wide * rise * fall
        return np.asarray(light / light.max(), dtype=np.float32)[:, None]

    def on_detector(self, image: np.ndarray) -> np.ndarray:
        """Turns the image so that dispersion runs along the detector's own axis."""
        return np.ascontiguousarray(image.T) if self.upright else image


def draw_slit(shot: Shot) -> Slit:
    """The spectrograph at this camera; a night may find it set to another range."""
    rng = keyed_generator(shot.seed, "slit", shot.camera.number)
    upright = chance(rng, 0.12 if shot.width >= shot.height else 0.6)
    length, width = (shot.height, shot.width) if upright else (shot.width, shot.height)
    span = log_uniform(rng, 250, 6000)
    first = uniform(rng, 3400, max(9500 - span, 3500))
    if chance(rng, 0.4):
        nightly = keyed_generator(
            shot.seed, "range", shot.camera.number, shot.night.number
        )
        first = uniform(nightly, 3400, max(9500 - span, 3500))
    kind = pick(rng, {"three": 0.3, "full": 0.4, "part": 0.3})
    openings: tuple[tuple[float, float, float], ...] = ((-1.0, 2.0, 1.0),)
    if kind == "three":
        openings = _three_slits(rng)
    elif kind == "part":
        start = uniform(rng, 0.02, 0.5)
        openings = ((start, start + uniform(rng, 0.15, 0.9 - start / 2), 1.0),)
    lean = pick(rng, {0.003: 3, 0.01: 3, 0.04: 1}) * width
    return Slit(
        length=length,
        width=width,
        upright=upright,
        reverse=chance(rng, 0.35),
        first=first,
        dispersion=span / length,
        sigma=log_uniform(rng, 0.8, 3.5) * max(length / 1000, 0.7),
        tilt=float(rng.normal(0.0, lean)),
        bow=float(rng.normal(0.0, 0.4 * lean)),
        trace_tilt=float(rng.normal(0.0, 0.012)) * length,
        openings=openings,
    )


def _three_slits(rng: np.random.Generator) -> tuple[tuple[float, float, float], ...]:
    """Three slits of 25, 35 and 50 micrometres above each other, as of a DADOS."""
    height = uniform(rng, 0.12, 0.32)
    gap = height * uniform(rng, 0.08, 0.35)
    start = uniform(rng, -0.05, max(1.05 - 3 * height - 2 * gap, 0.0))
    widths = [25.0, 35.0, 50.0]
    if chance(rng, 0.5):
        widths = widths[::-1]
    if chance(rng, 0.3):
        widths = [widths[1], widths[0], widths[2]]
    return tuple(
        (start + i * (height + gap), start + i * (height + gap) + height, wide / 50)
        for i, wide in enumerate(widths)
    )
