"""What a frame is asked to show, and what reaches the detector."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.night import Night
from mesa_keras.simulation.frames.randomness import pick
from mesa_keras.simulation.frames.treatment import Treatment


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One exposure to be drawn.

    Attributes:
        seed: Seed of the simulation.
        camera: Camera that takes it.
        night: Night on which it is taken.
        rng: Generator of this frame.
        treatment: What is done to the values before they are stored.
        height, width: Pixels.
        centre: Place of the middle of these pixels on the detector, `(y, x)` in units
            of half its diagonal.
    """

    seed: int
    camera: Camera
    night: Night
    rng: np.random.Generator
    treatment: Treatment
    height: int
    width: int
    centre: tuple[float, float] = (0.0, 0.0)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width

    @property
    def diagonal(self) -> float:
        """Pixels along the diagonal of the whole field of view."""
        detector = self.camera.format
        return float(np.hypot(detector.height, detector.width)) / detector.window

    def field_of_view(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows `(height, 1)` and columns `(1, width)` in units of half the diagonal.

        Zero is the optical axis; a window of the detector spans less than the whole.
        """
        v, u = (
            (np.arange(n, dtype=np.float32) - n / 2) * (2 / self.diagonal) + middle
            for n, middle in zip(self.shape, self.centre, strict=True)
        )
        return v[:, None].astype(np.float32), u[None, :].astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Light of one exposure.

    Attributes:
        kind: Which variant of the class it is, for the truth table.
        seconds: Exposure time.
        electrons: Expected electrons per pixel from light, `(height, width)`; None for
            a closed shutter.
        colour: Relative response of the red, green and blue filters, each of a shape
            that broadcasts to the image.
        target: What a header would name as object.
        filter_name: Filter, empty without one.
        lamp: Lamp that was lit, if any.
        dispersion_axis: Axis of the image along which wavelength changes, if it does.
        truth: Further values for the truth table.
    """

    kind: str
    seconds: float
    electrons: np.ndarray | None = None
    colour: tuple[np.ndarray | float, ...] = (1.0, 1.0, 1.0)
    target: str = ""
    filter_name: str = ""
    lamp: str = ""
    dispersion_axis: int | None = None
    truth: dict[str, float | str] = field(default_factory=dict)


SceneMaker = Callable[[Shot], Scene]

_SECONDS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 4, 5, 6, 8),
    *(10, 12, 15, 20, 25, 30, 40, 45, 60, 90, 100, 120, 150, 180, 200, 240, 300, 360),
    *(400, 450, 480, 500, 600, 720, 800, 900, 1000, 1200, 1500, 1800, 2400, 3600),
)


def usual_seconds(rng: np.random.Generator, low: float, high: float) -> float:
    """An exposure time between two values as observers choose it."""
    usual = [s for s in _SECONDS if low <= s <= high]
    if not usual:
        raise ValueError(f"no usual exposure time from {low} to {high} s")
    target = np.log(low) + rng.random() * (np.log(high) - np.log(low))
    nearest = min(usual, key=lambda s: abs(np.log(s) - target))
    if rng.random() < 0.1:
        # A few are odd: exposure meters and sequencers choose what they like.
        return round(nearest * float(rng.uniform(0.8, 1.2)), 3)
    return float(nearest)


def usual_filter(rng: np.random.Generator) -> str:
    """A filter as headers name it; often none."""
    return pick(
        rng,
        {"": 4, "V": 2, "B": 2, "R": 2, "I": 1, "U": 0.3, "Clear": 1, "L": 1,
         "Red": 0.7, "Green": 0.7, "Blue": 0.7, "Ha": 1, "OIII": 0.7, "SII": 0.5,
         "Lum": 0.6, "Luminance": 0.5, "g'": 0.3, "r'": 0.4, "i'": 0.3, "z'": 0.1,
         "gp": 0.1, "rp": 0.2, "H-alpha": 0.3, "UV/IR-cut": 0.2, "open": 0.2},
    )  # fmt: skip
