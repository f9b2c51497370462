"""Cameras: what stays the same for all frames of one detector."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    uniform,
)

# Width, height and pixel size (micrometres) of detectors as they are sold and used,
# from their data sheets. Larger ones are read out binned or cropped.
DETECTORS = (
    (765, 510, 9.0),
    (1530, 1020, 9.0),
    (2184, 1472, 6.8),
    (3072, 2048, 9.0),
    (3326, 2504, 5.4),
    (4008, 2672, 9.0),
    (1392, 1040, 6.45),
    (2750, 2200, 4.54),
    (3388, 2712, 3.69),
    (752, 582, 8.3),
    (640, 480, 7.4),
    (1280, 960, 3.75),
    (1280, 1024, 5.2),
    (1600, 1200, 4.5),
    (1936, 1096, 2.9),
    (1936, 1216, 5.86),
    (1920, 1080, 2.9),
    (2328, 1760, 7.6),
    (2712, 1538, 2.9),
    (3008, 3008, 3.76),
    (3096, 2080, 2.4),
    (4144, 2822, 4.63),
    (3124, 2088, 7.52),
    (2072, 1411, 9.26),
    (3888, 2592, 5.7),
    (512, 512, 24.0),
    (1024, 1024, 24.0),
    (1056, 1027, 13.0),
    (2048, 2048, 13.5),
    (2148, 2048, 15.0),
    (4096, 4096, 9.0),
    (2048, 4096, 15.0),
    (1024, 256, 26.0),
    (1024, 128, 26.0),
    (1340, 400, 20.0),
    (2048, 512, 13.5),
    (1340, 100, 20.0),
)
MOSAICS = ("RGGB", "BGGR", "GRBG", "GBRG")


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A detector with its electronics and the program that drives it.

    Attributes:
        number: Number in the simulation.
        technology: `"ccd"` or `"cmos"`.
        width, height: Pixels as read out.
        window: Part of the field of view along each axis that is read out.
        pixel_um: Size of a pixel in micrometres.
        bits: Bits of the converter.
        shift: Bits by which values are moved up in the file.
        gain: Electrons per converter unit.
        full_well: Electrons that a pixel holds.
        read_noise: Electrons.
        pedestal: Converter units added to every pixel.
        mosaic: Order of the colour filters, or None.
        dark_rate: Electrons per second and pixel at 20 degrees Celsius.
        doubling: Degrees by which the dark current doubles.
        cooled: Whether the temperature is held.
        hot_fraction: Part of the pixels with far more dark current.
        hot_spread: Spread of the logarithm of their dark current.
        glow_rate: Electrons per second of the amplifier glow at its peak.
        column_noise, row_noise: Fixed offsets of columns and rows in units of the read
            noise.
        banding: Offsets of rows that change from frame to frame, same unit.
        response_noise: Relative spread of the sensitivity of pixels.
        overscan: Columns that see no light, at the right edge.
        blooms: Whether full pixels spill along their column.
    """

    number: int
    technology: str
    width: int
    height: int
    window: float
    pixel_um: float
    bits: int
    shift: int
    gain: float
    full_well: float
    read_noise: float
    pedestal: float
    mosaic: str | None
    dark_rate: float
    doubling: float
    cooled: bool
    hot_fraction: float
    hot_spread: float
    glow_rate: float
    column_noise: float
    row_noise: float
    banding: float
    response_noise: float
    overscan: int
    blooms: bool

    @property
    def top(self) -> int:
        """Largest value of the converter."""
        return int(2**self.bits - 1)

    @property
    def saturation(self) -> float:
        """Electrons at which the values end."""
        return min(self.full_well, max(self.top - self.pedestal, 1.0) * self.gain)


def draw_camera(seed: int, number: int, max_size: int = 4096) -> Camera:
    """Draws a camera of the simulation.

    Args:
        seed: Seed of the simulation.
        number: Number of the camera.
        max_size: Most pixels along a side; what is larger is read out in part, or with
            larger pixels.
    """
    rng = keyed_generator(seed, "camera", number)
    technology = pick(rng, {"ccd": 0.52, "cmos": 0.48})
    is_cmos = technology == "cmos"
    width, height, window, pixel_um = _draw_format(rng, max_size)
    bits = (
        pick(rng, {8: 0.12, 10: 0.07, 12: 0.42, 14: 0.21, 16: 0.18})
        if is_cmos
        else pick(rng, {8: 0.01, 12: 0.05, 14: 0.06, 15: 0.06, 16: 0.82})
    )
    shift = 0
    if 8 < bits < 16 and chance(rng, 0.6 if is_cmos else 0.1):
        shift = 16 - bits
    full_well = log_uniform(rng, 8e3, 1e5) if is_cmos else log_uniform(rng, 2e4, 2e5)
    amplification = log_uniform(rng, 1.0, 15.0) if is_cmos else 1.0
    gain = full_well * uniform(rng, 0.7, 1.5) / 2**bits / amplification
    if is_cmos:
        pedestal = log_uniform(rng, 0.002, 0.05) * 2**bits
        if chance(rng, 0.2):
            pedestal = uniform(rng, 0.0, 3.0)
    else:
        pedestal = min(log_uniform(rng, 60.0, 4000.0), 0.1 * 2**bits)
    return Camera(
        number=number,
        technology=technology,
        width=width,
        height=height,
        window=window,
        pixel_um=pixel_um,
        bits=bits,
        shift=shift,
        gain=gain,
        full_well=full_well,
        read_noise=log_uniform(rng, 1.0, 6.0) if is_cmos else log_uniform(rng, 3, 25),
        pedestal=float(round(pedestal)),
        mosaic=pick(rng, MOSAICS) if chance(rng, 0.45 if is_cmos else 0.06) else None,
        **_draw_faults(rng, is_cmos),
    )


def _draw_format(
    rng: np.random.Generator, max_size: int
) -> tuple[int, int, float, float]:
    """Width, height, part of the field read out, and pixel size."""
    if chance(rng, 0.6):
        width, height, pixel_um = pick(rng, DETECTORS)
        binning = pick(rng, {1: 0.6, 2: 0.3, 3: 0.05, 4: 0.05})
        width, height, pixel_um = (
            width // binning,
            height // binning,
            pixel_um * binning,
        )
    else:
        width = round(log_uniform(rng, 320, 4096))
        ratio = pick(rng, {1.0: 0.3, 0.75: 0.2, 0.667: 0.2, 0.5625: 0.1, 0.25: 0.2})
        height = round(width * ratio * uniform(rng, 0.9, 1.1))
        pixel_um = round(log_uniform(rng, 2.0, 24.0), 2)
    window = 1.0
    if chance(rng, 0.12):
        window = uniform(rng, 0.15, 0.8)
        width, height = round(width * window), round(height * window)
    largest = max(width, height)
    if largest > max_size:
        factor = max_size / largest
        width, height = int(width * factor), int(height * factor)
        if chance(rng, 0.4):
            window *= factor
        else:
            pixel_um = round(pixel_um / factor, 2)
    smallest = min(64, max_size)
    even = [max(side, smallest) // 2 * 2 for side in (width, height)]
    return even[0], even[1], window, pixel_um


def _draw_faults(rng: np.random.Generator, is_cmos: bool) -> dict[str, float]:
    """Everything that makes a dark frame of one camera unlike another's."""
    cooled = chance(rng, 0.65 if is_cmos else 0.93)
    return {
        "dark_rate": log_uniform(rng, 0.03, 3.0)
        if is_cmos
        else log_uniform(rng, 0.1, 30),
        "doubling": uniform(rng, 5.0, 7.5),
        "cooled": cooled,
        "hot_fraction": log_uniform(rng, 1e-5, 2e-2),
        "hot_spread": uniform(rng, 0.6, 1.8),
        "glow_rate": log_uniform(rng, 0.005, 5.0) if chance(rng, 0.35) else 0.0,
        "column_noise": log_uniform(rng, 0.02, 1.0) if chance(rng, 0.6) else 0.0,
        "row_noise": log_uniform(rng, 0.02, 0.6) if chance(rng, 0.4) else 0.0,
        "banding": log_uniform(rng, 0.02, 0.6) if chance(rng, 0.4) else 0.0,
        "response_noise": log_uniform(rng, 0.002, 0.03),
        "overscan": int(rng.integers(4, 60)) if chance(rng, 0.1) else 0,
        "blooms": not is_cmos and chance(rng, 0.4),
    }
