"""Formats of detectors as they are sold, binned, cropped and used."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform

# Width, height and pixel size (micrometres), from data sheets.
DETECTORS = (
    (640, 480, 7.4),
    (640, 480, 5.6),
    (752, 582, 8.3),
    (765, 510, 9.0),
    (1280, 960, 3.75),
    (1280, 1024, 5.2),
    (1304, 976, 3.75),
    (1392, 1040, 6.45),
    (1530, 1020, 9.0),
    (1600, 1200, 4.5),
    (1920, 1080, 2.9),
    (1936, 1096, 2.9),
    (1936, 1216, 5.86),
    (2184, 1472, 6.8),
    (2328, 1760, 7.6),
    (2712, 1538, 2.9),
    (2750, 2200, 4.54),
    (3008, 3008, 3.76),
    (3040, 2016, 7.8),
    (3072, 2048, 9.0),
    (3096, 2080, 2.4),
    (3326, 2504, 5.4),
    (3388, 2712, 3.69),
    (3840, 2160, 2.0),
    (3906, 2602, 5.7),
    (4008, 2672, 9.0),
    (4144, 2822, 4.63),
    (4656, 3520, 3.8),
    (4944, 3284, 4.8),
    (6248, 4176, 3.76),
    (9576, 6388, 3.76),
    (382, 255, 18.0),
    (384, 576, 22.0),
    (512, 512, 24.0),
    (800, 800, 15.0),
    (1024, 1024, 24.0),
    (1056, 1027, 13.0),
    (2048, 2048, 13.5),
    (2048, 2064, 13.5),
    (2148, 2048, 15.0),
    (4096, 4096, 9.0),
    (4612, 2048, 13.5),
    (2048, 4096, 15.0),
    (2048, 4102, 15.0),
    (2068, 4128, 15.0),
    (2080, 2048, 15.0),
)
# Detectors, or windows of them, for spectra only.
STRIPS = (
    (1024, 255, 26.0),
    (1024, 256, 26.0),
    (1024, 128, 26.0),
    (1024, 100, 13.0),
    (1340, 400, 20.0),
    (1340, 100, 20.0),
    (1600, 200, 12.0),
    (2048, 300, 13.5),
    (2048, 512, 13.5),
    (2048, 256, 13.5),
    (4096, 512, 15.0),
    (3072, 1024, 15.0),
    (1200, 400, 15.0),
    (2220, 400, 6.5),
    (400, 2048, 15.0),
    (512, 3100, 13.5),
)
STRIP_RATIO = 2.2


@dataclass(frozen=True)
class DetectorFormat:
    """What a camera reads out.

    Attributes:
        width, height: Pixels.
        window: Part of the field of view along each axis that is read out.
        pixel_um: Size of a pixel as read out in micrometres.
        binning: Detector pixels per pixel along each axis, as a header would say.
        shrink: Pixels here per pixel of the camera that was drawn, 1 or less: small
            simulations draw large detectors with fewer, larger pixels.
    """

    width: int
    height: int
    window: float
    pixel_um: float
    binning: int
    shrink: float

    @property
    def is_strip(self) -> bool:
        """Whether the format is that of a spectrograph rather than of a camera."""
        long, short = max(self.width, self.height), min(self.width, self.height)
        return long > STRIP_RATIO * short


def draw_format(rng: np.random.Generator, max_size: int) -> DetectorFormat:
    """Draws a format.

    Args:
        rng: Generator of the camera.
        max_size: Most pixels along a side; what is larger is read out in part, or
            drawn with larger pixels.
    """
    width, height, pixel_um, binning, is_strip = _draw_detector(rng)
    window = 1.0
    if not is_strip and chance(rng, 0.1):
        window = uniform(rng, 0.2, 0.8)
        width, height = round(width * window), round(height * window)
    shrink = 1.0
    largest = max(width, height)
    if largest > max_size:
        factor = max_size / largest
        width, height = int(width * factor), int(height * factor)
        if chance(rng, 0.3):
            window *= factor
        else:
            shrink = factor
    smallest = min(48, max_size)
    return DetectorFormat(
        # Even sides keep the four colour filters together.
        max(width, smallest) // 2 * 2,
        max(height, smallest) // 2 * 2,
        window,
        pixel_um,
        binning,
        shrink,
    )


def _draw_detector(rng: np.random.Generator) -> tuple[int, int, float, int, bool]:
    """Width, height and size of the pixels as binned, binning, and if it is a strip."""
    kind = pick(rng, {"sold": 0.52, "strip": 0.1, "other": 0.38})
    if kind == "other":
        width = round(log_uniform(rng, 320, 4096))
        ratio = pick(rng, {1.0: 0.35, 0.75: 0.25, 0.667: 0.25, 0.5625: 0.15})
        height = round(width * ratio * uniform(rng, 0.92, 1.08))
        return width, height, round(log_uniform(rng, 2.0, 24.0), 2), 1, False
    width, height, pixel_um = pick(rng, STRIPS if kind == "strip" else DETECTORS)
    binning = 1
    if kind == "sold" or chance(rng, 0.2):
        binning = pick(rng, {1: 0.6, 2: 0.3, 3: 0.05, 4: 0.05})
    if min(width, height) < 100 * binning:
        binning = 1
    size = round(pixel_um * binning, 2)
    return width // binning, height // binning, size, binning, kind == "strip"
