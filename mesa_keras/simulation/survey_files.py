"""The built-in survey as files, named and laid out like real data."""

import contextlib
import itertools
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from mesa_keras._version import __version__
from mesa_keras.atomic_file import atomic_file
from mesa_keras.json_file import json_text
from mesa_keras.preprocessing import VIEW_CONVENTION
from mesa_keras.simulation.catalogue import DETECTION_SNR
from mesa_keras.simulation.kinds import KINDS
from mesa_keras.simulation.survey import (
    COLUMNS,
    WINDOW_DAYS,
    simulate_candidates,
)

SURVEY_FILES = (
    "train_data.csv",
    "test_data.csv",
    "views.npz",
    "truth.csv",
    "simulation.json",
)
SMALLEST_SURVEY = 10


def write_survey(
    output_dir: str | os.PathLike[str],
    num: int,
    seed: int,
    test_fraction: float = 0.2,
    *,
    window_days: float = WINDOW_DAYS,
    progress: bool = False,
) -> pd.DataFrame:
    """Simulates a survey and writes `SURVEY_FILES`, all of them or none.

    `train_data.csv` and `test_data.csv` hold the catalogue, split by star; `views.npz`
    the light curves of both in half precision; `simulation.json` how they were made;
    `truth.csv` what each object truly is, which no model may see.

    Args:
        output_dir: Folder, made where it is missing. Files of an earlier simulation are
            replaced; other data are not.
        num: Number of candidates, 10 or more.
        seed: Seed, 0 or more. The same arguments give the same bytes.
        test_fraction: Part of the stars in `test_data.csv`, above 0 and below 1.
        window_days: Length of the observation in days.
        progress: Whether to show a progress bar on standard error.

    Returns:
        The table of `truth.csv`.

    Raises:
        FileExistsError: If the folder holds data that were not simulated.
        ImportError: If batman is not installed.
        NotADirectoryError: If `output_dir` is a file.
        OSError: If a file cannot be written.
        ValueError: If an argument is out of range.
    """
    if num < SMALLEST_SURVEY:
        raise ValueError(f"`num` must be {SMALLEST_SURVEY} or more. Received: {num}")
    if not 0 < test_fraction < 1:
        raise ValueError(
            f"`test_fraction` must be above 0 and below 1. Received: {test_fraction}"
        )
    candidates = simulate_candidates(seed, window_days=window_days)
    folder = Path(output_dir)
    _check_folder(folder)
    rows: list[dict[str, Any]] = []
    truths: list[dict[str, Any]] = []
    views: dict[str, list[np.ndarray]] = {}
    with tqdm(
        itertools.islice(candidates, num),
        total=num,
        desc="simulating",
        unit=" objects",
        disable=not progress,
    ) as bar:
        for candidate in bar:
            rows.append(candidate.row)
            split = _split(candidate.star, test_fraction)
            truths.append({**candidate.truth, "split": split})
            for name, view in candidate.views.items():
                views.setdefault(name, []).append(view.astype(np.float16))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    truth = pd.DataFrame(truths)
    if truth["split"].nunique() < 2:
        raise ValueError(
            "`test_fraction` must leave a star for each of the two tables. "
            f"Received: test_fraction={test_fraction}, num={num}"
        )
    facts = {
        "simulated": True,
        "num": num,
        "seed": seed,
        "test_fraction": test_fraction,
        "window_days": window_days,
        "detection_snr": DETECTION_SNR,
        "weights_of_kinds": {kind: weight for kind, (_, weight) in KINDS.items()},
        "view_convention": VIEW_CONVENTION,
        "version": __version__,
    }
    _write(folder, frame, truth, views, facts)
    return truth


def _check_folder(folder: Path) -> None:
    """Fails before the work where the result could not be written."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file: the output needs a folder")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "simulation.json").exists():
        for name in SURVEY_FILES:
            if (folder / name).exists():
                raise FileExistsError(
                    f"{folder / name} is there already and was not simulated: "
                    "choose another folder"
                )
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        # The temporary name would mean nothing to a user.
        raise OSError(error.errno, error.strerror, str(folder)) from error


def _split(star: int, test_fraction: float) -> str:
    # Stars are drawn independently: every n-th one is as good as a random choice, exact
    # in number, and does not depend on how many follow.
    is_test = int(star * test_fraction) > int((star - 1) * test_fraction)
    return "test" if is_test else "train"


def _write(
    folder: Path,
    frame: pd.DataFrame,
    truth: pd.DataFrame,
    views: dict[str, list[np.ndarray]],
    facts: dict[str, Any],
) -> None:
    """Writes every file to a temporary name before the first takes its place."""
    is_test = (truth["split"] == "test").to_numpy()
    arrays: dict[str, Any] = {
        "object_id": frame["object_id"].to_numpy(dtype=str),
        "convention": np.array(VIEW_CONVENTION),
        **{name: np.stack(rows) for name, rows in views.items()},
    }
    text = json_text(facts)
    writers: dict[str, Callable[[Path], Any]] = {
        "train_data.csv": lambda path: frame[~is_test].to_csv(path, index=False),
        "test_data.csv": lambda path: frame[is_test].to_csv(path, index=False),
        "views.npz": lambda path: np.savez(path, **arrays),
        "truth.csv": lambda path: truth.to_csv(path, index=False),
        "simulation.json": lambda path: path.write_text(text, encoding="ascii"),
    }
    with contextlib.ExitStack() as stack:
        for name in SURVEY_FILES:
            # Written before the next is opened: an error is then about this file.
            writers[name](stack.enter_context(atomic_file(folder / name)))
