"""One simulated frame: camera, night, scene, values and header."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.simulation.frames.camera import Camera, draw_camera
from mesa_keras.simulation.frames.classes import SCENES
from mesa_keras.simulation.frames.frame_file import TIFF_SUFFIXES, draw_suffix
from mesa_keras.simulation.frames.frame_header import (
    NO_HEADER,
    OBSERVATORIES,
    SimulatedHeader,
    draw_header,
)
from mesa_keras.simulation.frames.framing import draw_framing
from mesa_keras.simulation.frames.night import Night, draw_night
from mesa_keras.simulation.frames.plate_scan import plate_scan
from mesa_keras.simulation.frames.processing import take_frame
from mesa_keras.simulation.frames.randomness import chance, keyed_generator
from mesa_keras.simulation.frames.scene import Scene, Shot
from mesa_keras.simulation.frames.treatment import Treatment, draw_treatment

SMALLEST_SIDE = 64
LARGEST_SIDE = 4096
PLATE_FRACTION = 0.06


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
        in_extension: Whether a FITS file holds the image in its second part.
    """

    name: str
    pixels: np.ndarray
    header: SimulatedHeader
    truth: dict[str, Any]
    in_extension: bool = False


def simulate_frame(
    simulation: FrameSimulation, label: str, number: int
) -> SimulatedFrame:
    """Simulates one frame; it depends on the simulation, its class and number alone.

    Args:
        simulation: Seed, cameras, nights and size.
        label: Class, one of `FRAME_CLASSES`, or `unknown`.
        number: Number within the class, from 0.

    Raises:
        ValueError: If the class is unknown.
    """
    if label not in SCENES:
        raise ValueError(
            f"`label` must be one of {', '.join(SCENES)}. Received: {label!r}"
        )
    seed = simulation.seed
    rng = keyed_generator(seed, "frame", label, number)
    camera = draw_camera(
        seed, int(rng.integers(simulation.cameras)), simulation.max_size
    )
    night = draw_night(seed, camera, int(rng.integers(simulation.nights)))
    treatment = draw_treatment(rng, label)
    height, width, centre = draw_framing(rng, seed, camera, label, treatment)
    shot = Shot(
        seed=seed,
        camera=camera,
        night=night,
        rng=rng,
        treatment=treatment,
        height=height,
        width=width,
        centre=centre,
    )
    scene, pixels = _drawn(shot, label)
    suffix = draw_suffix(rng, pixels)
    header = draw_header(shot, scene, label)
    if suffix in TIFF_SUFFIXES:
        header = NO_HEADER
    truth = {
        "label": label,
        "camera": f"camera_{camera.number:04d}",
        "night": f"camera_{camera.number:04d}_{night.start:%Y%m%d}",
        "header": header.dialect,
        "header_kind": header.kind,
        **_truth(camera, night, treatment, scene),
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "dtype": str(pixels.dtype),
    }
    in_extension = header.dialect in OBSERVATORIES and chance(rng, 0.3)
    name = f"{number:06d}{suffix}"
    return SimulatedFrame(name, pixels, header, truth, in_extension)


def _drawn(shot: Shot, label: str) -> tuple[Scene, np.ndarray]:
    """What is shown, and the values as stored."""
    if label == "deep_sky" and chance(shot.rng, PLATE_FRACTION):
        return plate_scan(shot)
    scene = SCENES[label](shot)
    return scene, take_frame(shot, scene)


def _truth(
    camera: Camera, night: Night, treatment: Treatment, scene: Scene
) -> dict[str, Any]:
    return {
        "scene": scene.kind,
        "treatment": treatment.kind,
        "averaged": treatment.averaged,
        "seconds": scene.seconds,
        "temperature": night.sensor_temperature,
        "gain": round(camera.gain, 5),
        "read_noise": round(camera.read_noise, 3),
        "pedestal": camera.pedestal,
        "bits": camera.bits,
        "technology": camera.technology,
        "mosaic": camera.mosaic or "",
        "lamp": scene.lamp,
        "details": " ".join(f"{k}={v}" for k, v in scene.truth.items()),
    }
