import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.losses import InfoNCE
from tests.keras_checks import check_loss, value_and_gradient


def make_pairs(batch, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(batch, 2, dim)).astype("float32")


def reference(index, pairs, temperature):
    """Sums object by object; rows without a view and own copies are left out."""
    unit = pairs / np.linalg.norm(pairs, axis=-1, keepdims=True)
    losses = np.zeros(len(index))
    for i in np.flatnonzero(index >= 0):
        pool = [j for j in range(len(index)) if index[j] >= 0 and index[j] != index[i]]
        pool.append(i)
        own = unit[i, 0] @ unit[i, 1] / temperature
        row = np.logaddexp.reduce([unit[i, 0] @ unit[j, 1] / temperature for j in pool])
        column = np.logaddexp.reduce(
            [unit[j, 0] @ unit[i, 1] / temperature for j in pool]
        )
        losses[i] = (row + column) / 2 - own
    return losses * len(index) / max(np.sum(index >= 0), 1)


@given(
    st.lists(st.integers(-1, 4), min_size=1, max_size=8),
    st.integers(2, 6),
    st.floats(0.05, 2.0),
)
def test_matches_numpy(index, dim, temperature):
    index, pairs = np.array(index), make_pairs(len(index), dim)
    loss = InfoNCE(temperature, reduction=None)(index, pairs)
    np.testing.assert_allclose(
        loss, reference(index, pairs, temperature), rtol=1e-3, atol=1e-4
    )


def test_general_behaviour():
    index = np.array([0, 1, 2, 2, -1])
    check_loss(InfoNCE(0.2), index, make_pairs(5, 3))
    check_loss(InfoNCE(normalize=False), index[:, None], make_pairs(5, 3))


def test_uninformative_embeddings_give_log_batch():
    loss = InfoNCE()(np.arange(7), np.ones((7, 2, 4), "float32"))
    assert float(loss) == pytest.approx(np.log(7), rel=1e-5)


def test_aligned_embeddings_give_nothing():
    aligned = np.repeat(np.eye(6, dtype="float32")[:, None], 2, axis=1)
    assert float(InfoNCE(0.01)(np.arange(6), aligned)) == pytest.approx(0, abs=1e-6)


@given(st.integers(0, 100))
def test_common_permutation_and_rotation_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    index, pairs = rng.integers(-1, 4, 6), make_pairs(6, 3, seed)
    order = rng.permutation(6)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0].astype("float32")
    value = float(InfoNCE(0.2)(index, pairs))
    permuted = float(InfoNCE(0.2)(index[order], pairs[order]))
    rotated = float(InfoNCE(0.2)(index, pairs @ rotation))
    assert permuted == pytest.approx(value, rel=1e-4, abs=1e-5)
    assert rotated == pytest.approx(value, rel=1e-4, abs=1e-5)


def test_rows_without_a_view_change_nothing():
    pairs = make_pairs(6, 4)
    index = np.array([0, -1, 1, 2, -1, 3])
    kept = index >= 0
    pairs[~kept] = np.nan
    value, gradient = value_and_gradient(InfoNCE(), pairs, index)
    alone = float(InfoNCE()(index[kept], pairs[kept]))
    assert float(value) == pytest.approx(alone, rel=1e-5)
    assert np.all(np.isfinite(gradient))
    assert np.all(gradient[~kept] == 0)


@pytest.mark.parametrize("index", [[-1, -1, -1], [0, 0, 0], [-1, 0, -1]])
def test_no_negatives_mean_no_loss_and_no_gradient(index):
    pairs = make_pairs(3, 4)
    pairs[0] = 0
    value, gradient = value_and_gradient(InfoNCE(), pairs, np.array(index))
    assert float(value) == 0
    assert np.all(gradient == 0)


def test_without_normalize_inner_products_count():
    pairs, index = make_pairs(4, 3), np.arange(4)
    unit = pairs / np.linalg.norm(pairs, axis=-1, keepdims=True)
    np.testing.assert_allclose(
        InfoNCE(normalize=False)(index, unit / np.sqrt(np.float32(0.3))),
        InfoNCE(0.3)(index, pairs),
        rtol=1e-4,
    )


def test_default_temperatures():
    assert InfoNCE().temperature == 0.07
    assert InfoNCE(normalize=False).temperature == 1


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`temperature` must be positive"):
        InfoNCE(temperature=0)
    with pytest.raises(ValueError, match="`temperature` must be 1"):
        InfoNCE(0.07, normalize=False)
    with pytest.raises(ValueError, match="`y_pred` must have the shape"):
        InfoNCE()(np.arange(3), np.ones((3, 4), "float32"))
