import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.losses import SigmoidContrastive
from tests.keras_checks import check_loss, value_and_gradient


def make_pairs(batch, dim=3, seed=0):
    return np.random.default_rng(seed).normal(size=(batch, 2, dim)).astype("float32")


def reference(index, pairs):
    losses = np.zeros(len(index))
    for i in np.flatnonzero(index >= 0):
        for j in np.flatnonzero(index >= 0):
            if i != j and index[i] == index[j]:
                continue
            sign = 1 if i == j else -1
            losses[i] += np.logaddexp(0, -sign * (pairs[i, 0] @ pairs[j, 1]))
    return losses * len(index) / max(np.sum(index >= 0), 1)


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=8), st.integers(0, 99))
def test_matches_numpy(index, seed):
    index, pairs = np.array(index), make_pairs(len(index), seed=seed)
    loss = SigmoidContrastive(reduction=None)(index, pairs)
    np.testing.assert_allclose(loss, reference(index, pairs), rtol=1e-4, atol=1e-5)


def test_general_behaviour():
    check_loss(SigmoidContrastive(), np.array([0, 1, 2, 2, -1]), make_pairs(5))


def test_logits_of_zero_give_log_2_per_pair():
    loss = SigmoidContrastive()(np.arange(5), np.zeros((5, 2, 3), "float32"))
    assert float(loss) == pytest.approx(5 * np.log(2), rel=1e-5)


def test_large_logits_stay_finite_and_linear():
    pairs = np.zeros((2, 2, 1), "float32")
    pairs[:, 0], pairs[:, 1] = 100, -10  # positives at -1000, and so the negatives
    value, gradient = value_and_gradient(SigmoidContrastive(), pairs, np.arange(2))
    assert float(value) == pytest.approx(1000)
    assert np.all(np.isfinite(gradient))


def test_rows_without_a_view_change_nothing():
    pairs, index = make_pairs(5), np.array([0, -1, 1, 2, -1])
    kept = index >= 0
    pairs[~kept] = np.nan
    value, gradient = value_and_gradient(SigmoidContrastive(), pairs, index)
    alone = float(SigmoidContrastive()(index[kept], pairs[kept]))
    assert float(value) == pytest.approx(alone, rel=1e-5)
    assert np.all(np.isfinite(gradient))
    assert np.all(gradient[~kept] == 0)


def test_no_valid_row_gives_zero():
    value, gradient = value_and_gradient(
        SigmoidContrastive(), make_pairs(3), np.full(3, -1)
    )
    assert float(value) == 0
    assert np.all(gradient == 0)


def test_rejects_other_shapes():
    with pytest.raises(ValueError, match="`y_pred` must have the shape"):
        SigmoidContrastive()(np.arange(3), np.ones((3, 3, 4), "float32"))
