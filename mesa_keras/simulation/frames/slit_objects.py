"""What a slit is pointed at: stars, nebulae, galaxies, the bright sky."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames import spectrum
from mesa_keras.simulation.frames.long_slit import Slit
from mesa_keras.simulation.frames.randomness import (
    chance,
    log_uniform,
    pick,
    smooth_curve,
    uniform,
)
from mesa_keras.simulation.frames.scene import Shot


@dataclass(frozen=True)
class SlitLight:
    """Light behind the slit.

    Attributes:
        kind: What it comes from.
        image: Electrons, `(width, length)`.
    """

    kind: str
    image: np.ndarray


def draw_object(
    shot: Shot, slit: Slit, response: np.ndarray, slit_light: np.ndarray
) -> SlitLight:
    """Draws an object with the sky around it.

    Args:
        shot: Camera and generator.
        slit: Spectrograph.
        response: Throughput on the grid of the slit.
        slit_light: Light along the slit, `(width, 1)` or `(width, length)`.
    """
    rng, camera = shot.rng, shot.camera
    noise = camera.faintest(shot.treatment.averaged)
    faintest = min(3 * noise, 0.3 * camera.saturation)
    peak = log_uniform(rng, faintest, 1.5 * camera.saturation)
    if chance(rng, 0.6):
        peak = max(log_uniform(rng, 0.02, 1.1) * camera.saturation, faintest)
    kind = pick(rng, {"star": 0.72, "nebula": 0.12, "galaxy": 0.07, "daylight": 0.07,
                      "slitless": 0.02})  # fmt: skip
    if kind != "star":
        peak = max(peak, min(4 * faintest, 0.5 * camera.saturation))
    if kind == "daylight":
        flux = spectrum.daylight(slit.wavelengths, slit.line_width) * response
        image = slit.dispersed(flux / flux.max()) * slit_light * np.float32(peak)
        return SlitLight(kind, image)
    if kind == "star":
        kind, image = _stars(shot, slit, response, peak)
    elif kind == "slitless":
        _, image = _stars(shot, slit, response, peak, count=int(rng.integers(3, 12)))
    else:
        image = _gas(shot, slit, response, kind) * np.float32(peak) * slit_light
    if not (shot.treatment.zeroed and chance(rng, 0.6)):
        night = spectrum.sky_spectrum(rng, slit.wavelengths, slit.line_width) * response
        level = noise * log_uniform(rng, 0.05, 60)
        level = min(level, 0.3 * camera.saturation)
        glow = slit.dispersed(night / max(night.max(), 1e-6)) * np.float32(level)
        image = image + (glow * slit_light if kind != "slitless" else level)
    if shot.treatment.zeroed and chance(rng, 0.15):
        # Two exposures at two places of the slit, subtracted from each other.
        image = image - np.roll(image, round(uniform(rng, 0.1, 0.3) * slit.width), 0)
    return SlitLight(kind, np.asarray(image, dtype=np.float32))


def _stars(
    shot: Shot, slit: Slit, response: np.ndarray, peak: float, count: int = 0
) -> tuple[str, np.ndarray]:
    """One or several spectra of stars; the first is the brightest."""
    rng = shot.rng
    count = count or pick(rng, {1: 0.78, 2: 0.14, 3: 0.05, 5: 0.03})
    image = np.zeros((slit.width, slit.length), dtype=np.float32)
    fwhm = max(log_uniform(rng, 2.0, 12.0) * shot.camera.format.shrink, 1.2)
    wide = min(fwhm * (uniform(rng, 2, 12) if chance(rng, 0.08) else 1), slit.width / 5)
    first_kind = ""
    for i in range(count):
        kind, flux = spectrum.stellar_spectrum(rng, slit.wavelengths, slit.line_width)
        flux = flux * response
        if chance(rng, 0.1):
            flux = flux + _second_order(rng, slit) * flux.max()
        first_kind = first_kind or kind
        level = peak * (1.0 if i == 0 else log_uniform(rng, 0.01, 0.7))
        trace = _trace(rng, slit, wide)
        image += slit.dispersed(flux / flux.max()) * trace * np.float32(level)
    return first_kind, image


def _second_order(rng: np.random.Generator, slit: Slit) -> np.ndarray:
    """Blue light that a grating sends where red light of the first order falls."""
    half = slit.wavelengths / 2
    _, flux = spectrum.stellar_spectrum(rng, half, slit.line_width / 2)
    passed = 1 / (1 + np.exp(np.clip((3450 - half) / 60, -40, 40)))
    return np.asarray(log_uniform(rng, 0.01, 0.3) * passed * flux)


def _trace(rng: np.random.Generator, slit: Slit, fwhm: float) -> np.ndarray:
    """Light of a star along and across the slit, `(width, length)`, peak 1."""
    opening = slit.openings[int(rng.integers(len(slit.openings)))]
    low, high = max(opening.start, 0.06), min(opening.end, 0.94)
    place = (low + uniform(rng, 0.15, 0.85) * max(high - low, 0.0)) * slit.width
    x = np.linspace(-0.5, 0.5, slit.length, dtype=np.float32)
    centre = place + slit.path()
    # Air and optics blur the ends of the spectrum more than its middle.
    growth = 1 + uniform(rng, -0.3, 0.5) * x + uniform(rng, 0, 0.6) * 4 * x * x
    half = np.maximum(0.7 * fwhm * growth, 0.5).astype(np.float32)
    y = np.arange(slit.width, dtype=np.float32)[:, None] - centre[None, :]
    power = uniform(rng, 2.0, 4.0)
    trace = (1 + (y / half[None, :]) ** 2) ** np.float32(-power)
    return np.asarray(trace * slit.bent(slit.profile(opening, 1.0)), dtype=np.float32)


def _gas(shot: Shot, slit: Slit, response: np.ndarray, kind: str) -> np.ndarray:
    """Light that fills part of the slit, with lines of its own, peak about 1."""
    rng = shot.rng
    wavelength = slit.wavelengths
    flux = spectrum.nebular_spectrum(rng, wavelength, slit.line_width)
    y = np.linspace(0, 1, slit.width)
    middle, size = uniform(rng, 0.2, 0.8), log_uniform(rng, 0.02, 0.5)
    along = np.exp(-0.5 * ((y - middle) / size) ** 2)
    along = along * np.maximum(1 + smooth_curve(rng, slit.width, 12, 0.4), 0)
    image = slit.dispersed(flux * response) * along[:, None].astype(np.float32)
    if kind == "galaxy" or chance(rng, 0.4):
        _, star = spectrum.stellar_spectrum(rng, wavelength, slit.line_width)
        core = _trace(rng, slit, max(0.04 * slit.width, 2.0))
        share = np.float32(uniform(rng, 0.1, 2.0))
        image += share * slit.dispersed(star * response) * core
    return np.asarray(image / max(float(image.max()), 1e-6), dtype=np.float32)
