"""Geometry of a slit spectrograph: from spectra to an image."""

import itertools
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

OVERSAMPLING = 3
BLUEST, REDDEST = 3400.0, 10200.0


@dataclass(frozen=True)
class Opening:
    """One slit: where it starts and ends (parts of the image), and how wide it is."""

    start: float
    end: float
    wide: float


@dataclass(frozen=True)
class Slit:
    """A spectrograph in front of a camera; dispersion runs along x of its own image.

    Attributes:
        length, width: Pixels along the dispersion and along the slit.
        upright: Whether dispersion runs along the columns of the detector instead.
        reverse: Whether wavelength falls along the axis.
        first: Shortest wavelength in Angstrom.
        dispersion: Angstrom per pixel.
        sigma: Width of a line in pixels.
        tilt: Pixels by which a line leans over the whole slit.
        bow: Pixels by which it is curved.
        trace_tilt: Pixels by which a star's spectrum climbs over the whole length.
        trace_bow: Pixels by which it is curved.
        openings: The slits, usually one.
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
    trace_bow: float
    openings: tuple[Opening, ...]

    @property
    def margin(self) -> int:
        """Pixels beyond the edges that tilt and curvature can bring in."""
        return int(abs(self.tilt) + abs(self.bow)) + 4

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
    def line_width(self) -> float:
        """Width of a line in Angstrom."""
        return self.sigma * self.dispersion

    def dispersed(self, spectrum: np.ndarray) -> np.ndarray:
        """A spectrum through a fully lit slit, `(width, length)`."""
        x = np.arange(self.length, dtype=np.float32)
        place = (x[None, :] + self.lean()[:, None] + self.margin) * OVERSAMPLING
        index = np.clip(place, 0, spectrum.size - 1).astype(np.int32)
        return np.asarray(spectrum.astype(np.float32)[index])

    def lean(self) -> np.ndarray:
        """Pixels by which a line is moved at every place along the slit."""
        t = np.linspace(-1, 1, self.width, dtype=np.float32)
        return np.asarray(0.5 * self.tilt * t + self.bow * (t**2 - 0.5))

    def profile(self, opening: Opening, soft: float) -> np.ndarray:
        """Light along the slit through one opening, `(width, 1)`, edges of `soft`."""
        y = np.arange(self.width, dtype=np.float32)
        rise = np.clip((y - np.float32(opening.start * self.width)) / soft, -40, 40)
        fall = np.clip((np.float32(opening.end * self.width) - y) / soft, -40, 40)
        light = 1 / (1 + np.exp(-rise)) / (1 + np.exp(-fall))
        return np.asarray(light, dtype=np.float32)[:, None]

    def illumination(self, soft: float) -> np.ndarray:
        """Light along the slit through all openings, `(width, 1)`, 1 at its best."""
        widest = max(opening.wide for opening in self.openings)
        parts = [self.profile(o, soft) * (o.wide / widest) for o in self.openings]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float32)

    def bent(self, light: np.ndarray) -> np.ndarray:
        """Light along the slit, `(width, 1)`, followed along the spectrum.

        The edges of the slit take the same path as the spectrum of a star.
        """
        path = self.path() - self.path().mean()
        if np.abs(path).max() < 1:
            return light
        y = np.arange(self.width, dtype=np.float32)[:, None] - path[None, :]
        y = np.clip(y, 0, self.width - 1.001)
        index = y.astype(np.int32)
        part, row = y - index, light[:, 0].astype(np.float32)
        return np.asarray(row[index] * (1 - part) + row[index + 1] * part)

    def path(self) -> np.ndarray:
        """Pixels by which a spectrum climbs and bends along its length."""
        x = np.linspace(-0.5, 0.5, self.length, dtype=np.float32)
        return np.asarray(self.trace_tilt * x + self.trace_bow * (4 * x * x - 0.5))

    def on_detector(self, image: np.ndarray) -> np.ndarray:
        """Turns the image so that dispersion runs along the detector's own axis."""
        return np.ascontiguousarray(image.T) if self.upright else image


def draw_slit(shot: Shot) -> Slit:
    """The spectrograph at this camera; a night may find it set to another range."""
    rng = keyed_generator(shot.seed, "slit", shot.camera.number)
    # Angstrom over the whole detector: from high resolution to a coarse grism.
    span = log_uniform(rng, 150, 6500)
    setting = rng
    if chance(rng, 0.4):
        setting = keyed_generator(
            shot.seed, "range", shot.camera.number, shot.night.number
        )
    first = uniform(setting, BLUEST, max(REDDEST - span, BLUEST + 100))
    lean = log_uniform(rng, 0.001, 0.04)
    return bent_slit(shot, rng, first, span, lean, _draw_openings(rng))


def bent_slit(
    shot: Shot,
    rng: np.random.Generator,
    first: float,
    span: float,
    lean: float,
    openings: tuple[Opening, ...],
) -> Slit:
    """A slit with axis, direction, line width and distortions drawn at random.

    Args:
        shot: Shape of the image.
        rng: Generator of the spectrograph.
        first: Shortest wavelength in Angstrom.
        span: Range of wavelengths.
        lean: Typical part of the slit by which lines are displaced.
        openings: The slits.
    """
    tall = shot.height > shot.width
    upright = chance(rng, 0.65 if tall else 0.12)
    length, width = (shot.height, shot.width) if upright else (shot.width, shot.height)
    lean *= pick(rng, {0.1: 1, 1.0: 2})
    return Slit(
        length=length,
        width=width,
        upright=upright,
        reverse=chance(rng, 0.35),
        first=first,
        dispersion=span / length,
        sigma=max(log_uniform(rng, 0.9, 4.0) * shot.camera.format.shrink, 0.7),
        tilt=float(rng.normal(0.0, lean)) * width,
        bow=float(rng.normal(0.0, 0.4 * lean)) * width,
        trace_tilt=float(rng.normal(0.0, 0.012)) * length,
        trace_bow=float(rng.normal(0.0, pick(rng, {0.004: 9, 0.03: 1}))) * length,
        openings=openings,
    )


def _draw_openings(rng: np.random.Generator) -> tuple[Opening, ...]:
    kind = pick(rng, {"full": 0.4, "part": 0.29, "three": 0.26, "many": 0.05})
    if kind == "full":
        return (Opening(-1.0, 2.0, 1.0),)
    if kind == "many":
        # A mask of short slits.
        edges = np.sort(rng.uniform(0.02, 0.98, int(rng.integers(5, 25))))
        return tuple(
            Opening(float(a), float(a + uniform(rng, 0.5, 0.95) * (b - a)), 1.0)
            for a, b in itertools.pairwise(edges)
        )
    if kind == "part":
        start = uniform(rng, 0.02, 0.6)
        end = min(start + uniform(rng, 0.12, 0.9), 0.99)
        return (Opening(start, end, 1.0),)
    return _three_slits(rng)


def _three_slits(rng: np.random.Generator) -> tuple[Opening, ...]:
    """Three slits of 25, 35 and 50 micrometres above each other, as of a DADOS."""
    height = uniform(rng, 0.1, 0.32)
    gap = height * uniform(rng, 0.06, 0.35)
    start = uniform(rng, -0.05, max(1.05 - 3 * height - 2 * gap, 0.0))
    widths = (0.5, 0.7, 1.0)
    if chance(rng, 0.5):
        widths = (1.0, 0.7, 0.5) if chance(rng, 0.6) else (0.7, 0.5, 1.0)
    return tuple(
        Opening(start + i * (height + gap), start + i * (height + gap) + height, wide)
        for i, wide in enumerate(widths)
    )
