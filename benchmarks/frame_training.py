"""Training throughput and streaming of the frame classifier.

    python -m benchmarks.frame_training

Throughput: a training step of the backbone `separable` against one of `cnn` at 224 px,
with all branches, the two in turns; the median of the rounds is reported.

Streaming: an epoch over a made-up cache of 20,000 frames at 224 px with the default
augmentation. Memory is the peak of this process, page cache not counted. Waiting for
data is the time from asking for a batch until it is there; preparing the next ones
takes part of the processor meanwhile, which the throughput shows.
"""

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.machine import machine
from cli._arguments import quiet_start

with quiet_start():
    import keras
    import tensorflow as tf

    from ost_classifier.batches import make_training_batches
    from ost_classifier.fitted import new_model
    from ost_classifier.trained_model import AUGMENTATION, for_outputs, trained_model

from mesa_keras.pipelines.frame_cache import CachedFrames, FrameCache
from mesa_keras.pipelines.frame_cache_shard import FileKey, ShardWriter
from ost_classifier.classes import OST_CLASSES
from ost_classifier.config import OstConfig
from ost_classifier.data import OstData
from ost_classifier.features import record_dtype


def compiled(config: OstConfig) -> keras.Model:
    """The model as `fit` trains it."""
    model = new_model(config, OST_CLASSES)
    counts = np.ones(len(OST_CLASSES))
    return trained_model(model, config, counts=counts, steps_per_epoch=100)


def train_on(model: keras.Model, x: Any, y: Any) -> None:
    """One training step."""
    model.train_on_batch(x, for_outputs(model, y))


def random_batch(
    model: keras.Model, config: OstConfig, rng: np.random.Generator
) -> Any:
    """One batch of random inputs and labels."""
    dtype = record_dtype(config.frame_settings)
    records = random_records(dtype, config.batch_size, rng)
    x = {name: tf.constant(records[name]) for name in dtype.names or ()}
    label = rng.integers(0, len(OST_CLASSES), config.batch_size)
    y = tf.one_hot(label, len(OST_CLASSES))
    return {**x, AUGMENTATION: tf.ones_like(y)}, for_outputs(model, y)


def random_records(dtype: np.dtype, count: int, rng: np.random.Generator) -> np.ndarray:
    """Records of a cache with random content."""
    records = np.zeros(count, dtype)
    for name in dtype.names or ():
        shape = (count, *dtype[name].shape)
        if dtype[name].base.kind == "u":
            records[name] = rng.integers(1, 255, shape)
        else:
            records[name] = rng.uniform(0.1, 1, shape)
    return records


def seconds_per_step(model: keras.Model, batch: Any, steps: int) -> float:
    """Time of a step on a batch that is in memory."""
    batches = tf.data.Dataset.from_tensors(batch).repeat(steps)
    start = time.perf_counter()
    model.fit(batches, verbose=0, shuffle=False)
    return (time.perf_counter() - start) / steps


def throughput(size: int, batch_size: int, rounds: int, steps: int) -> dict[str, float]:
    """Median frames per second in training, by backbone."""
    rng = np.random.default_rng(0)
    models = {}
    for backbone in ("cnn", "separable"):
        config = OstConfig(
            target_w=size, target_h=size, batch_size=batch_size, backbone=backbone
        )
        model = compiled(config)
        models[backbone] = model, random_batch(model, config, rng)
        seconds_per_step(*models[backbone], 2)
    times: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(rounds):
        for name, (model, batch) in models.items():
            times[name].append(seconds_per_step(model, batch, steps))
    return {name: batch_size / statistics.median(t) for name, t in times.items()}


def synthetic_cache(folder: Path, config: OstConfig, count: int) -> CachedFrames:
    """A cache of frames with random content, as it would lie on disk."""
    dtype = record_dtype(config.frame_settings)
    settings = {"size": config.target_w, "dtype": config.input_dtype}
    cache = FrameCache(folder, dtype, settings)
    writer = ShardWriter(cache.folder, dtype, max_seconds=float("inf"))
    rng = np.random.default_rng(0)
    template = random_records(dtype, 64, rng)
    path = folder / "frame"
    path.touch()
    key = FileKey.of(path)
    for number in range(count):
        # A path of its own for each frame of one file, which is enough of a name.
        writer.add(
            FileKey(f"{key.path}-{number}", key.size, key.mtime_ns),
            template[number % 64].tobytes(),
            {},
        )
    writer.flush()
    known = cache._known()
    return CachedFrames(list(known.values()), dtype)


def streaming(size: int, batch_size: int, count: int, folder: Path) -> dict[str, float]:
    """Memory, frames per second and share of time waiting, of one epoch."""
    config = OstConfig(target_w=size, target_h=size, batch_size=batch_size)
    frames = synthetic_cache(folder, config, count)
    label = (np.arange(count) % len(OST_CLASSES)).astype("int32")
    names = np.array([f"{i:06d}" for i in range(count)])
    data = OstData(
        path=folder,
        file=names,
        label=label,
        class_names=OST_CLASSES,
        night=names,
        camera=names,
        row=np.arange(count),
        frames=frames,
        faults={},
        warnings=(),
        fingerprint="",
    )
    model = compiled(config)
    batches = iter(make_training_batches(data, config, 0))
    for _ in range(2):
        train_on(model, *next(batches))
    steps = count // batch_size
    waited = 0.0
    start = time.perf_counter()
    for _ in tqdm(range(steps), desc="epoch", unit="step"):
        asked = time.perf_counter()
        batch = next(batches)
        waited += time.perf_counter() - asked
        train_on(model, *batch)
    elapsed = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "frames/s": steps * batch_size / elapsed,
        "share of time waiting": waited / elapsed,
        "peak memory [GB]": peak / 1e9,
    }


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch_size", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--cache_dir", help="folder for the cache [a temporary one]")
    arguments = parser.parse_args()
    size, batch_size = arguments.size, arguments.batch_size
    print(machine("keras", "tensorflow"))
    speed = throughput(size, batch_size, arguments.rounds, arguments.steps)
    print("| backbone | frames/s in training |\n|---|---|")
    for name, value in speed.items():
        print(f"| {name} | {value:.1f} |")
    print(f"| ratio | {speed['separable'] / speed['cnn']:.1f} |", flush=True)
    with tempfile.TemporaryDirectory(dir=arguments.cache_dir) as folder:
        found = streaming(size, batch_size, arguments.frames, Path(folder))
    print(f"\nOne epoch over {arguments.frames:,} frames at {size} px:")
    for name, value in found.items():
        print(f"| {name} | {value:.3f} |")


if __name__ == "__main__":
    main()
