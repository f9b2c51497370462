"""Cameras: what stays the same for all frames of one detector."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.detectors import DetectorFormat, draw_format
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    uniform,
)

MOSAICS = ("RGGB", "BGGR", "GRBG", "GBRG")


@dataclass(frozen=True, kw_only=True)
class DarkSignal:
    """What a detector shows without light.

    Attributes:
        rate: Electrons per second and pixel at 20 degrees Celsius.
        doubling: Degrees by which the rate doubles.
        clamped: Whether the electronics take the mean dark signal away, as many CMOS
            cameras do; its noise stays.
        hot_fraction: Part of the pixels with far more dark current.
        hot_spread: Spread of the logarithm of their dark current.
        hot_strength: Factor on their dark current.
        noisy_fraction: Part of the pixels that jump from frame to frame.
        glow_rate: Electrons per second of the amplifier glow at its peak.
    """

    rate: float
    doubling: float
    clamped: bool
    hot_fraction: float
    hot_spread: float
    hot_strength: float
    noisy_fraction: float
    glow_rate: float


@dataclass(frozen=True, kw_only=True)
class FixedPattern:
    """Traces of the electronics, in units of the read noise where not said otherwise.

    Attributes:
        columns, rows: Offsets of columns and rows.
        banding: Offsets of rows that change from frame to frame.
        amplifiers: Steps between the amplifiers of a detector that has several.
        response: Relative spread of the sensitivity of pixels.
        overscan: Part of the width, at the right, that sees no light.
        chips: Detectors side by side, with gaps between them.
    """

    columns: float
    rows: float
    banding: float
    amplifiers: float
    response: float
    overscan: float
    chips: int


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A detector with its electronics.

    Attributes:
        number: Number in the simulation.
        technology: `"ccd"` or `"cmos"`.
        format: Pixels.
        bits: Bits of the converter.
        shift: Bits by which values are moved up in the file.
        gain: Electrons per converter unit.
        full_well: Electrons that a pixel holds.
        read_noise: Electrons.
        pedestal: Converter units added to every pixel.
        mosaic: Order of the colour filters, or None.
        cooled: Whether the temperature is held.
        blooms: Whether full pixels spill along their column.
        dark: Dark current and hot pixels.
        pattern: Fixed patterns.
    """

    number: int
    technology: str
    format: DetectorFormat
    bits: int
    shift: int
    gain: float
    full_well: float
    read_noise: float
    pedestal: float
    mosaic: str | None
    cooled: bool
    blooms: bool
    dark: DarkSignal
    pattern: FixedPattern

    @property
    def top(self) -> int:
        """Largest value of the converter."""
        return int(2**self.bits - 1)

    @property
    def saturation(self) -> float:
        """Electrons at which the values end."""
        return min(self.full_well, max(self.top - self.pedestal, 1.0) * self.gain)

    @property
    def noise(self) -> float:
        """Noise of a dark pixel in electrons: reading and rounding."""
        return float(np.hypot(self.read_noise, 0.29 * self.gain))

    def faintest(self, averaged: int = 1) -> float:
        """Electrons that stand out of noise and fixed patterns of a mean of frames."""
        pattern = self.pattern
        fixed = pattern.columns + pattern.rows + 0.5 * pattern.amplifiers
        return self.noise * float(np.hypot(averaged**-0.5, fixed))


def draw_camera(seed: int, number: int, max_size: int = 4096) -> Camera:
    """Draws a camera of the simulation.

    Args:
        seed: Seed of the simulation.
        number: Number of the camera.
        max_size: Most pixels along a side.
    """
    rng = keyed_generator(seed, "camera", number)
    is_cmos = chance(rng, 0.48)
    detector = draw_format(rng, max_size)
    bits, shift = _draw_converter(rng, is_cmos)
    full_well = log_uniform(rng, 8e3, 1e5) if is_cmos else log_uniform(rng, 2e4, 2e5)
    amplification = log_uniform(rng, 1.0, 15.0) if is_cmos else 1.0
    gain = full_well * uniform(rng, 0.7, 1.5) / 2**bits / amplification
    read_noise = log_uniform(rng, 1.0, 6.0) if is_cmos else log_uniform(rng, 3, 25)
    # Where pixels were made larger, half of the cameras see the mean of the small ones:
    # so does a reader who reduces a large frame.
    merged = detector.shrink**-2 if chance(rng, 0.5) else 1.0
    mosaic = pick(rng, MOSAICS) if chance(rng, 0.4 if is_cmos else 0.05) else None
    if detector.is_strip and chance(rng, 0.8):
        mosaic = None
    return Camera(
        number=number,
        technology="cmos" if is_cmos else "ccd",
        format=detector,
        bits=bits,
        shift=shift,
        gain=gain * merged,
        full_well=full_well * merged,
        read_noise=read_noise * merged**0.5,
        pedestal=_draw_pedestal(rng, is_cmos, bits),
        mosaic=mosaic,
        cooled=chance(rng, 0.6 if is_cmos else 0.93),
        blooms=not is_cmos and chance(rng, 0.4),
        dark=_draw_dark(rng, is_cmos, merged),
        pattern=_draw_pattern(rng, is_cmos),
    )


def _draw_converter(rng: np.random.Generator, is_cmos: bool) -> tuple[int, int]:
    """Bits, and bits by which the file moves them up."""
    bits = (
        pick(rng, {8: 0.13, 10: 0.06, 12: 0.42, 14: 0.21, 16: 0.18})
        if is_cmos
        else pick(rng, {8: 0.01, 12: 0.05, 14: 0.06, 15: 0.06, 16: 0.82})
    )
    moved = 8 < bits < 16 and chance(rng, 0.6 if is_cmos else 0.1)
    return bits, 16 - bits if moved else 0


def _draw_pedestal(rng: np.random.Generator, is_cmos: bool, bits: int) -> float:
    if not is_cmos:
        return float(round(min(log_uniform(rng, 60.0, 4000.0), 0.1 * 2**bits)))
    if chance(rng, 0.25):
        # Without an offset the lower half of the noise is lost.
        return float(round(uniform(rng, 0.0, 3.0)))
    return float(round(log_uniform(rng, 0.002, 0.07) * 2**bits))


def _draw_dark(rng: np.random.Generator, is_cmos: bool, merged: float) -> DarkSignal:
    rate = log_uniform(rng, 0.03, 3.0) if is_cmos else log_uniform(rng, 0.1, 30)
    return DarkSignal(
        rate=rate * merged,
        doubling=uniform(rng, 5.0, 7.5),
        clamped=chance(rng, 0.45 if is_cmos else 0.03),
        hot_fraction=min(log_uniform(rng, 2e-5, 6e-3) * merged, 0.05),
        hot_spread=uniform(rng, 0.6, 1.8),
        hot_strength=log_uniform(rng, 0.5, 4.0) / merged,
        noisy_fraction=log_uniform(rng, 1e-5, 5e-3) if chance(rng, 0.5) else 0.0,
        glow_rate=log_uniform(rng, 0.003, 2.0) * merged if chance(rng, 0.35) else 0.0,
    )


def _draw_pattern(rng: np.random.Generator, is_cmos: bool) -> FixedPattern:
    return FixedPattern(
        columns=log_uniform(rng, 0.02, 0.8) if chance(rng, 0.6) else 0.0,
        rows=log_uniform(rng, 0.02, 0.5) if chance(rng, 0.4) else 0.0,
        banding=log_uniform(rng, 0.02, 0.5) if chance(rng, 0.4) else 0.0,
        amplifiers=0.0 if is_cmos or chance(rng, 0.88) else log_uniform(rng, 0.2, 5.0),
        response=log_uniform(rng, 0.002, 0.03),
        overscan=0.0 if is_cmos or chance(rng, 0.82) else uniform(rng, 0.008, 0.06),
        chips=1 if is_cmos else pick(rng, {1: 0.94, 2: 0.03, 3: 0.03}),
    )
