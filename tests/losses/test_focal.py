import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.losses import FocalLoss, alpha_from_counts
from tests.keras_checks import check_loss, value_and_gradient

LABELS = np.array([0, 2, 1, 2])


def make_logits(rows=4, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, 3)).astype("float32") * 2


def reference(labels, logits, gamma, alpha, smoothing):
    z = logits.astype("float64")
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    y = np.eye(z.shape[1])[labels] * (1 - smoothing) + smoothing / z.shape[1]
    return -np.sum(y * alpha * (1 - np.exp(log_p)) ** gamma * log_p, axis=1)


@given(
    st.integers(0, 99),
    st.sampled_from([0.0, 0.5, 1.0, 2.0, 5.0]),
    st.one_of(st.floats(0.1, 3), st.lists(st.floats(0.1, 3), min_size=3, max_size=3)),
    st.floats(0, 0.5),
)
def test_matches_numpy(seed, gamma, alpha, smoothing):
    logits = make_logits(seed=seed)
    loss = FocalLoss(gamma, alpha, smoothing, reduction=None)
    expected = reference(LABELS, logits, gamma, alpha, smoothing)
    np.testing.assert_allclose(loss(LABELS, logits), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("from_logits", [True, False])
def test_agrees_with_keras_away_from_its_clipping(from_logits):
    values = make_logits()
    if not from_logits:
        values = np.asarray(keras.ops.softmax(values))
    settings = {"gamma": 1.5, "alpha": [0.2, 0.5, 0.9], "label_smoothing": 0.1}
    theirs = keras.losses.CategoricalFocalCrossentropy(
        from_logits=from_logits, **settings
    )(np.eye(3, dtype="float32")[LABELS], values)
    ours = FocalLoss(from_logits=from_logits, **settings)(LABELS, values)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_general_behaviour():
    check_loss(FocalLoss(), LABELS, make_logits())
    check_loss(FocalLoss(0.0, [1, 2, 3], 0.1), LABELS[:, None], make_logits())


def test_forms_of_labels_agree():
    loss, logits = FocalLoss(label_smoothing=0.1), make_logits()
    expected = float(loss(LABELS, logits))
    assert float(loss(LABELS[:, None], logits)) == pytest.approx(expected)
    assert float(loss(np.eye(3)[LABELS], logits)) == pytest.approx(expected)


def test_soft_labels_mix_linearly():
    loss, logits = FocalLoss(), make_logits()
    first, second = np.eye(3)[LABELS], np.eye(3)[LABELS[::-1]]
    mixed = float(loss(0.3 * first + 0.7 * second, logits))
    expected = 0.3 * float(loss(first, logits)) + 0.7 * float(loss(second, logits))
    assert mixed == pytest.approx(expected, rel=1e-5)


def test_without_focus_it_is_cross_entropy():
    logits = make_logits()
    expected = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(
        LABELS, logits
    )
    np.testing.assert_allclose(FocalLoss(0, 1.0)(LABELS, logits), expected, rtol=1e-5)


def test_uniform_prediction_in_closed_form():
    loss = FocalLoss(2.0, 0.25)(np.array([1]), np.zeros((1, 4), "float32"))
    assert float(loss) == pytest.approx(0.25 * 0.75**2 * np.log(4), rel=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_large_logits_keep_a_finite_and_useful_gradient(gamma):
    logits = np.array([[1e4, 0, 0], [0, 1e4, 0]], "float32")  # right, then wrong
    value, gradient = value_and_gradient(FocalLoss(gamma, 1.0), logits, np.zeros(2))
    assert float(value) == pytest.approx(1e4 / 2, rel=1e-3)
    np.testing.assert_allclose(gradient[0], 0, atol=1e-3)
    np.testing.assert_allclose(gradient[1], [-0.5, 0.5, 0], atol=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gamma": -1}, "`gamma` must not be negative"),
        ({"alpha": 0}, "`alpha` must be positive"),
        ({"alpha": [1.0, -1.0]}, "`alpha` must be positive"),
        ({"label_smoothing": 1.0}, "`label_smoothing` must lie"),
    ],
)
def test_rejects_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        FocalLoss(**arguments)


def test_rejects_alpha_of_another_length():
    with pytest.raises(ValueError, match="`alpha` must have one weight per class"):
        FocalLoss(alpha=[1.0, 2.0])(LABELS, make_logits())


def test_alpha_is_the_inverse_frequency():
    weights = alpha_from_counts([100, 50, 25])
    np.testing.assert_allclose(weights, np.array([1, 2, 4]) * 3 / 7)
    assert weights.mean() == pytest.approx(1)


def test_alpha_smoothed_and_capped():
    np.testing.assert_allclose(alpha_from_counts([100, 1, 7], beta=0), 1)
    root = alpha_from_counts([100, 25], beta=0.5)
    assert root[1] / root[0] == pytest.approx(2)
    capped = alpha_from_counts([100, 100, 1], cap=3.0)
    assert capped[2] / capped[0] == pytest.approx(3)
    FocalLoss(alpha=capped)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=9), st.floats(0, 1))
def test_rarer_classes_never_weigh_less(counts, beta):
    weights = alpha_from_counts(counts, beta, cap=2.0)
    order = np.argsort(counts)
    assert np.all(np.diff(weights[order]) <= 1e-12)
    assert np.all(weights > 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1],), "`counts` must be positive"),
        (([],), "`counts` must be positive"),
        (([1, 2], 2.0), "`beta` must lie"),
        (([1, 2], 1.0, 0.5), "`cap` must be at least 1"),
    ],
)
def test_alpha_rejects_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        alpha_from_counts(*arguments)
