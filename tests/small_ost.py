"""A small OST model, not trained, and frames of made-up cameras for it."""

import keras
import numpy as np
from astropy.io import fits

from mesa_keras.training import save_model
from ost_classifier.classes import OST_CLASSES
from ost_classifier.config import OstConfig
from ost_classifier.features import CLAIM_NAMES, HEADER_VALUE_NAMES, STATISTIC_NAMES
from ost_classifier.model import build_model


def make_model(path, class_names=OST_CLASSES, seed=0, **changes):
    """Writes a model and returns its path."""
    keras.utils.set_random_seed(seed)
    model = build_model(
        OstConfig.small(**changes),
        class_names,
        statistic_names=STATISTIC_NAMES,
        header_names=HEADER_VALUE_NAMES,
        claim_names=CLAIM_NAMES,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    save_model(model, path)
    return path


def write_frame(path, kind="Bias Frame", seed=0, size=(24, 32), **header):
    """Writes a FITS file of noise, with light in it unless it is a bias."""
    rng = np.random.default_rng(seed)
    light = 0 if kind == "Bias Frame" else 20_000
    pixels = rng.normal(1000 + light, 10 + light / 200, size).astype("uint16")
    hdu = fits.PrimaryHDU(pixels)
    hdu.header["IMAGETYP"] = kind
    hdu.header["INSTRUME"] = "Small camera"
    hdu.header["DATE-OBS"] = f"2026-07-{1 + seed % 20:02d}T22:00:{seed % 60:02d}"
    hdu.header["EXPTIME"] = 0.0 if kind == "Bias Frame" else 5.0
    for name, value in header.items():
        if value is None:
            hdu.header.remove(name.replace("_", "-"), ignore_missing=True)
        else:
            hdu.header[name.replace("_", "-")] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    hdu.writeto(path, overwrite=True)
    return path


CLASSES = ("bias", "flats", "deep_sky")
KINDS = {"bias": "Bias Frame", "flats": "Flat Field", "deep_sky": "Light Frame"}


def make_folder(folder, per_class=8, unknown=0, first=0):
    """Writes labelled frames of eight nights and two cameras; returns the folder."""
    for k, (name, kind) in enumerate(KINDS.items()):
        for i in range(per_class):
            number = first + 100 * k + i
            write_frame(
                folder / name / f"{number}.fits",
                kind,
                number,
                INSTRUME=f"Camera {i % 2}",
                DATE_OBS=f"2026-07-{1 + i % 8:02d}T22:00:00",
                FILTER="R" if name != "bias" else None,
                OBJECT="M 13" if name == "deep_sky" else None,
            )
    for i in range(unknown):
        write_frame(folder / "unknown" / f"{i}.fits", "Focus", 900 + i)
    return folder
