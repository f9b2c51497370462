import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.losses import InfoNCE
from mesa_keras.metrics import RetrievalRecall
from tests.keras_checks import check_serialization

# Directions of both views. First views 0 and 2 find their partner, second view 0 only.
ANGLES = np.array([[0.0, 0.1], [2.0, 0.9], [2.5, 2.2]])
PAIRS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1).astype("float32")


def measure(metric, *args, **kwargs):
    metric.update_state(*args, **kwargs)
    return float(metric.result())


def reference(index, pairs, k):
    """Share of rows with fewer than k better partners, both directions."""
    unit = pairs / np.linalg.norm(pairs, axis=-1, keepdims=True)
    similarity = unit[:, 0] @ unit[:, 1].T
    hits = []
    for matrix in (similarity, similarity.T):
        for i in np.flatnonzero(index >= 0):
            pool = (index >= 0) & (index != index[i])
            hits.append(np.sum(matrix[i, pool] > matrix[i, i]) < k)
    return np.mean(hits) if hits else 0.0


def test_small_matrix_by_hand():
    index = np.arange(3)
    first = measure(RetrievalRecall(direction="first_to_second"), index, PAIRS)
    assert first == pytest.approx(2 / 3)
    second = measure(RetrievalRecall(direction="second_to_first"), index, PAIRS)
    assert second == pytest.approx(1 / 3)
    assert measure(RetrievalRecall(k=2), index, PAIRS) == pytest.approx(1)


@given(
    st.lists(st.integers(-1, 4), min_size=1, max_size=9),
    st.integers(1, 4),
    st.integers(0, 99),
)
def test_matches_numpy(index, k, seed):
    pairs = np.random.default_rng(seed).normal(size=(len(index), 2, 3))
    index = np.array(index)
    assert measure(RetrievalRecall(k), index, pairs) == pytest.approx(
        reference(index, pairs, k), abs=1e-6
    )


@pytest.mark.parametrize("k", [1, 3, 8, 20])
def test_uninformative_embeddings_score_their_chance(k):
    pairs = np.ones((8, 2, 4), "float32")
    value = measure(RetrievalRecall(k), np.arange(8), pairs)
    assert value == pytest.approx(min(k / 8, 1))


def test_rows_that_are_not_finite_are_misses():
    pairs = PAIRS.copy()
    pairs[0] = np.nan
    assert measure(RetrievalRecall(), np.array([-1, 1, 2]), pairs) > 0
    assert measure(RetrievalRecall(), np.arange(3), pairs) < 1


def test_batches_average_by_rows_and_reset():
    metric = RetrievalRecall()
    aligned = np.repeat(np.eye(3, dtype="float32")[:, None], 2, axis=1)
    measure(metric, np.arange(3), aligned)
    swapped = aligned.copy()
    swapped[:, 1] = np.roll(swapped[:, 1], 1, axis=0)
    assert measure(metric, np.array([0, 1, -1]), swapped) == pytest.approx(
        (3 + 2 * measure(RetrievalRecall(), np.array([0, 1, -1]), swapped)) / 5
    )
    metric.reset_state()
    assert float(metric.result()) == 0


def test_sample_weight():
    metric = RetrievalRecall(direction="first_to_second")
    value = measure(metric, np.arange(3), PAIRS, sample_weight=np.array([1, 2, 1]))
    assert value == pytest.approx(0.5)


def test_works_in_a_compiled_model():
    inputs = keras.Input((2, 2))
    model = keras.Model(inputs, keras.layers.Identity()(inputs))
    model.compile(loss=InfoNCE(), metrics=[RetrievalRecall(k=2)], jit_compile=True)
    logs = model.evaluate(PAIRS, np.arange(3), verbose=0, return_dict=True)
    expected = measure(RetrievalRecall(k=2), np.arange(3), PAIRS)
    assert logs["recall_at_2"] == pytest.approx(expected)


def test_serialization():
    check_serialization(RetrievalRecall(k=5, direction="second_to_first"))
    assert RetrievalRecall(k=5).name == "recall_at_5"


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`k` must be positive"):
        RetrievalRecall(k=0)
    with pytest.raises(ValueError, match="`direction` must be one of"):
        RetrievalRecall(direction="up")
    with pytest.raises(ValueError, match="`y_pred` must have the shape"):
        RetrievalRecall().update_state(np.arange(2), np.ones((2, 3)))
