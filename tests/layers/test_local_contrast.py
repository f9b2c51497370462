import numpy as np
import pytest

from mesa_keras.layers import LocalContrast
from tests.keras_checks import check_layer

RNG = np.random.default_rng(0)


def series(batch=2, steps=80):
    weights = RNG.uniform(50, 100, size=(batch, steps))
    values = 5 + RNG.normal(size=(batch, steps)) / np.sqrt(weights)
    values[:, 40:42] += 4
    return [values.astype("float32"), weights.astype("float32")]


def contrast(inputs, window=21):
    return np.asarray(LocalContrast(window)(inputs))


def test_layer():
    check_layer(LocalContrast(21), series(), (2, 80, 2))


def test_lines_stand_out_of_any_slow_trend():
    values, weights = series()
    plain = contrast([values, weights])[..., 0]
    assert np.all(plain[:, 40] > 5 * np.abs(plain[:, :30]).max())
    slope = np.exp(np.linspace(0, 1, 80)).astype("float32")
    bent = contrast([values * slope, weights / slope**2])[..., 0]
    np.testing.assert_allclose(bent[:, 12:68], plain[:, 12:68], atol=0.15)
    bright = contrast([9 * values, weights / 81])
    np.testing.assert_allclose(bright, contrast([values, weights]), atol=1e-4)


def test_matches_numpy_where_the_window_is_whole():
    values, weights = series(1)
    found = contrast([values, weights])[0, 40]
    part = slice(30, 51)
    around = np.average(values[0, part], weights=weights[0, part])
    scale = around + weights[0, part].mean() ** -0.5
    assert found[0] == pytest.approx(
        np.arcsinh(3 * (values[0, 40] - around) / scale), rel=1e-4
    )
    assert found[1] == pytest.approx(np.log(scale * weights[0, 40] ** 0.5), rel=1e-4)


def test_missing_steps_do_not_matter():
    values, weights = series()
    weights[:, 20:25] = 0
    other = np.where(weights > 0, values, np.float32(np.nan))
    found = contrast([values, weights])
    np.testing.assert_array_equal(found, contrast([other, weights]))
    assert np.isnan(found[:, 20:25]).all()
    assert np.isfinite(np.delete(found, range(20, 25), axis=1)).all()
    assert np.isnan(contrast([values, 0 * weights])).all()


def test_bad_arguments():
    with pytest.raises(ValueError, match="must be positive"):
        LocalContrast(0)
    with pytest.raises(ValueError, match="must be positive"):
        LocalContrast(3, gain=0)
