import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata
from sklearn.metrics.pairwise import cosine_similarity

from mesa_keras.evaluation import (
    alignment_uniformity,
    modality_gap,
    retrieval_ranks,
    retrieval_recall,
)


def pairs(seed, num=30, dim=4, noise=1.0):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(num, dim))
    return a, a + noise * rng.normal(size=(num, dim))


@given(st.integers(0, 1000), st.integers(1, 7))
def test_ranks_equal_a_plain_loop(seed, block_size):
    a, b = pairs(seed)
    stars = np.random.default_rng(seed).integers(0, 12, 30)
    similarity = cosine_similarity(a, b)
    found = retrieval_ranks(a, b, stars, block_size=block_size)
    for i in range(30):
        pool = (stars != stars[i]) | (np.arange(30) == i)
        place = rankdata(-similarity[i, pool])[np.flatnonzero(pool) == i]
        assert found.rank[i] == place
        assert found.pool[i] == pool.sum()


@pytest.mark.parametrize("value", [0.0, 0.3, 1e-200, 1e200])
def test_constant_embeddings_score_at_chance(value):
    constant = np.full((50, 3), value)
    recall = retrieval_recall(constant, constant, ks=(1, 5, 10))
    assert recall["recall@1"] == pytest.approx(1 / 50)
    assert recall["recall@5"] == recall["chance@5"] == pytest.approx(5 / 50)
    assert recall["median_rank"] == 25.5


def test_random_embeddings_score_near_chance():
    rng = np.random.default_rng(0)
    recall = retrieval_recall(rng.normal(size=(2000, 8)), rng.normal(size=(2000, 8)))
    assert recall["recall@10"] == pytest.approx(10 / 2000, abs=0.005)


def test_equal_embeddings_are_found():
    a, _ = pairs(0)
    recall = retrieval_recall(a, 3 * a)
    assert recall["recall@1"] == 1
    assert recall["pool_size"] == recall["num_queries"] == 30


def test_same_star_is_neither_hit_nor_miss():
    a = np.array([[1.0, 0.0], [1.0, 0.01], [0.0, 1.0]])
    b = a[[1, 0, 2]]
    assert retrieval_recall(a, b, ks=(1,))["recall@1"] == pytest.approx(1 / 3)
    grouped = retrieval_recall(a, b, ks=(1,), groups=["x", "x", "y"])
    assert grouped["recall@1"] == 1
    assert grouped["pool_size"] == pytest.approx((2 + 2 + 3) / 3)


def test_retrieval_rejects():
    with pytest.raises(ValueError, match="one shape"):
        retrieval_ranks(np.ones((3, 2)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="row 1 of the second view"):
        retrieval_ranks(np.ones((2, 2)), [[1, 1], [np.nan, 1]])
    with pytest.raises(ValueError, match="`groups` must have shape"):
        retrieval_ranks(np.ones((2, 2)), np.ones((2, 2)), groups=[1])
    with pytest.raises(ValueError, match="`k` must be at least 1"):
        retrieval_recall(np.ones((2, 2)), np.ones((2, 2)), ks=(0,))


def test_alignment_and_uniformity_by_hand():
    a = np.array([[1.0, 0.0], [0.0, 2.0]])
    b = np.array([[1.0, 0.0], [0.0, -1.0]])
    found = alignment_uniformity(a, b)
    assert found["alignment"] == pytest.approx(2.0)
    assert found["uniformity_a"] == found["uniformity_b"] == pytest.approx(-4.0)
    collapsed = alignment_uniformity(np.ones((5, 2)), np.ones((5, 2)))
    assert collapsed == pytest.approx(
        {"alignment": 0, "uniformity_a": 0, "uniformity_b": 0}, abs=1e-9
    )
    assert np.isnan(alignment_uniformity(a[:1], b[:1])["uniformity_a"])


def test_uniformity_equals_pairs_across_blocks():
    a, b = pairs(1, num=1500)
    unit = a / np.linalg.norm(a, axis=1, keepdims=True)
    square = 2 - 2 * unit @ unit.T
    expected = np.log(np.exp(-2 * square[np.triu_indices(1500, 1)]).mean())
    assert alignment_uniformity(a, b)["uniformity_a"] == pytest.approx(expected)


def test_modality_gap():
    a = np.array([[1.0, 0.0], [5.0, 0.0]])
    assert modality_gap(a, a) == 0
    assert modality_gap(a, -a) == pytest.approx(2)


@given(st.integers(0, 1000))
def test_rotation_of_both_views_does_not_matter(seed):
    a, b = pairs(seed)
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 4)))[0]
    for function in (retrieval_recall, alignment_uniformity):
        assert function(a @ rotation, b @ rotation) == pytest.approx(function(a, b))
    gap = modality_gap(a @ rotation, b @ rotation)
    assert gap == pytest.approx(modality_gap(a, b))
