import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from mesa_keras.evaluation import nearest_neighbors, neighbors


def vectors(num, dim=8, seed=0, levels=None):
    """Random unit vectors; few `levels` of the coordinates make exact ties."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(num, dim))
    if levels is not None:
        x = rng.integers(1, levels + 1, size=(num, dim)).astype(float)
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def reference(queries, references, k, own=None, other=None, rows=None):
    """Plain NumPy: all similarities, a stable sort, and the first k."""
    similarity = (queries[:, None].astype(float) * references[None]).sum(-1)
    if own is not None:
        similarity[np.asarray(own)[:, None] == np.asarray(other)[None]] = -np.inf
    if rows is not None:
        similarity[:, np.setdiff1d(np.arange(len(references)), rows)] = -np.inf
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    values = np.take_along_axis(similarity, order, axis=1)
    gone = np.isneginf(values)
    return np.where(gone, -1, order), np.where(gone, np.nan, values)


@given(
    num=st.integers(1, 40),
    others=st.integers(1, 60),
    k=st.integers(1, 12),
    levels=st.sampled_from([None, 2]),
    num_groups=st.integers(2, 30),
    block_size=st.integers(1, 70),
    num_threads=st.integers(1, 3),
)
def test_matches_a_full_sort(
    num, others, k, levels, num_groups, block_size, num_threads
):
    rng = np.random.default_rng(num * others * k)
    q, r = vectors(num, 4, 1, levels), vectors(others, 4, 2, levels)
    own, other = (
        rng.integers(num_groups, size=num),
        rng.integers(num_groups, size=others),
    )
    rows = np.flatnonzero(rng.random(others) < 0.8)
    found = nearest_neighbors(
        q,
        r,
        k,
        rows=rows,
        query_groups=own,
        reference_groups=other,
        block_size=block_size,
        num_threads=num_threads,
    )
    expected, values = reference(q, r, k, own, other, rows)
    width = expected.shape[1]
    np.testing.assert_array_equal(found.rows[:, :width], expected)
    np.testing.assert_allclose(found.similarities[:, :width], values, atol=1e-12)
    assert (found.rows[:, width:] == -1).all()
    assert np.isnan(found.similarities[:, width:]).all()


def test_matches_scikit_learn():
    q, r = vectors(60, 32, 1), vectors(500, 32, 2)
    found = nearest_neighbors(q, r, 16)
    model = NearestNeighbors(n_neighbors=16, metric="cosine", algorithm="brute").fit(r)
    distance, rows = model.kneighbors(q)
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_allclose(found.similarities, 1 - distance, atol=1e-6)
    assert found.rows.dtype == np.int64


def test_equal_vectors_come_in_the_order_of_rows():
    r = np.repeat(vectors(1, 64), 5000, axis=0)
    for block_size, num_threads in ((4096, 1), (97, 3)):
        found = nearest_neighbors(
            r[:3], r, 4, block_size=block_size, num_threads=num_threads
        )
        assert found.rows.tolist() == [[0, 1, 2, 3]] * 3


def test_its_own_object_is_no_neighbour_and_copies_change_nothing():
    x = vectors(50)
    ids = np.array([f"g{i}" for i in range(50)])
    before = nearest_neighbors(x, x, 5, query_groups=ids, reference_groups=ids)
    assert (before.rows != np.arange(50)[:, None]).all()
    # A better copy of the query, under its own name, at the end of the references.
    more, names = np.vstack([x, x[7:8]]), np.append(ids, ids[7])
    after = nearest_neighbors(
        x[7:8], more, 5, query_groups=ids[7:8], reference_groups=names
    )
    np.testing.assert_array_equal(after.rows, before.rows[7:8])
    other = nearest_neighbors(x[7:8], more, 5)
    assert other.rows[0, :2].tolist() == [7, 50]


def test_reads_only_the_rows_that_may_be_found():
    x = vectors(30)
    x[::3] = np.nan
    rows = np.flatnonzero(~np.isnan(x[:, 0]))
    found = nearest_neighbors(x[rows], x, 2, rows=rows)
    np.testing.assert_array_equal(found.rows[:, 0], rows)


def test_works_on_memory_mapped_files(tmp_path):
    np.save(tmp_path / "x.npy", vectors(100))
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    found = nearest_neighbors(np.asarray(x[:5]), x, 3)
    assert found.rows[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_runs_where_the_system_does_not_tell_which_cores(monkeypatch):
    monkeypatch.setattr(neighbors, "_WORTH_THREADS", 0)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    r = vectors(20)
    assert nearest_neighbors(r[:3], r, 1).rows[:, 0].tolist() == [0, 1, 2]


def test_more_queries_than_are_taken_at_a_time():
    q, r = vectors(600, 4, 1), vectors(40, 4, 2)
    ids = np.arange(600) % 40
    found = nearest_neighbors(q, r, 3, query_groups=ids, reference_groups=np.arange(40))
    np.testing.assert_array_equal(found.rows, reference(q, r, 3, ids, np.arange(40))[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": 0}, "`k` must be at least 1"),
        ({"queries": vectors(3, 4)}, "must have shapes"),
        ({"queries": vectors(3)[0]}, "must have shapes"),
        ({"queries": 2 * vectors(3)}, "`queries` must be unit vectors.*row 0 of"),
        ({"rows": [2, 1]}, "`rows` must be rising"),
        ({"rows": [1, 1]}, "`rows` must be rising"),
        ({"rows": [9, 10]}, "`rows` must be rising row numbers below 10"),
        ({"query_groups": [1, 2, 3]}, r"`reference_groups` must have shape \(10,\)"),
        ({"query_groups": [1], "reference_groups": np.arange(10)}, "`query_groups`"),
    ],
)
def test_rejects(change, message):
    call = {"queries": vectors(3), "references": vectors(10), "k": 2, **change}
    with pytest.raises(ValueError, match=message):
        nearest_neighbors(**call)


def test_rejects_missing_vectors_and_names_the_row():
    x = vectors(10)
    x[7] = np.nan
    with pytest.raises(ValueError, match=r"`references` must be unit.*Received: row 7"):
        nearest_neighbors(vectors(2), x, 2, rows=np.arange(2, 10), block_size=3)
    with pytest.raises(TypeError, match="`k` must be an integer"):
        nearest_neighbors(vectors(2), vectors(4), 1.5)
