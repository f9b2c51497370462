"""Shots of plain cameras, whose numbers a test can work out."""

import dataclasses

import numpy as np

from mesa_keras.simulation.frames.camera import Camera, DarkSignal, FixedPattern
from mesa_keras.simulation.frames.detectors import DetectorFormat
from mesa_keras.simulation.frames.night import Night, draw_night
from mesa_keras.simulation.frames.scene import Shot
from mesa_keras.simulation.frames.treatment import Treatment


def plain_camera(height=64, width=96, **changes) -> Camera:
    """A camera without faults: 2 electrons per unit, 10 electrons read noise."""
    values = {
        "number": 0,
        "technology": "ccd",
        "format": DetectorFormat(width, height, 1.0, 9.0, 1, 1.0),
        "bits": 16,
        "shift": 0,
        "gain": 2.0,
        "full_well": 1e5,
        "read_noise": 10.0,
        "pedestal": 500.0,
        "mosaic": None,
        "cooled": True,
        "blooms": False,
        "dark": DarkSignal(
            rate=0.0,
            doubling=6.0,
            clamped=False,
            hot_fraction=0.0,
            hot_spread=1.0,
            hot_strength=1.0,
            noisy_fraction=0.0,
            glow_rate=0.0,
        ),
        "pattern": FixedPattern(
            columns=0.0,
            rows=0.0,
            banding=0.0,
            amplifiers=0.0,
            response=0.0,
            overscan=0.0,
            chips=1,
        ),
    }
    return Camera(**{**values, **changes})


def plain_shot(camera=None, *, seed=0, night=None, treatment=None, **changes) -> Shot:
    """A shot of the whole detector at 20 degrees Celsius."""
    camera = camera or plain_camera()
    warm: Night = dataclasses.replace(
        draw_night(0, camera, 0), sensor_temperature=20.0, set_temperature=20.0
    )
    values = {
        "seed": seed,
        "camera": camera,
        "night": night or warm,
        "rng": np.random.default_rng(seed),
        "treatment": treatment or Treatment(),
        "height": camera.format.height,
        "width": camera.format.width,
    }
    return Shot(**{**values, **changes})
