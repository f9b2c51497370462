import sys

import numpy as np
import pytest

from mesa_keras.preprocessing import flatten
from mesa_keras.simulation import transit_flux

ORBIT = {"period": 4.3, "epoch": 2.0}


@pytest.mark.slow  # wotan compiles itself on first use
def test_trend_goes_and_transit_stays():
    time = np.arange(0, 60, 0.0204)
    time = time[(time < 20) | (time > 23)]
    transit = transit_flux(
        time, radius_ratio=0.1, scaled_semimajor_axis=12.0, impact=0.2, **ORBIT
    )
    trend = 5000 * (1 + 0.01 * np.sin(time / 2) + 0.02 * (time > 23))
    noise = np.random.default_rng(0).normal(scale=2e-4, size=time.size)
    flux = trend * transit * (1 + noise)
    flux[100] = np.nan
    order = np.random.default_rng(1).permutation(time.size)
    flat = np.empty(time.size)
    flat[order] = flatten(time[order], flux[order], duration=2.8, **ORBIT)
    assert np.isnan(flat[100])
    residual = np.delete(flat - transit, 100)
    assert np.nanstd(residual) < 3.5e-4
    deep = transit < 0.9895
    assert np.nanmean(flat[deep] - transit[deep]) == pytest.approx(0, abs=2e-4)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"period": -2.0}, "`period` must be positive days"),
        ({"duration": 0.0}, "`duration` must be positive hours"),
        ({"duration": 200.0}, "`duration` must be shorter than the period"),
        ({"flux": np.full(99, np.nan)}, "`flux` must have finite points outside"),
        ({"flux": np.full(99, -1.0)}, "`flux` must have a positive median"),
        ({"flux": np.ones(9)}, "must be one-dimensional and of one length"),
    ],
)
def test_rejects(changed, message):
    good = {"time": np.linspace(0, 9, 99), "flux": np.ones(99), "duration": 2.0}
    with pytest.raises(ValueError, match=message):
        flatten(**(good | ORBIT | changed))


def test_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "wotan", None)
    with pytest.raises(ImportError, match=r'pip install -e "\.\[lightcurves\]"'):
        flatten(np.linspace(0, 9, 99), np.ones(99), 4.3, 2.0, 3.0)
