"""How the values of a frame are changed and stored."""

import numpy as np

from mesa_keras.simulation.frames import colour_image
from mesa_keras.simulation.frames.empty_pixels import with_empty_pixels
from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform
from mesa_keras.simulation.frames.readout import read_out
from mesa_keras.simulation.frames.scene import Scene, Shot
from mesa_keras.simulation.frames.sky import blurred

# Types that hold whole numbers, the first that suffices is taken.
_INTEGERS = (np.uint16, np.int16, np.int32, np.int64)


def take_frame(shot: Shot, scene: Scene) -> np.ndarray:
    """Reads the detector and treats the values as the shot says.

    Returns:
        Pixels as stored, `(height, width)` or `(height, width, 3)`.
    """
    values = read_out(shot, scene)
    treatment, rng = shot.treatment, shot.rng
    if treatment.kind in ("raw", "cropped"):
        return _raw(shot, values)
    values = np.clip(values, 0, shot.camera.top)
    values *= np.float32(2**shot.camera.shift)
    if treatment.zeroed:
        _subtract(shot, scene, values)
    if treatment.normalised:
        return _normalised(shot, scene, values)
    if treatment.stretched:
        return _stretched(shot, values)
    if treatment.kind in ("reduced", "reduced cut-out", "stack"):
        values = _reduced(shot, scene, values)
        if shot.camera.mosaic and chance(rng, 0.5):
            values = colour_image.debayered(rng, values, shot.camera.mosaic)
        return with_empty_pixels(rng, _stored(rng, values))
    return _stored(rng, values)


def converted(shot: Shot, values: np.ndarray) -> np.ndarray:
    """Rounds and cuts as the converter does, `uint8` or `uint16`."""
    camera = shot.camera
    digits = np.clip(np.rint(values), 0, camera.top)
    if camera.bits == 8:
        return np.asarray(digits, dtype=np.uint8)
    return np.asarray(digits, dtype=np.uint16) << np.uint16(camera.shift)


def _raw(shot: Shot, values: np.ndarray) -> np.ndarray:
    """The converter's values, in the type that the program stores."""
    rng, camera = shot.rng, shot.camera
    digits = converted(shot, values)
    if camera.mosaic and chance(rng, 0.22):
        return colour_image.debayered(rng, digits, camera.mosaic)
    kind = pick(rng, {"as is": 0.83, "i2": 0.08, "i4": 0.02, "f4": 0.05, "u1": 0.02})
    if kind == "i2" and digits.max() < 2**15:
        return digits.astype(np.int16)
    if kind == "u1" and digits.dtype == np.uint16:
        return (digits >> np.uint16(8)).astype(np.uint8)
    if kind in ("i4", "f4"):
        return digits.astype(kind)
    return digits


def _subtract(shot: Shot, scene: Scene, values: np.ndarray) -> None:
    """Takes a master bias or dark away, nearly."""
    camera = shot.camera
    level = camera.pedestal
    if scene.electrons is None:
        level = float(np.median(values)) / 2**camera.shift
    unit = 2.0**camera.shift
    miss = float(shot.rng.normal(0.0, 0.4)) * camera.noise / camera.gain * unit
    values -= np.float32(level * unit + miss)


def _normalised(shot: Shot, scene: Scene, values: np.ndarray) -> np.ndarray:
    """Divides a flat by its typical value, or by its mean spectrum."""
    rng = shot.rng
    typical = float(values.mean())
    if chance(rng, 0.5):
        typical = float(np.percentile(values, 98))
    floor = max(abs(typical), 1.0)
    along = scene.dispersion_axis
    if along is None or chance(rng, 0.4):
        return np.asarray(values / np.float32(floor), dtype=np.float32)
    # The mean over the slit, smoothed along the spectrum: what remains is the response
    # of pixels, fringes and the slit.
    lit = np.percentile(values, 90, axis=1 - along, keepdims=True)
    smooth = blurred(lit.astype(np.float32), log_uniform(rng, 2.0, 40.0))
    smooth = np.maximum(smooth, np.float32(0.02 * floor))
    return np.asarray(values / smooth, dtype=np.float32)


def _stretched(shot: Shot, values: np.ndarray) -> np.ndarray:
    """Brightness bent for the eye, in 8 or 16 bits or from 0 to 1."""
    rng = shot.rng
    if shot.camera.mosaic:
        values = colour_image.debayered(rng, values, shot.camera.mosaic)
    low = np.percentile(values, uniform(rng, 0.01, 20.0))
    high = max(float(np.percentile(values, uniform(rng, 99.0, 99.99))), float(low) + 1)
    scaled = np.clip((values - low) / (high - low), 0, 1)
    factor = np.float32(log_uniform(rng, 0.5, 60.0))
    bent = np.arcsinh(factor * scaled) / np.arcsinh(factor)
    bent = np.float32(uniform(rng, 0.0, 0.12)) + bent * np.float32(uniform(rng, 0.7, 1))
    bent = np.clip(bent, 0, 1)
    if bent.ndim == 2 and chance(rng, 0.5):
        tints = rng.uniform(0.75, 1.0, 3).astype(np.float32)
        bent = bent[..., None] * tints
    kind = pick(rng, {"u1": 0.4, "u2": 0.4, "f4": 0.2})
    if kind == "f4":
        return np.asarray(bent, dtype=np.float32)
    return np.asarray(np.rint(bent * np.iinfo(kind).max), dtype=kind)


def _reduced(shot: Shot, scene: Scene, values: np.ndarray) -> np.ndarray:
    """Units and background of a reduced frame."""
    rng = shot.rng
    unit = pick(rng, {"counts": 0.5, "electrons": 0.2, "rate": 0.15, "flux": 0.15})
    if unit == "electrons":
        values = values * np.float32(shot.camera.gain / 2**shot.camera.shift)
    elif unit == "rate":
        values = values / np.float32(max(scene.seconds, 0.01))
    elif unit == "flux":
        values = values * np.float32(log_uniform(rng, 1e-5, 1.0))
    if chance(rng, 0.35):
        values = values - np.median(values)
    if chance(rng, 0.25):
        # Shifting onto a common grid mixes neighbouring pixels.
        values = blurred(values.astype(np.float32), uniform(rng, 0.35, 0.9))
    return np.asarray(values, dtype=np.float32)


def _stored(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    """Floats as they are, rounded, or from 0 to 1."""
    kind = pick(rng, {"f4": 0.55, "integer": 0.25, "f8": 0.06, "unit": 0.14})
    low, high = float(values.min()), float(values.max())
    if kind == "unit" and low > -65535 and high <= 65535:
        return np.asarray(values / np.float32(65535), dtype=np.float32)
    if kind == "integer" and high - low > 30:
        smallest = next(
            t for t in _INTEGERS if np.iinfo(t).min <= low and high <= np.iinfo(t).max
        )
        return np.asarray(np.rint(values), dtype=smallest)
    return np.asarray(values, dtype=np.float64 if kind == "f8" else np.float32)
