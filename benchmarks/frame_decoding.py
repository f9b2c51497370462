"""Decoding, statistics and resizing of a frame: ours against the plain way.

python -m benchmarks.frame_decoding --rounds 5

A frame of 8.3 million pixels of 16 bits on disk becomes statistics and a 448 x 448
image. The plain way reads it by astropy, turns all of it into floats, and takes NumPy's
percentiles, moments and histogram, SciPy's median absolute deviation and
`tf.image.resize` with anti-aliasing. Both run on one core, every library with one
thread, from a file that the system has in memory; the processor's time is given, which
other programs on the machine lengthen little. Our way gives 103 statistics and
three channels, the plain one 14 and one. Then our way runs in one process per core.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.machine import machine
from mesa_keras.available_cores import available_cores

HEIGHT, WIDTH = 2504, 3326
TARGET = 448
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


def one_thread() -> None:
    """Keeps NumPy's and SciPy's libraries in this process to one thread."""
    threadpool_limits(1)


def write_frame(path: Path, height: int = HEIGHT, width: int = WIDTH) -> None:
    """Writes a star field with sky, noise and hot pixels as a camera would."""
    from astropy.io import fits

    generator = np.random.default_rng(0)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 900.0 - 120.0 * (y**2 + x**2)
    small = np.mgrid[-8:9, -8:9]
    star = np.exp(-(small**2).sum(axis=0) / 8.0)
    for _ in range(800):
        row, column = (int(generator.integers(8, n - 8)) for n in (height, width))
        light[row - 8 : row + 9, column - 8 : column + 9] += (
            star * 200.0 * generator.pareto(1.0)
        )
    counts = generator.normal(light + 500.0, np.sqrt(light))
    counts.ravel()[generator.integers(0, counts.size, 2000)] += 5000.0
    pixels = np.clip(counts, 0, 65535).astype(np.uint16)
    fits.PrimaryHDU(pixels).writeto(path)


def ours(path: Path) -> float:
    """From disk to all statistics and an image of three channels."""
    from mesa_keras.preprocessing import frame_image, frame_statistics
    from mesa_keras.preprocessing.image_codes import plane_codes
    from mesa_keras.readers import read_frame

    frame = read_frame(path)
    codes = plane_codes(frame.plane())
    statistics = frame_statistics(codes, frame.bits)
    image = frame_image(codes, TARGET, TARGET, 3, frame.bayer)
    return statistics["highest"] + float(image[0, 0, 0])


def ours_read(path: Path) -> None:
    """The first part of `ours`."""
    from mesa_keras.readers import read_frame

    read_frame(path)


def plain(path: Path) -> float:
    """From disk to statistics and an image, with floats and libraries' functions."""
    import tensorflow as tf
    from astropy.io import fits
    from scipy.stats import median_abs_deviation

    pixels = fits.getdata(path).astype(np.float32)
    statistics = [
        *(np.percentile(pixels, percent) for percent in PERCENTILES),
        *(pixels.mean(), pixels.std(), pixels.min(), pixels.max()),
        median_abs_deviation(pixels, axis=None),
    ]
    counts, edges = np.histogram(pixels, bins=256)
    statistics += [float(edges[counts.argmax()]), float(counts.max())]
    low, high = statistics[9:11]
    scaled = (pixels - low) / (high - low)
    image = tf.image.resize(scaled[..., None], (TARGET, TARGET), antialias=True).numpy()
    return float(sum(statistics) + image[0, 0, 0])


def best_seconds(work: Callable[[], object], rounds: int) -> float:
    """Least processor time of several rounds, after one that loads what is needed."""
    work()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def repeat(path: Path, count: int) -> int:
    """Our way several times, for a process of its own."""
    for _ in range(count):
        ours(path)
    return count


def frames_per_second(path: Path, processes: int, count: int) -> float:
    """Rate of our way in several processes that are warm already."""
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=one_thread
    ) as pool:
        list(pool.map(partial(repeat, path), [2] * processes))
        start = time.perf_counter()
        done = sum(pool.map(partial(repeat, path), [count] * processes))
        return done / (time.perf_counter() - start)


def main(argv: list[str] | None = None) -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=5, help="timed repetitions")
    parser.add_argument(
        "--frames",
        type=int,
        default=40,
        help="frames of each process, 0: do not measure several processes",
    )
    arguments = parser.parse_args(argv)
    print(machine("numpy", "astropy", "scipy", "tensorflow"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "frame.fits")
        write_frame(path)
        cores = available_cores() if arguments.frames else 0
        rates = {
            processes: frames_per_second(path, processes, arguments.frames)
            for processes in range(1, cores + 1)
        }
        one_thread()
        # TensorFlow's threads cannot leave one core either.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        ways = {"read alone": ours_read, "ours": ours, "plain": plain}
        seconds = {
            name: best_seconds(partial(way, path), arguments.rounds)
            for name, way in ways.items()
        }
    print(f"{HEIGHT * WIDTH / 1e6:.1f} megapixels on one core:")
    for name, value in seconds.items():
        print(f"  {name:12s}{1e3 * value:6.0f} ms")
    print(f"  ratio       {seconds['plain'] / seconds['ours']:6.1f}")
    for processes, rate in rates.items():
        share = rate / (processes * rates[1])
        print(f"  {processes} processes: {rate:5.1f} frames/s, {share:.0%} of linear")


if __name__ == "__main__":
    main()
