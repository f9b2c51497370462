import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from mesa_keras.layers import SeriesStatistics
from mesa_keras.layers.series_statistics import LAGS, QUANTILES
from tests.keras_checks import check_layer

RNG = np.random.default_rng(0)
NAMES = SeriesStatistics.names


def measure(x):
    return dict(zip(NAMES, np.asarray(SeriesStatistics()(x)).T, strict=True))


def series(batch=4, steps=61):
    return RNG.normal(size=(batch, steps)).astype("float32") ** 3


def test_layer():
    # Without gaps: a missing number is NaN by design, and the check wants none.
    check_layer(SeriesStatistics(), series(), (4, len(NAMES)))


def test_matches_numpy_and_scipy():
    x = series()
    found = measure(x)
    for q in QUANTILES:
        expected = np.quantile(x, q, axis=1, method="lower")
        np.testing.assert_allclose(found[f"quantile_{q:g}"], expected)
    std = x.std(axis=1)
    np.testing.assert_allclose(found["std"], std, rtol=1e-4)
    np.testing.assert_allclose(
        found["skewness"], scipy.stats.skew(x, axis=1), rtol=1e-3
    )
    np.testing.assert_allclose(
        found["kurtosis"], scipy.stats.kurtosis(x, axis=1, fisher=False), rtol=1e-3
    )
    rough = np.abs(np.diff(x, axis=1)).mean(axis=1)
    np.testing.assert_allclose(found["roughness"], rough, rtol=1e-4)
    np.testing.assert_allclose(
        found["curvature"], np.abs(np.diff(x, 2, axis=1)).mean(axis=1), rtol=1e-4
    )
    np.testing.assert_allclose(found["roughness_ratio"], rough / std, rtol=1e-4)
    z = (x - x.mean(axis=1, keepdims=True)) / std[:, None]
    for lag in LAGS:
        expected = (z[:, lag:] * z[:, :-lag]).mean(axis=1)
        np.testing.assert_allclose(
            found[f"autocorrelation_{lag}"], expected, rtol=1e-3, atol=1e-5
        )
    np.testing.assert_allclose(
        found["asymmetry"], np.abs(x - x[:, ::-1]).mean(axis=1), rtol=1e-4
    )
    ends = np.concatenate([x[:, :15], x[:, -15:]], axis=1)
    np.testing.assert_allclose(found["outer_minimum"], ends.min(axis=1))


def test_gaps_do_not_count():
    """The numbers that know no order are those of the values that are there."""
    x = series(1, 80)
    gaps = x.copy()
    gaps[0, 50:] = np.nan
    short, long = measure(x[:, :50]), measure(gaps)
    orderless = [n for n in NAMES if n.startswith(("quantile", "rough", "curv"))]
    for name in ["mean", "std", "skewness", "kurtosis", *orderless]:
        np.testing.assert_allclose(long[name], short[name], rtol=1e-4, err_msg=name)


def test_a_series_without_two_values_has_no_statistics():
    x = series(3, 40)
    x[0] = np.nan
    x[1, 1:] = np.inf
    found = np.asarray(SeriesStatistics()(x))
    assert np.all(np.isnan(found[:2]))
    assert np.all(np.isfinite(found[2]))


def test_a_constant_series_has_finite_statistics():
    found = measure(np.full((1, 40), 3.0, "float32"))
    assert all(np.isfinite(value[0]) for value in found.values())
    assert found["roughness"][0] == 0


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 100), st.floats(-10, 10), st.integers(0, 1000))
def test_shape_numbers_ignore_scale_and_level(scale, level, seed):
    x = np.random.default_rng(seed).normal(size=(1, 40)).astype("float32")
    before, after = measure(x), measure((scale * x + level).astype("float32"))
    for name in ("skewness", "kurtosis", "roughness_ratio", "autocorrelation_2"):
        np.testing.assert_allclose(after[name], before[name], rtol=0.02, atol=0.01)


@pytest.mark.parametrize("shape", [(2, 3), (2, 40, 1)])
def test_short_or_deep_inputs_are_refused(shape):
    with pytest.raises(ValueError, match="at least 4 steps"):
        SeriesStatistics()(np.zeros(shape, "float32"))


def test_a_lag_longer_than_the_series_is_missing():
    found = measure(series(2, 6))
    assert np.all(np.isnan(found["autocorrelation_8"]))
    assert np.all(np.isfinite(found["autocorrelation_4"]))
