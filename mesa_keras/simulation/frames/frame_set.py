"""A folder of simulated frames: a subfolder per class, and the truth beside them."""

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from mesa_keras._version import __version__
from mesa_keras.atomic_file import atomic_file
from mesa_keras.available_cores import available_cores
from mesa_keras.json_file import write_json
from mesa_keras.simulation.frames.classes import FRAME_CLASSES, UNKNOWN
from mesa_keras.simulation.frames.frame import FrameSimulation, simulate_frame
from mesa_keras.simulation.frames.frame_file import write_frame
from mesa_keras.worker_pool import worker_pool

FRAME_TABLE, FRAME_FACTS = "frames.csv", "simulation.json"
_CHUNK = 16
# How frames are named, for those whose table a kill has kept from being written.
_NAME = re.compile(r"\d{6}(\.[A-Za-z]+)+")

Task = tuple[str, int]


def simulate_frames(
    output_dir: str | os.PathLike[str],
    num_per_class: int,
    seed: int = 0,
    *,
    class_fractions: Mapping[str, float] | None = None,
    num_unknown: int = 0,
    cameras: int = 400,
    nights: int = 4,
    max_size: int = 1024,
    workers: int | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Writes `<output_dir>/<class>/*.fits|tif` and the truth table `frames.csv`.

    Args:
        output_dir: Folder, made where it is missing. Frames of an earlier simulation
            are replaced; other data are not.
        num_per_class: Mean number of frames of a class.
        seed: Seed, 0 or more. The same arguments give the same bytes, whatever the
            number of processes; more frames contain the fewer.
        class_fractions: Part of each class, not negative; scaled to a sum of 1. A
            class that is not named gets none. By default all classes are alike.
        num_unknown: Frames that belong to no class, in the folder `unknown`.
        cameras: Number of cameras.
        nights: Nights of each camera.
        max_size: Most pixels along a side, 64 to 4096.
        workers: Processes; by default one per core.
        progress: Whether to show a progress bar on standard error.

    Returns:
        The table of `frames.csv`: a row per frame.

    Raises:
        FileExistsError: If the folder holds frames that were not simulated.
        NotADirectoryError: If `output_dir` is a file.
        OSError: If a file cannot be written.
        ValueError: If an argument is out of range.
    """
    simulation = FrameSimulation(
        seed=seed, cameras=cameras, nights=nights, max_size=max_size
    )
    counts = frame_counts(num_per_class, class_fractions)
    if num_unknown < 0:
        raise ValueError(f"`num_unknown` must be 0 or more. Received: {num_unknown}")
    if num_unknown:
        counts[UNKNOWN] = num_unknown
    if workers is not None and workers < 1:
        raise ValueError(f"`workers` must be 1 or more. Received: {workers}")
    folder = Path(output_dir)
    _clear(folder)
    _write_facts(folder, simulation, num_per_class, counts)
    tasks = [(label, n) for label, count in counts.items() for n in range(count)]
    for label in dict.fromkeys(label for label, _ in tasks):
        (folder / label).mkdir(exist_ok=True)
    rows: list[dict[str, Any]] = []
    with tqdm(
        total=len(tasks), desc="simulating", unit=" frames", disable=not progress
    ) as bar:
        for part in _simulated(simulation, folder, tasks, workers or available_cores()):
            rows.extend(part)
            bar.update(len(part))
    table = pd.DataFrame(rows)
    with atomic_file(folder / FRAME_TABLE) as path:
        table.to_csv(path, index=False)
    return table


def frame_counts(
    num_per_class: int, class_fractions: Mapping[str, float] | None = None
) -> dict[str, int]:
    """Number of frames of every class.

    Raises:
        ValueError: If a number is out of range or a class is unknown.
    """
    if num_per_class < 1:
        raise ValueError(
            f"`num_per_class` must be 1 or more. Received: {num_per_class}"
        )
    if class_fractions is None:
        return dict.fromkeys(FRAME_CLASSES, num_per_class)
    for label, part in class_fractions.items():
        if label not in FRAME_CLASSES:
            raise ValueError(
                f"`class_fractions` may name {', '.join(FRAME_CLASSES)}. "
                f"Received: {label!r}"
            )
        if not 0 <= part < float("inf"):
            raise ValueError(
                f"`class_fractions` must be 0 or more. Received: {label}={part}"
            )
    total = sum(class_fractions.values())
    if not total:
        raise ValueError("`class_fractions` must not all be 0")
    frames = num_per_class * len(FRAME_CLASSES)
    return {
        label: max(round(frames * part / total), 1 if part else 0)
        for label, part in ((c, class_fractions.get(c, 0.0)) for c in FRAME_CLASSES)
    }


def _clear(folder: Path) -> None:
    """Makes the folder and removes what an earlier simulation left there."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file: the output needs a folder")
    folder.mkdir(parents=True, exist_ok=True)
    earlier = folder / FRAME_TABLE
    simulated = (folder / FRAME_FACTS).exists()
    found = [path for c in (*FRAME_CLASSES, UNKNOWN) for path in (folder / c).glob("*")]
    if not simulated and (found or earlier.exists()):
        stranger = found[0] if found else earlier
        raise FileExistsError(
            f"{stranger} is there already and was not simulated: choose another folder"
        )
    if earlier.exists():
        names = pd.read_csv(earlier, usecols=["file"])["file"]
        found = [folder / str(name) for name in names]
        earlier.unlink()
    else:
        found = [path for path in found if _NAME.fullmatch(path.name)]
    for path in found:
        path.unlink(missing_ok=True)


def _write_facts(
    folder: Path,
    simulation: FrameSimulation,
    num_per_class: int,
    counts: dict[str, int],
) -> None:
    """Says how the frames are made; written first, it survives a kill."""
    facts = {
        "simulated": True,
        "num_per_class": num_per_class,
        "counts": counts,
        **dataclasses.asdict(simulation),
        "version": __version__,
    }
    write_json(folder / FRAME_FACTS, facts)


def _simulated(
    simulation: FrameSimulation, folder: Path, tasks: list[Task], workers: int
) -> Iterator[list[dict[str, Any]]]:
    """Rows of the table in the order of the tasks, chunk by chunk."""
    chunks = [tasks[i : i + _CHUNK] for i in range(0, len(tasks), _CHUNK)]
    if workers == 1 or len(chunks) == 1:
        for chunk in chunks:
            yield _write_chunk(simulation, folder, chunk)
        return
    with worker_pool(min(workers, len(chunks))) as pool:
        futures = [
            pool.submit(_write_chunk, simulation, folder, chunk) for chunk in chunks
        ]
        for future in futures:
            yield future.result()


def _write_chunk(
    simulation: FrameSimulation, folder: Path, tasks: list[Task]
) -> list[dict[str, Any]]:
    rows = []
    with threadpool_limits(1):
        for label, number in tasks:
            frame = simulate_frame(simulation, label, number)
            name = f"{label}/{frame.name}"
            write_frame(
                folder / name,
                frame.pixels,
                frame.header.cards,
                in_extension=frame.in_extension,
            )
            rows.append({"file": name, **frame.truth})
    return rows
