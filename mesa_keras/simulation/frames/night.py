"""Nights: what the frames of one date and camera share."""

import datetime as dt
from dataclasses import dataclass

from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    uniform,
)


@dataclass(frozen=True, kw_only=True)
class Night:
    """Date, temperature and sky of one night at one camera.

    Attributes:
        number: Number among the nights of the camera.
        start: Sunset, universal time.
        ambient: Temperature of the air in degrees Celsius.
        sensor_temperature: Temperature of the detector in degrees Celsius.
        set_temperature: What the cooler was told, or None without a cooler.
        seeing: Width of star images in seconds of arc.
        sky_brightness: Light of the sky relative to a dark site.
        moon: Illuminated part of the Moon, 0 to 1.
        dust: Which dust lies in the light path; grains move between nights.
    """

    number: int
    start: dt.datetime
    ambient: float
    sensor_temperature: float
    set_temperature: float | None
    seeing: float
    sky_brightness: float
    moon: float
    dust: int


def draw_night(seed: int, camera: Camera, number: int) -> Night:
    """Draws a night of a camera.

    Args:
        seed: Seed of the simulation.
        camera: Camera that observed.
        number: Number of the night.
    """
    rng = keyed_generator(seed, "night", camera.number, number)
    start = dt.datetime(1996, 1, 1) + dt.timedelta(
        days=int(rng.integers(0, 11000)), hours=uniform(rng, 16.0, 22.0)
    )
    ambient = round(uniform(rng, -12.0, 28.0), 1)
    set_temperature = None
    sensor_temperature = ambient + uniform(rng, 2.0, 14.0)
    if camera.cooled:
        set_temperature = pick(
            rng,
            {
                5.0: 0.5,
                0.0: 2,
                -5.0: 1,
                -10.0: 4,
                -15.0: 2,
                -20.0: 4,
                -25.0: 1,
                -30.0: 1,
                -40.0: 0.5,
                -70.0: 0.2,
                -110.0: 0.3,
            },
        )
        sensor_temperature = set_temperature + float(rng.normal(0.0, 0.3))
        if chance(rng, 0.05):
            sensor_temperature += uniform(rng, 1.0, 12.0)
    return Night(
        number=number,
        start=start,
        ambient=ambient,
        sensor_temperature=round(sensor_temperature, 2),
        set_temperature=set_temperature,
        seeing=log_uniform(rng, 0.8, 6.0),
        sky_brightness=log_uniform(rng, 1.0, 60.0),
        moon=uniform(rng, 0.0, 1.0),
        dust=int(rng.integers(2)) if chance(rng, 0.3) else 0,
    )
