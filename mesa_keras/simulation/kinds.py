"""The kinds of objects in the built-in survey, and how common they are."""

from collections.abc import Callable

import numpy as np

from mesa_keras.simulation.false_positives import (
    draw_background,
    draw_detached,
    draw_grazing,
    draw_instrument,
    draw_variability,
)
from mesa_keras.simulation.population import Event, Star, draw_planets

Draw = Callable[[Star, float, np.random.Generator], list[Event]]
# How to draw each kind, and how often a star is given it. Not all are detected.
KINDS: dict[str, tuple[Draw, float]] = {
    "planet": (draw_planets, 0.52),
    "eclipsing_binary": (draw_detached, 0.13),
    "grazing_binary": (draw_grazing, 0.08),
    "background_binary": (draw_background, 0.15),
    "variability": (draw_variability, 0.06),
    "instrument": (draw_instrument, 0.06),
}
