"""Fixtures of the tests of preprocessing."""

import numpy as np
import pytest

from mesa_keras.preprocessing.detrend import slow_trend


@pytest.fixture(scope="session")
def wotan_compiled() -> None:
    """Lets wotan compile itself, which takes seconds once on a machine."""
    time = np.arange(0.0, 5.0, 0.05)
    slow_trend(
        time, np.ones(time.size), window=1.0, masked=np.zeros(time.size, dtype=bool)
    )
