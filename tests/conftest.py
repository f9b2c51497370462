"""Fixtures of all tests."""

import os
from pathlib import Path

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
