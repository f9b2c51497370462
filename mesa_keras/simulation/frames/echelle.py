"""Geometry of an echelle spectrograph: many short spectra above each other."""

from collections.abc import Callable
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

Flux = Callable[[np.ndarray], np.ndarray]
# Order times wavelength in Angstrom, 2 d sin(blaze), of gratings in use: 79 lines/mm at
# 63.4 and 70 degrees, 52.7, 41.6, 31.6 and 23.2 lines/mm at 63 to 76 degrees.
GRATINGS = {2.263e5: 4, 2.38e5: 1, 3.4e5: 1, 4.6e5: 1, 5.67e5: 1, 6.12e5: 2, 7.7e5: 0.5}
_SMALLEST_SPACING = 2.6


@dataclass(frozen=True)
class Echelle:
    """An echelle in front of a camera; orders run along x of its own image.

    Attributes:
        length, width: Pixels along and across the orders.
        upright: Whether the orders run along the columns of the detector instead.
        reverse: Whether wavelength falls along x.
        orders: Diffraction orders on the detector.
        centres: Place of every order at mid-length, in pixels across.
        bow, tilt: Pixels by which orders are curved and lean.
        coverage: Free spectral ranges of the middle order on the detector.
        half_width: Half the length of the slit's image in pixels.
        lean: Pixels along the order by which a line moves per pixel across.
        constant: Order times wavelength, in Angstrom.
        sigma: Width of a line in pixels.
        fibres: Place and strength of the images of each order.
    """

    length: int
    width: int
    upright: bool
    reverse: bool
    orders: np.ndarray
    centres: np.ndarray
    bow: float
    tilt: float
    coverage: float
    half_width: float
    lean: float
    constant: float
    sigma: float
    fibres: tuple[tuple[float, float], ...]

    def wavelengths(self, order: int) -> np.ndarray:
        """Wavelength in Angstrom at every pixel along an order."""
        t = np.linspace(-0.5, 0.5, self.length)
        if self.reverse:
            t = -t
        middle = self.constant / order
        # Near blaze all orders share the dispersion in units of their wavelength.
        return np.asarray(middle * (1 + t * self.coverage / np.median(self.orders)))

    @property
    def line_width(self) -> float:
        """Width of a line in units of its wavelength."""
        return self.sigma * self.coverage / float(np.median(self.orders)) / self.length

    def image(self, flux: Flux, profile: Flux) -> np.ndarray:
        """Draws all orders of a spectrum, `(width, length)`.

        Args:
            flux: Spectrum as a function of evenly spaced wavelengths.
            profile: Light across an order, as a function of the distance from its
                middle in units of `half_width`.
        """
        canvas = np.zeros((self.width, self.length), dtype=np.float32)
        t = np.linspace(-1, 1, self.length)
        relative = self.orders / np.median(self.orders)
        for order, centre, scale in zip(
            self.orders, self.centres, relative, strict=True
        ):
            wavelength = self.wavelengths(int(order))
            middle = self.constant / order
            blaze = np.sinc(0.88 * order * (wavelength / middle - 1)) ** 2
            light = flux(wavelength) * (0.98 * blaze + 0.01)
            bend = self.bow * (1.3 - 0.3 * scale) * (t**2 - 0.33) + 0.5 * self.tilt * t
            for offset, strength in self.fibres:
                self._add(canvas, light * strength, centre + offset + bend, profile)
        return canvas

    def _add(
        self, canvas: np.ndarray, light: np.ndarray, place: np.ndarray, profile: Flux
    ) -> None:
        """Adds one order: all rows that its light can reach, at once."""
        reach = int(np.ceil(self.half_width * 1.7)) + 1
        if place.max() < -reach or place.min() > self.width + reach:
            return
        steps = np.arange(-reach, reach + 1)[:, None]
        rows = np.round(place).astype(int)[None, :] + steps
        distance = (rows - place[None, :]).astype(np.float32)
        value = self._leaning(light, steps) * profile(distance / self.half_width)
        inside = (rows >= 0) & (rows < self.width)
        columns = np.broadcast_to(np.arange(self.length)[None, :], rows.shape)
        # A place occurs once: rows of one column differ.
        canvas[rows[inside], columns[inside]] += value[inside].astype(np.float32)

    def _leaning(self, light: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Light of an order in each of its rows, moved by the lean of the slit."""
        if abs(self.lean) < 0.02:
            return light[None, :].astype(np.float32)
        shift = self.lean * steps
        whole = np.floor(shift).astype(int)
        part = (shift - whole).astype(np.float32)
        place = np.arange(self.length)[None, :] + whole
        values = light.astype(np.float32)
        first = values[np.clip(place, 0, self.length - 1)]
        second = values[np.clip(place + 1, 0, self.length - 1)]
        return np.asarray(first * (1 - part) + second * part)

    def on_detector(self, image: np.ndarray) -> np.ndarray:
        """Turns the image so that orders run along the detector's own axis."""
        return np.ascontiguousarray(image.T) if self.upright else image


def draw_echelle(shot: Shot) -> Echelle:
    """The echelle at this camera."""
    rng = keyed_generator(shot.seed, "echelle", shot.camera.number)
    upright = chance(rng, 0.2 if shot.width >= shot.height else 0.75)
    length, width = (shot.height, shot.width) if upright else (shot.width, shot.height)
    constant = pick(rng, GRATINGS)
    orders, centres = _draw_orders(rng, constant, width)
    spacing = np.abs(np.gradient(centres))
    typical = float(np.median(spacing))
    fibres, half_width = _draw_fibres(rng, typical, float(spacing.min()))
    coverage = log_uniform(rng, 0.6, 2.2)
    climb = typical * coverage * uniform(rng, 0.0, 1.4) * pick(rng, (-1.0, 1.0))
    return Echelle(
        length=length,
        width=width,
        upright=upright,
        reverse=chance(rng, 0.5),
        orders=orders,
        centres=centres,
        bow=float(rng.normal(0.0, 0.025)) * length * pick(rng, {0.2: 1, 1.0: 2}),
        tilt=climb if chance(rng, 0.8) else float(rng.normal(0.0, 0.05)) * length,
        coverage=coverage,
        half_width=half_width,
        lean=float(rng.normal(0.0, 0.12)),
        constant=constant,
        sigma=max(log_uniform(rng, 0.8, 2.5) * shot.camera.format.shrink, 0.55),
        fibres=fibres,
    )


def _draw_orders(
    rng: np.random.Generator, constant: float, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Diffraction orders and their places in pixels across."""
    blue, red = uniform(rng, 3600, 5000), uniform(rng, 6200, 9500)
    orders = np.arange(int(constant / red), int(constant / blue) + 1)
    share = log_uniform(rng, 0.65, 1.6)
    # A detector with few pixels across can hold but a part of the orders.
    most = max(int(0.7 * share * width / _SMALLEST_SPACING), 5)
    if orders.size > most:
        first = int(rng.integers(orders.size - most + 1))
        orders = orders[first : first + most]
    # A grating spreads the red orders, a prism the blue ones.
    power = pick(rng, {1.0: 0.55, -1.0: 0.2, -2.0: 0.25})
    place = (constant / orders / 5500) ** power
    place = (place - place.min()) / np.ptp(place)
    if chance(rng, 0.5):
        place = 1 - place
    slack = abs(share - 1) / 2
    centres = width * (0.5 + share * (place - 0.5) + uniform(rng, -0.7, 0.7) * slack)
    # Orders that would run into each other are lost in the light between them.
    kept = np.abs(np.gradient(centres)) >= _SMALLEST_SPACING
    if kept.sum() < 4:
        kept[:] = True
    return orders[kept], centres[kept]


def _draw_fibres(
    rng: np.random.Generator, typical: float, least: float
) -> tuple[tuple[tuple[float, float], ...], float]:
    """Images of each order, and half the height of one in pixels."""
    count = pick(rng, {1: 0.78, 2: 0.15, 3: 0.07})
    if count == 1 or typical < 8:
        half = typical * log_uniform(rng, 0.07, 0.34)
        return ((0.0, 1.0),), max(min(half, 0.6 * least), 0.7)
    step = typical * uniform(rng, 0.5, 0.8) / count
    places = (np.arange(count) - (count - 1) / 2) * step
    strengths = rng.uniform(0.5, 1.0, count)
    fibres = tuple((float(p), float(s)) for p, s in zip(places, strengths, strict=True))
    return fibres, max(0.28 * step, 0.7)
