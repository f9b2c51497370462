"""Simulated camera and spectrograph frames of eleven classes, as real files."""

from mesa_keras.simulation.frames.classes import (
    FRAME_CLASSES,
    OBSERVATORY_FRACTIONS,
    UNKNOWN,
)
from mesa_keras.simulation.frames.frame import (
    FrameSimulation,
    SimulatedFrame,
    simulate_frame,
)
from mesa_keras.simulation.frames.frame_file import write_frame
from mesa_keras.simulation.frames.frame_set import (
    FRAME_FACTS,
    FRAME_TABLE,
    frame_counts,
    simulate_frames,
)

__all__ = [
    "FRAME_CLASSES",
    "FRAME_FACTS",
    "FRAME_TABLE",
    "OBSERVATORY_FRACTIONS",
    "UNKNOWN",
    "FrameSimulation",
    "SimulatedFrame",
    "frame_counts",
    "simulate_frame",
    "simulate_frames",
    "write_frame",
]
