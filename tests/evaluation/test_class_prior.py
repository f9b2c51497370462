import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.evaluation import adjust_class_prior
from mesa_keras.evaluation.class_prior import class_rates


def test_equals_bayes_rule_on_two_gaussians():
    """Densities are known, so the probabilities under any prior are."""
    x = np.linspace(-3, 3, 7)
    density = np.column_stack(
        [np.exp(-((x + 1) ** 2) / 2), np.exp(-((x - 1) ** 2) / 2)]
    )

    def posterior(prior):
        weighted = density * prior
        return weighted / weighted.sum(axis=1, keepdims=True)

    found = adjust_class_prior(posterior([0.5, 0.5]), [0.5, 0.5], [0.9, 0.1])
    np.testing.assert_allclose(found, posterior([0.9, 0.1]))


@given(st.integers(0, 1000), st.integers(2, 5))
def test_there_and_back(seed, classes):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(classes), 10)
    rates, prior = rng.dirichlet(np.full(classes, 5.0), 2)
    there = adjust_class_prior(p, rates, prior)
    np.testing.assert_allclose(there.sum(axis=1), 1)
    np.testing.assert_allclose(adjust_class_prior(there, prior, rates), p, rtol=1e-6)
    np.testing.assert_allclose(adjust_class_prior(p, rates, rates), p)


def test_rates_by_name_are_put_in_order():
    named = {"b": 0.7, "a": 0.3}
    np.testing.assert_allclose(class_rates(named, ("a", "b")), [0.3, 0.7])
    np.testing.assert_allclose(class_rates([0.3, 0.7], ("a", "b")), [0.3, 0.7])
    assert class_rates(None, ("a", "b")) is None
    for wrong in ({"a": 1.0}, {"a": 0.5, "c": 0.5}):
        with pytest.raises(ValueError, match="`class_prior` must name each of a, b"):
            class_rates(wrong, ("a", "b"))


def test_rounded_prior_and_impossible_class():
    found = adjust_class_prior([[1.0, 0.0, 0.0]], [0.33, 0.33, 0.33], [0.0, 0.5, 0.5])
    np.testing.assert_allclose(found, [[0, 0.5, 0.5]])


@pytest.mark.parametrize(
    ("rates", "prior", "message"),
    [
        ([0.5, 0.5], [0.5, 0.4], "`class_prior` must be 2 rates"),
        ([0.5, 0.5], [1.5, -0.5], "`class_prior` must be 2 rates"),
        ([0.5, 0.5], [0.2, 0.3, 0.5], "`class_prior` must be 2 rates"),
        ([0.5, 0.5], [np.nan, 0.5], "`class_prior` must be 2 rates"),
        ([1.0, 0.0], [0.5, 0.5], "`class_rates` must be above 0"),
    ],
)
def test_rejects(rates, prior, message):
    with pytest.raises(ValueError, match=message):
        adjust_class_prior([[0.5, 0.5]], rates, prior)
