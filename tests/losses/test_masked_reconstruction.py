import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.losses import MaskedReconstruction
from tests.keras_checks import check_loss, value_and_gradient

RNG = np.random.default_rng(0)


def make(batch, towers, steps, seed=0):
    rng = np.random.default_rng(seed)
    y_true = rng.normal(0, 2, (batch, 1, steps)).astype("float32")
    y_true[rng.random(y_true.shape) < 0.4] = np.nan
    return y_true, rng.normal(size=(batch, towers, steps)).astype("float32")


def reference(y_true, y_pred, delta):
    error = np.abs(y_pred - y_true)
    losses = np.where(error <= delta, error**2 / 2, delta * (error - delta / 2))
    return np.nanmean(losses) if np.isfinite(losses).any() else 0.0


@given(
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(1, 6),
    st.sampled_from([0.5, 1.0, 3.0]),
    st.integers(0, 99),
)
def test_is_the_mean_over_what_is_asked_for(batch, towers, steps, delta, seed):
    y_true, y_pred = make(batch, towers, steps, seed)
    found = MaskedReconstruction(delta)(y_true, y_pred)
    np.testing.assert_allclose(
        found, reference(y_true, y_pred, delta), rtol=1e-4, atol=1e-6
    )


def test_general_behaviour():
    check_loss(MaskedReconstruction(), *make(5, 2, 7))


def test_one_network_needs_no_axis_for_it():
    y_true, y_pred = make(4, 1, 6)
    loss = MaskedReconstruction()
    np.testing.assert_allclose(loss(y_true[:, 0], y_pred[:, 0]), loss(y_true, y_pred))


def test_only_what_is_asked_for_has_a_gradient():
    y_true, y_pred = make(5, 2, 7)
    _, gradient = value_and_gradient(MaskedReconstruction(), y_pred, y_true)
    asked = np.broadcast_to(np.isfinite(y_true), gradient.shape)
    assert np.all(gradient[~asked] == 0)
    assert np.all(gradient[asked] != 0)


def test_nothing_asked_for_costs_nothing():
    y_true, y_pred = make(3, 2, 4)
    y_true[:] = np.nan
    value, gradient = value_and_gradient(MaskedReconstruction(), y_pred, y_true)
    assert value == 0
    assert np.all(gradient == 0)


def test_rejects_a_delta_that_is_not_positive():
    with pytest.raises(ValueError, match="`delta` must be positive"):
        MaskedReconstruction(0)
