"""The classes of frames that can be simulated, in the observatory's order."""

from mesa_keras.simulation.frames import (
    closed_shutter,
    deep_sky,
    echelle_frames,
    flat_field,
    long_slit_frames,
    solar,
    unknown_frames,
)
from mesa_keras.simulation.frames.scene import SceneMaker

SCENES: dict[str, SceneMaker] = {
    "bias": closed_shutter.bias,
    "darks": closed_shutter.darks,
    "flats": flat_field.flats,
    "deep_sky": deep_sky.deep_sky,
    "flat_dados": long_slit_frames.flat_dados,
    "spectrum_dados": long_slit_frames.spectrum_dados,
    "wavelength_calibration_dados": long_slit_frames.wavelength_calibration_dados,
    "flat_baches": echelle_frames.flat_baches,
    "spectrum_baches": echelle_frames.spectrum_baches,
    "wavelength_calibration_baches": echelle_frames.wavelength_calibration_baches,
    "einsteinturm": solar.einsteinturm,
}
FRAME_CLASSES = tuple(SCENES)
# Not a class: frames on which a classifier should abstain.
UNKNOWN = "unknown"
SCENES[UNKNOWN] = unknown_frames.unknown

# Part of each class in the archive of the observatory.
OBSERVATORY_FRACTIONS = dict(
    zip(
        FRAME_CLASSES,
        (0.008, 0.15, 0.13, 0.62, 0.01, 0.013, 0.01, 0.03, 0.006, 0.008, 0.016),
        strict=True,
    )
)
