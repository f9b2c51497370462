"""Tiny frames of a few classes, and folders of them."""

from functools import partial

import numpy as np
from astropy.io import fits

from mesa_keras.pipelines.frame_cache import FrameCache
from ost_classifier.config import OstConfig
from ost_classifier.data import load_data
from ost_classifier.features import FrameSettings, record_dtype
from ost_classifier.frame_stream import decode_frame

CLASSES = ("bias", "flats", "deep_sky")
TYPES = {"bias": "Bias Frame", "flats": "Flat Field", "deep_sky": "Light Frame"}
SIDE = 24


def pixels_of(label, rng):
    """An image that shows its class."""
    image = rng.normal(1000, 5, size=(SIDE, SIDE))
    if label == "flats":
        y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
        image += 20000 * (1 - (x**2 + y**2) / SIDE**2) + rng.normal(
            0, 80, size=image.shape
        )
    elif label != "bias":
        for _ in range(12):
            y, x = rng.integers(1, SIDE - 1, size=2)
            image[y - 1 : y + 2, x - 1 : x + 2] += rng.uniform(300, 5000)
    return np.clip(image, 0, 65535).astype("uint16")


def write_frame(path, label, number=0, header=True):
    """Writes one FITS file; every eight are of one night, every 16 of one camera."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hdu = fits.PrimaryHDU(pixels_of(label, np.random.default_rng([number, len(label)])))
    if header:
        night = 1 + number // 8 % 28
        hdu.header["IMAGETYP"] = TYPES.get(label, "Light Frame")
        hdu.header["DATE-OBS"] = f"2024-03-{night:02d}T23:10:00"
        hdu.header["INSTRUME"] = f"camera {number // 16}"
        hdu.header["EXPTIME"] = 0.0 if label == "bias" else 30.0
    hdu.writeto(path, overwrite=True)
    return path


def write_folder(folder, counts=None, header=True, first=0):
    """A folder with a subfolder per class; the number of frames by class."""
    for label, count in (counts or dict.fromkeys(CLASSES, 24)).items():
        for number in range(first, first + count):
            write_frame(folder / label / f"{number:03d}.fits", label, number, header)
    return folder


def small(**changes):
    """A configuration that trains in seconds."""
    return OstConfig.small(
        **{"target_w": 16, "target_h": 16, "channels": 1, "filters": (4, 8), **changes}
    )


def load(folder, cache, config=None, **options):
    """The frames of a folder, decoded in this process."""
    settings = (config or small()).frame_settings
    return load_data(folder, settings, cache_dir=cache, workers=1, **options)


def decoded(path, settings=None):
    """The model inputs of one file."""
    return decode_frame(str(path), settings or FrameSettings(16, 16, 1))[0]


def cached(paths, folder, settings):
    """Frames of a cache."""
    cache = FrameCache(folder, record_dtype(settings), {})
    return cache.build(paths, partial(decode_frame, settings=settings), workers=1)
