import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import QuantileTransformer

from mesa_keras.layers import FeatureNormalization
from tests.keras_checks import check_layer, input_gradient

COLUMNS = ("temperature", "period", "offset", "depth")
TRANSFORMS = {"period": "log10", "offset": "asinh", "depth": "quantile"}


def table(rows=60, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.lognormal(2, 1, size=(rows, 4))
    x[:, 2] -= 8
    x[rng.random(x.shape) < 0.2] = np.nan
    x[1], x[2, 0], x[3, 1], x[4, 1] = np.nan, np.inf, -1.0, 0.0
    return x.astype("float32")


def adapted(data=None, **kwargs):
    layer = FeatureNormalization(COLUMNS, TRANSFORMS, **kwargs)
    layer.adapt(table() if data is None else data)
    return layer


def reference(x, train, functions):
    """Values and flags of columns with a plain function each."""
    values, missing = np.zeros(x.shape), np.zeros(x.shape)
    for column, function in enumerate(functions):
        with np.errstate(invalid="ignore", divide="ignore"):
            seen = function(train[:, column].astype("float64"))
            mine = function(x[:, column].astype("float64"))
        seen = seen[np.isfinite(seen)]
        absent = ~np.isfinite(mine)
        mine[absent] = np.median(seen)
        values[:, column] = np.clip((mine - seen.mean()) / seen.std(), -10, 10)
        missing[:, column] = absent
    return values, missing


def test_layer():
    check_layer(adapted(), table(), ((60, 4), (60, 4)))


def test_unadapted_layer_only_fills_in():
    layer = FeatureNormalization(("a", "b"))
    values, missing = layer(np.array([[1, np.nan], [-3, 99]], "float32"))
    np.testing.assert_array_equal(values, [[1, 0], [-3, 10]])
    np.testing.assert_array_equal(missing, [[0, 1], [0, 0]])
    layer = FeatureNormalization(("a",), {"a": "quantile"})
    x = np.linspace(-1.5, 1.5, 9, dtype="float32")[:, None]
    np.testing.assert_allclose(layer(x)[0], x, atol=0.01)


@given(st.integers(0, 1000))
def test_plain_transforms_match_numpy(seed):
    train, x = table(seed=seed)[:, :3], table(seed=seed + 1)[:, :3]
    layer = FeatureNormalization(COLUMNS[:3], {"period": "log10", "offset": "asinh"})
    layer.adapt(train)
    values, missing = layer(x)
    expected, absent = reference(x, train, (lambda v: v, np.log10, np.arcsinh))
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(missing, absent)


@given(st.integers(0, 1000), st.sampled_from([2, 16, 64]))
def test_quantile_matches_scikit_learn(seed, knots):
    rng = np.random.default_rng(seed)
    train = rng.lognormal(size=(300, 1)).astype("float32")
    train[: rng.integers(0, 150)] = 0.5  # ties
    other = np.quantile(train, rng.uniform(0.01, 0.99, size=(50, 1)))
    x = np.concatenate([other, [[0.5]]]).astype("float32")
    layer = FeatureNormalization(("a",), {"a": "quantile"}, num_quantiles=knots)
    layer.adapt(train)
    transformer = QuantileTransformer(
        n_quantiles=knots, output_distribution="normal", subsample=None
    ).fit(train.astype("float64"))
    bound = scipy.stats.norm.ppf(1 - 0.5 / 300)
    expected, seen = (
        np.clip(transformer.transform(part.astype("float64")), -bound, bound)
        for part in (x, train)
    )
    expected = (expected - seen.mean()) / seen.std()
    np.testing.assert_allclose(layer(x)[0], expected, rtol=2e-3, atol=2e-3)


def test_quantile_beyond_the_training_data_scores_as_its_ends():
    layer = FeatureNormalization(("a",), {"a": "quantile"})
    layer.adapt(np.arange(200.0)[:, None])
    values = np.asarray(layer(np.array([[-1e30], [0], [99.5], [199], [1e30]]))[0])
    assert values[0] == values[1] == pytest.approx(-values[3], rel=1e-5)
    assert values[3] == values[4] == pytest.approx(2.8, abs=0.1)
    assert values[2] == pytest.approx(0, abs=1e-4)


def test_units_multiply_first():
    x = table()
    by_unit = FeatureNormalization(COLUMNS, TRANSFORMS, units={"offset": 24.0})
    by_unit.adapt(x)
    scaled = x * np.array([1, 1, 24, 1], "float32")
    np.testing.assert_allclose(by_unit(x)[0], adapted(scaled)(scaled)[0], atol=1e-5)


def test_units_do_not_change_the_missing_flags():
    x = table()
    layer = adapted(units={"period": 1 / 24})
    np.testing.assert_array_equal(layer(x)[1], adapted()(x)[1])


def test_filled_values_are_the_median_and_flagged():
    layer = adapted()
    values, missing = (np.asarray(part) for part in layer(table()))
    assert np.all(missing[1] == 1)
    expected = (np.asarray(layer.median) - layer.mean) / np.asarray(layer.std)
    np.testing.assert_allclose(values[1], expected, rtol=1e-5, atol=1e-6)
    assert missing[2, 0] == missing[3, 1] == missing[4, 1] == 1


@pytest.mark.filterwarnings("error")
def test_empty_and_constant_columns_are_harmless():
    x = table()
    x[:, 0], x[:, 1], x[:, 2], x[:, 3] = np.nan, -5, 0.1, 7
    layer = adapted(x)
    values, missing = (np.asarray(part) for part in layer(x))
    np.testing.assert_allclose(values, 0, atol=1e-6)
    np.testing.assert_array_equal(missing.mean(axis=0), [1, 1, 0, 0])
    np.testing.assert_array_equal(layer.std, np.ones(4))


def test_extremes_are_clipped_and_finite():
    x = np.array([[3e38, 3e38, 3e38, 3e38], [-3e38, 1e-45, -3e38, -3e38]], "float32")
    values, missing = (np.asarray(part) for part in adapted(clip=3.0)(x))
    assert np.all(np.isfinite(values))
    assert np.abs(values).max() <= 3
    np.testing.assert_array_equal(missing, [[0, 0, 0, 0], [0, 1, 0, 0]])


def test_gradients_are_finite_where_values_are_missing():
    x = table()
    x[5] = [np.nan, -1, 0, np.inf]
    x[6] = [3e38, 1e-45, -3e38, 0]
    layer = adapted()
    for function in (layer, lambda v: layer(v)[0] ** 2):
        assert np.all(np.isfinite(input_gradient(function, x)))


def test_half_precision_keeps_large_raw_values():
    x = table() * 1e6
    layer = FeatureNormalization(COLUMNS, TRANSFORMS, dtype="mixed_float16")
    layer.adapt(x)
    values, missing = layer(x)
    assert values.dtype == missing.dtype == "float16"
    full = adapted(x)(x)
    np.testing.assert_allclose(values, full[0], atol=5e-3)
    np.testing.assert_array_equal(missing, full[1])


def test_statistics_are_kept_out_of_training():
    assert adapted().trainable_variables == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": ("a", "a")}, "`columns` must be"),
        ({"columns": ()}, "`columns` must be"),
        ({"columns": "ab"}, "`columns` must be"),
        ({"transforms": {"b": "log10"}}, "`transforms` must name columns"),
        ({"transforms": {"a": "log"}}, "`transforms` must be of"),
        ({"units": {"a": 0.0}}, "`units` must be positive"),
        ({"clip": 0}, "`clip` must be positive"),
        ({"num_quantiles": 1}, "`num_quantiles` at least 2"),
    ],
)
def test_rejects_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        FeatureNormalization(**{"columns": ("a",), **arguments})


def test_rejects_data_of_another_shape():
    layer = FeatureNormalization(("a", "b"))
    for bad in (np.ones((3, 1)), np.ones(2), np.ones((0, 2))):
        with pytest.raises(ValueError, match="`data` must have the shape"):
            layer.adapt(bad)
    with pytest.raises(ValueError, match="`inputs` must have the shape"):
        FeatureNormalization(("a", "b"))(np.ones((3, 1), "float32"))
