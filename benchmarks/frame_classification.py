"""Frames a second from disk to decision, with the whole service.

    python -m benchmarks.frame_classification

Writes 1.5-megapixel frames of 16 bits (star fields, flats, biases) to a temporary
folder and classifies them: decoded, reduced, judged with and without their headers.
Without `--model_path`, the shipped model is taken, or, where there is none yet, an
untrained one of the same build: speed does not depend on training.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from astropy.io import fits

from benchmarks.machine import machine
from cli._arguments import quiet_start

# TensorFlow loads inside the functions: processes that decode import this module anew.
SHAPE = (1000, 1500)


def write_frames(folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Writes frames that differ, a third each of three kinds."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(SHAPE)
    paths = []
    for number in range(count):
        kind = ("Light Frame", "Flat Field", "Bias Frame")[number % 3]
        pixels = rng.normal(1000, 12, SHAPE)
        if kind == "Flat Field":
            distance = ((rows - 500) ** 2 + (columns - 750) ** 2) / 800**2
            pixels += 20_000 * (1 - 0.2 * distance) + rng.normal(0, 100, SHAPE)
        elif kind == "Light Frame":
            for y, x in zip(
                rng.integers(8, 992, 300), rng.integers(8, 1492, 300), strict=True
            ):
                spot = np.exp(
                    -np.add.outer(np.arange(-8, 8) ** 2, np.arange(-8, 8) ** 2) / 8
                )
                pixels[y - 8 : y + 8, x - 8 : x + 8] += rng.exponential(8000) * spot
        hdu = fits.PrimaryHDU(np.clip(pixels, 0, 65535).astype("uint16"))
        hdu.header["IMAGETYP"] = kind
        hdu.header["EXPTIME"] = 0.0 if kind == "Bias Frame" else 30.0
        paths.append(folder / f"{number:04d}.fits")
        hdu.writeto(paths[-1])
    return paths


def model_file(folder: Path, given: str | None) -> tuple[Path, str]:
    """A model, and what it is."""
    from mesa_keras.training import save_model
    from ost_classifier.classes import OST_CLASSES
    from ost_classifier.config import OstConfig
    from ost_classifier.fitted import new_model
    from ost_classifier.predict import SHIPPED_MODEL

    if given is not None:
        return Path(given), Path(given).name
    if SHIPPED_MODEL.exists():
        return SHIPPED_MODEL, SHIPPED_MODEL.name
    path = folder / "untrained.keras"
    save_model(new_model(OstConfig(), OST_CLASSES), path)
    return path, "an untrained model of the default configuration"


def main() -> None:
    """Prints the table of the page in README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model_path")
    parser.add_argument("--frames", type=int, default=240)
    parser.add_argument("--batch_size", type=int, default=16)
    arguments = parser.parse_args()
    with quiet_start():
        import tensorflow as tf  # noqa: F401
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_frames(folder, arguments.frames)
        model, what = model_file(folder, arguments.model_path)
        print(machine("keras", "tensorflow", "numpy", "astropy"))
        print(f"{len(paths)} frames of {SHAPE[1]} x {SHAPE[0]}, {what}")
        print(
            "| decoded in | TTA | frames/s | CPU seconds a frame |\n|---|---|---|---|"
        )
        for processes in (False, True):
            for tta in (False, True):
                speed, work = measure(
                    model, paths, processes, tta, arguments.batch_size
                )
                place = "processes" if processes else "threads"
                cost = "" if processes else f"{work:.3f}"
                print(
                    f"| {place} | {'yes' if tta else 'no'} | {speed:.1f} | {cost} |",
                    flush=True,
                )


def measure(
    model: Path, paths: list[Path], processes: bool, tta: bool, batch_size: int
) -> tuple[float, float]:
    """Frames per second, and seconds of this process's work per frame."""
    from ost_classifier.service import ClassifierService

    service = ClassifierService(model, processes=processes, tta=tta)
    # The first batch compiles the network.
    service.predict_paths(paths[:batch_size], batch_size)
    wall, work = time.perf_counter(), time.process_time()
    found = service.predict_paths(paths, batch_size)
    assert len(found["results"]) == len(paths)
    count = len(paths)
    return (
        count / (time.perf_counter() - wall),
        (time.process_time() - work) / count,
    )


if __name__ == "__main__":
    main()
