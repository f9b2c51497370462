import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mesa_keras.pipelines import split_by_group

FRACTIONS = {"train": 0.8, "validation": 0.1, "calibration": 0.1}
rows = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=3, max_size=80
)


def as_names(parts, groups):
    return {name: set(np.asarray(groups)[index]) for name, index in parts.items()}


@given(rows, st.integers(0, 1000))
def test_parts_are_disjoint_complete_pure_and_not_empty(rows, seed):
    groups, labels = map(list, zip(*rows, strict=True))
    assume(len(set(groups)) >= 3)
    parts = split_by_group(groups, FRACTIONS, labels=labels, seed=seed)
    assert list(parts) == list(FRACTIONS)
    assert all(index.size for index in parts.values())
    together = np.concatenate(list(parts.values()))
    np.testing.assert_array_equal(np.sort(together), np.arange(len(rows)))
    names = list(as_names(parts, groups).values())
    assert sum(map(len, names)) == len(set.union(*names))


@given(rows, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows, random):
    assume(len({group for group, _ in rows}) >= 3)
    mixed = random.sample(rows, len(rows))
    splits = []
    for these in (rows, mixed):
        groups, labels = map(list, zip(*these, strict=True))
        parts = split_by_group(groups, FRACTIONS, labels=labels, seed=3)
        splits.append(as_names(parts, groups))
    assert splits[0] == splits[1]


def test_shares_and_labels_are_kept_closely():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 3000, 4000).astype(str)
    labels = rng.choice(3, 4000, p=[0.5, 0.4, 0.1])
    parts = split_by_group(groups, FRACTIONS, labels=labels, seed=1)
    for name, index in parts.items():
        assert index.size / 4000 == pytest.approx(FRACTIONS[name], abs=0.01)
        assert np.mean(labels[index] == 2) == pytest.approx(0.1, abs=0.02)


def test_added_rows_move_few_groups():
    groups = np.arange(1000).astype(str)
    more = np.concatenate([groups, [f"new {i}" for i in range(50)]])
    before = as_names(split_by_group(groups, FRACTIONS, seed=0), groups)
    after = as_names(split_by_group(more, FRACTIONS, seed=0), more)
    kept = sum(len(before[name] & after[name]) for name in FRACTIONS)
    assert kept >= 980


def test_names_that_are_no_text_are_split_too():
    parts = split_by_group(["a\udce9", "b\udce9", "c"], {"train": 0.5, "rest": 0.5})
    assert sorted(np.concatenate(list(parts.values()))) == [0, 1, 2]


def test_seed_changes_the_split():
    groups = np.arange(200)
    first, second = (split_by_group(groups, FRACTIONS, seed=s) for s in (0, 1))
    assert set(first["train"]) != set(second["train"])


@pytest.mark.parametrize(
    ("groups", "fractions", "labels", "message"),
    [
        (["a", "b"], FRACTIONS, None, "at least one group for each of 3 parts"),
        (["a", "b"], {"x": 0.5, "y": 0.6}, None, "sum 1"),
        (["a", "b"], {"x": 1.0, "y": 0.0}, None, "positive"),
        (["a", "b"], {}, None, "positive"),
        (["a", "b"], {"x": 0.5, "y": 0.5}, [1], "`labels` must have one entry a row"),
        ([["a"], ["b"]], {"x": 1.0}, None, "one-dimensional"),
    ],
)
def test_rejects_bad_arguments(groups, fractions, labels, message):
    with pytest.raises(ValueError, match=message):
        split_by_group(groups, fractions, labels=labels, seed=0)
