"""Fixtures of all tests."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("ci")

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real data, where `MESA_DATA_DIR` names it."""
    folder = os.environ.get("MESA_DATA_DIR")
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("MESA_DATA_DIR is not set, and CI must test on real data")
        pytest.skip("MESA_DATA_DIR is not set: no real data to test on")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"MESA_DATA_DIR is not a folder. Received: {folder}")
    return path.resolve()


@pytest.fixture(scope="session")
def wotan_compiled() -> None:
    """Lets wotan compile itself, which takes seconds once on a machine."""
    from mesa_keras.preprocessing.detrend import slow_trend

    time = np.arange(0.0, 5.0, 0.05)
    slow_trend(
        time, np.ones(time.size), window=1.0, masked=np.zeros(time.size, dtype=bool)
    )
