import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.evaluation import crps_ensemble, pit_ensemble


def draws(num=20, size=7, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=num), rng.normal(size=(num, size)), rng.random((num, size))


def pairwise(y, x, w):
    """The definition as a double sum over members."""
    w = w / w.sum()
    first = (w * np.abs(x - y)).sum()
    return first - 0.5 * (w[:, None] * w * np.abs(x[:, None] - x)).sum()


def integral(y, x, w):
    """Integral of (F - step)^2 over a fine grid."""
    grid = np.linspace(-8, 8, 160_001)
    order = np.argsort(x)
    places = np.searchsorted(x[order], grid, side="right")
    cdf = np.concatenate([[0], np.cumsum(w[order]) / w.sum()])[places]
    return ((cdf - (grid >= y)) ** 2).sum() * (grid[1] - grid[0])


@given(st.integers(1, 9), st.integers(0, 1000))
def test_crps_matches_the_double_sum(size, seed):
    y, x, w = draws(5, size, seed)
    expected = [pairwise(*row) for row in zip(y, x, w, strict=True)]
    np.testing.assert_allclose(crps_ensemble(y, x, w), expected, atol=1e-12)
    equal = [pairwise(a, b, np.ones(size)) for a, b in zip(y, x, strict=True)]
    np.testing.assert_allclose(crps_ensemble(y, x), equal, atol=1e-12)


def test_crps_matches_its_integral():
    y, x, w = draws(4)
    expected = [integral(*row) for row in zip(y, x, w, strict=True)]
    np.testing.assert_allclose(crps_ensemble(y, x, w), expected, atol=3e-4)


def test_crps_of_one_member_is_the_absolute_error():
    y, x, _ = draws(size=1)
    np.testing.assert_allclose(crps_ensemble(y, x), np.abs(y - x[:, 0]))


def test_weight_counts_as_often_as_a_member_does():
    y, x, _ = draws(size=3)
    twice = np.hstack([x, x[:, :1]])
    weighted = crps_ensemble(y, x, np.tile([2.0, 1.0, 1.0], (len(y), 1)))
    np.testing.assert_allclose(crps_ensemble(y, twice), weighted)


@pytest.mark.parametrize("size", [1, 4, 16])
def test_pit_is_uniform_where_truth_and_members_are_alike(size):
    rng = np.random.default_rng(3)
    y, x = rng.normal(size=20_000), rng.normal(size=(20_000, size))
    counts = np.histogram(pit_ensemble(y, x, rng=rng), 10, (0, 1))[0]
    # Chi-squared with 9 degrees of freedom; 27.9 is its 99.9 % quantile.
    assert ((counts - 2000) ** 2 / 2000).sum() < 27.9
    # Also where many values are equal.
    ties = np.round(y), np.round(x)
    counts = np.histogram(pit_ensemble(*ties, rng=rng), 10, (0, 1))[0]
    assert ((counts - 2000) ** 2 / 2000).sum() < 27.9


def test_middle_pit_by_hand():
    x = np.array([[1.0, 2.0, 3.0]])
    found = [pit_ensemble([y], x)[0] for y in (0.0, 1.5, 2.0, 9.0)]
    np.testing.assert_allclose(found, [1 / 8, 3 / 8, 1 / 2, 7 / 8])


def test_narrow_ensembles_pile_up_at_both_ends():
    rng = np.random.default_rng(0)
    y, x = rng.normal(size=2000), 0.1 * rng.normal(size=(2000, 10))
    pit = pit_ensemble(y, x, rng=rng)
    assert np.mean((pit < 0.1) | (pit > 0.9)) > 0.6


@pytest.mark.parametrize("function", [crps_ensemble, pit_ensemble])
def test_rejects(function):
    y, x, w = draws(3, 4)
    for arguments in ((y, x[:2]), (y, x[:, :0]), (y[:0], x[:0]), (y, x, w[:, :2])):
        with pytest.raises(ValueError, match="must have shape"):
            function(*arguments)
    with pytest.raises(ValueError, match="`members` must be finite"):
        function(y, np.where(x > 10, 0, np.nan))
    for wrong in (-w, 0 * w):
        with pytest.raises(ValueError, match="`weights` must not be negative"):
            function(y, x, wrong)
