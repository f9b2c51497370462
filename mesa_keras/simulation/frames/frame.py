"""One simulated frame: camera, night, scene, values and header."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.simulation.frames.camera import draw_camera
from mesa_keras.simulation.frames.classes import SCENES
from mesa_keras.simulation.frames.frame_file import FITS_SUFFIXES, TIFF_SUFFIXES
from mesa_keras.simulation.frames.frame_header import SimulatedHeader, draw_header
from mesa_keras.simulation.frames.night import draw_night
from mesa_keras.simulation.frames.processing import draw_product
from mesa_keras.simulation.frames.randomness import chance, keyed_generator, pick
from mesa_keras.simulation.frames.scene import Shot

SMALLEST_SIDE = 64
LARGEST_SIDE = 4096


@dataclass(frozen=True, kw_only=True)
class FrameSimulation:
    """What determines every frame of a simulation.

    Attributes:
        seed: Seed, 0 or more.
        cameras: Number of cameras.
        nights: Nights of each camera.
        max_size: Most pixels along a side.
    """

    seed: int = 0
    cameras: int = 400
    nights: int = 4
    max_size: int = 1024

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ValueError(f"`seed` must be 0 or more. Received: {self.seed}")
        for name in ("cameras", "nights"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"`{name}` must be 1 or more. Received: {getattr(self, name)}"
                )
        if not SMALLEST_SIDE <= self.max_size <= LARGEST_SIDE:
            raise ValueError(
                f"`max_size` must be from {SMALLEST_SIDE} to {LARGEST_SIDE}. "
                f"Received: {self.max_size}"
            )


@dataclass(frozen=True)
class SimulatedFrame:
    """A frame as it would be stored.

    Attributes:
        name: File name.
        pixels: `(height, width)` or `(height, width, 3)`.
        header: Cards and what is true of them.
        truth: Row of `frames.csv` without the file.
    """

    name: str
    pixels: np.ndarray
    header: SimulatedHeader
    truth: dict[str, Any]


def simulate_frame(
    simulation: FrameSimulation, label: str, number: int
) -> SimulatedFrame:
    """Simulates one frame; it depends on the simulation, its class and number alone.

    Args:
        simulation: Seed, cameras, nights and size.
        label: Class, one of `FRAME_CLASSES`.
        number: Number within the class, from 0.

    Raises:
        ValueError: If the class is unknown.
    """
    if label not in SCENES:
        raise ValueError(
            f"`label` must be one of {', '.join(SCENES)}. Received: {label!r}"
        )
    rng = keyed_generator(simulation.seed, "frame", label, number)
    seed = simulation.seed
    camera = draw_camera(
        seed, int(rng.integers(simulation.cameras)), simulation.max_size
    )
    night = draw_night(seed, camera, int(rng.integers(simulation.nights)))
    shot = Shot(
        seed=seed,
        camera=camera,
        night=night,
        rng=rng,
        height=camera.height,
        width=camera.width,
    )
    scene = SCENES[label](shot)
    header = draw_header(shot, scene, label)
    product = draw_product(shot, scene, label)
    suffixes = FITS_SUFFIXES
    if chance(rng, 0.05) and product.pixels.dtype != np.float64:
        suffixes = TIFF_SUFFIXES
    suffix = pick(rng, suffixes)
    truth = {
        "label": label,
        "camera": f"camera_{camera.number:04d}",
        "night": f"camera_{camera.number:04d}_{night.start:%Y%m%d}",
        "header": header.dialect,
        "header_kind": header.kind,
        "scene": scene.kind,
        "product": product.kind,
        "averaged": product.averaged,
        "height": product.pixels.shape[0],
        "width": product.pixels.shape[1],
        "dtype": str(product.pixels.dtype),
        "seconds": scene.seconds,
        "temperature": night.sensor_temperature,
        "gain": round(camera.gain, 5),
        "read_noise": round(camera.read_noise, 3),
        "pedestal": camera.pedestal,
        "bits": camera.bits,
        "technology": camera.technology,
        "mosaic": camera.mosaic or "",
    }
    return SimulatedFrame(f"{number:06d}{suffix}", product.pixels, header, truth)
