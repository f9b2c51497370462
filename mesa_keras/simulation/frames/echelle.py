"""Geometry of an echelle spectrograph: many short spectra above each other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    uniform,
)
from mesa_keras.simulation.frames.scene import Shot


@dataclass(frozen=True)
class Echelle:
    """An echelle in front of a camera; orders run along x of its own image.

    Attributes:
        length, width: Pixels along and across the orders.
        upright: Whether the orders run along the columns of the detector instead.
        orders: Diffraction orders, from the first to the last on the detector.
        centres: Place of every order at mid-length, in pixels across.
        bow, tilt: Pixels by which orders are curved and lean.
        blaze_width: Free spectral range in units of the length.
        half_width: Half the height of an order in pixels.
        lean: Pixels along the order by which a line moves per pixel across.
        constant: Order times wavelength, in Angstrom.
        resolution: Wavelength over line width.
        fibres: Place and strength of the images of each order.
    """

    length: int
    width: int
    upright: bool
    orders: np.ndarray
    centres: np.ndarray
    bow: float
    tilt: float
    blaze_width: float
    half_width: float
    lean: float
    constant: float
    resolution: float
    fibres: tuple[tuple[float, float], ...]

    def image(
        self,
        flux: Callable[[np.ndarray], np.ndarray],
        profile: Callable[[np.ndarray], np.ndarray],
    ) -> np.ndarray:
        """Draws all orders of a spectrum, `(width, length)`.

        Args:
            flux: Spectrum as a function of evenly spaced wavelengths.
            profile: Light across an order, as a function of the distance from its
                middle in units of `half_width`.
        """
        canvas = np.zeros((self.width, self.length), dtype=np.float32)
        x = np.arange(self.length)
        t = (x - self.length / 2) / (self.length / 2)
        reach = int(np.ceil(self.half_width * 1.8)) + 1
        for order, centre in zip(self.orders, self.centres, strict=True):
            scale = (order - self.orders[0]) / max(np.ptp(self.orders), 1)
            bend = self.bow * (1 + 0.3 * scale) * t**2 + 0.5 * self.tilt * t
            middle = self.constant / order
            range_ = middle / order / self.blaze_width
            wavelength = middle + range_ * t / 2
            light = flux(wavelength)
            blaze = np.sinc(0.9 * (wavelength - middle) / (middle / order)) ** 2
            light = light * (0.97 * blaze + 0.02)
            for offset, strength in self.fibres:
                self._add(
                    canvas, light * strength, centre + offset + bend, reach, profile
                )
        return canvas

    def _add(
        self,
        canvas: np.ndarray,
        light: np.ndarray,
        place: np.ndarray,
        reach: int,
        profile: Callable[[np.ndarray], np.ndarray],
    ) -> None:
        base = np.round(place).astype(int)
        x = np.arange(self.length)
        for step in range(-reach, reach + 1):
            row = base + step
            inside = (row >= 0) & (row < self.width)
            if not inside.any():
                continue
            distance = (row - place) / self.half_width
            moved = np.interp(x + self.lean * (row - place), x, light)
            value = moved * profile(distance)
            canvas[row[inside], x[inside]] += value[inside].astype(np.float32)

    def on_detector(self, image: np.ndarray) -> np.ndarray:
        """Turns the image so that orders run along the detector's own axis."""
        return np.ascontiguousarray(image.T) if self.upright else image


def draw_echelle(shot: Shot) -> Echelle:
    """The echelle at this camera."""
    rng = keyed_generator(shot.seed, "echelle", shot.camera.number)
    upright = chance(rng, 0.2 if shot.width >= shot.height else 0.7)
    length, width = (shot.height, shot.width) if upright else (shot.width, shot.height)
    spacing = max(log_uniform(rng, 0.012, 0.06) * width, 3.2)
    count = int(np.clip(width / spacing * 1.4, 6, 90))
    first = int(rng.integers(28, 70))
    orders = np.arange(first, first + count)
    steps = spacing * (1 + uniform(rng, -0.8, 0.8) * np.linspace(-0.5, 0.5, count))
    centres = np.cumsum(steps)
    centres += width * uniform(rng, 0.3, 0.7) - centres[count // 2]
    fibres: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    half_width = spacing * uniform(rng, 0.1, 0.42)
    if chance(rng, 0.15):
        fibres = ((-0.22 * spacing, 1.0), (0.22 * spacing, uniform(rng, 0.3, 1.0)))
        half_width = spacing * 0.1
    return Echelle(
        length=length,
        width=width,
        upright=upright,
        orders=orders[::-1] if chance(rng, 0.5) else orders,
        centres=centres,
        bow=float(rng.normal(0.0, 0.03)) * length,
        tilt=float(rng.normal(0.0, 0.03)) * length,
        blaze_width=log_uniform(rng, 0.35, 1.1),
        half_width=max(half_width, 0.8),
        lean=float(rng.normal(0.0, 0.15)),
        constant=uniform(rng, 1.9e5, 3.3e5) * first / 45,
        resolution=log_uniform(rng, 8e3, 8e4),
        fibres=fibres,
    )
