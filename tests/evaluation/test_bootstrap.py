import time

import numpy as np
import pytest

from mesa_keras.evaluation import (
    bootstrap_intervals,
    classification_metrics,
    paired_bootstrap,
)


def mean(x):
    return {"mean": float(np.mean(x))}


def test_interval_of_a_mean_is_known():
    x = np.random.default_rng(0).normal(size=400)
    found = bootstrap_intervals(mean, np.arange(400), x)["mean"]
    assert found["value"] == pytest.approx(x.mean())
    error = 1.96 * x.std() / 20
    assert found["low"] == pytest.approx(x.mean() - error, abs=0.015)
    assert found["high"] == pytest.approx(x.mean() + error, abs=0.015)


def test_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        x = rng.normal(size=60)
        found = bootstrap_intervals(
            mean, np.arange(60), x, num_resamples=200, level=0.9, seed=seed
        )["mean"]
        covered += found["low"] <= 0 <= found["high"]
    assert 0.82 < covered / 200 < 0.96


def test_copies_of_a_star_do_not_narrow_the_interval():
    x = np.random.default_rng(0).normal(size=100)
    stars = np.array([f"K{i}" for i in range(100)])
    once = bootstrap_intervals(mean, stars, x)["mean"]
    copied = bootstrap_intervals(mean, np.repeat(stars, 5), np.repeat(x, 5))["mean"]
    assert copied == pytest.approx(once)


def test_draws_whole_groups():
    groups = np.array([3, 1, 3, 1, 1, 7])
    sizes = {1: 3, 3: 2, 7: 1}

    def check(drawn):
        for star, size in sizes.items():
            assert (drawn == star).sum() % size == 0
        assert sum((drawn == star).sum() / size for star, size in sizes.items()) == 3
        return {"ok": 1.0}

    bootstrap_intervals(check, groups, groups, num_resamples=50)


def test_rows_stay_together_and_seed_repeats():
    x = np.arange(20)

    def check(a, b):
        np.testing.assert_array_equal(a, b[:, 0])
        return mean(a)

    first = bootstrap_intervals(check, x // 3, x, x[:, None], seed=5)
    assert first == bootstrap_intervals(check, x // 3, x, x[:, None], seed=5)
    assert first != bootstrap_intervals(check, x // 3, x, x[:, None], seed=6)


def test_metric_that_is_not_defined_in_some_resamples():
    y = np.array([0, 0, 0, 1])
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    found = bootstrap_intervals(classification_metrics, np.arange(4), y, p)
    assert found["roc_auc"]["value"] == pytest.approx(2 / 3)
    assert np.isfinite([found["roc_auc"]["low"], found["roc_auc"]["high"]]).all()
    never = bootstrap_intervals(classification_metrics, [0, 1], [0, 0], p[:2])
    assert np.isnan(list(never["roc_auc"].values())).all()
    assert never["accuracy"] == {"value": 1.0, "low": 1.0, "high": 1.0}


def test_equal_models_do_not_differ():
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 3, 100), rng.dirichlet(np.ones(3), 100)
    found = paired_bootstrap(classification_metrics, np.arange(100), y, p, p)
    for interval in found.values():
        assert interval == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_paired_is_narrower_than_two_intervals_and_has_the_right_sign():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    noise = rng.normal(size=300)
    good, worse = (
        1 / (1 + np.exp(-(gain * (2 * y - 1) + noise))) for gain in (1.5, 0.7)
    )
    a, b = np.column_stack([1 - good, good]), np.column_stack([1 - worse, worse])
    stars = np.arange(300)
    found = paired_bootstrap(classification_metrics, stars, y, a, b)["roc_auc"]
    assert 0 < found["low"] < found["value"] < found["high"]
    width = sum(
        part["high"] - part["low"]
        for scores in (a, b)
        for part in [
            bootstrap_intervals(classification_metrics, stars, y, scores)["roc_auc"]
        ]
    )
    assert found["high"] - found["low"] < width
    flipped = paired_bootstrap(classification_metrics, stars, y, b, a)["roc_auc"]
    assert flipped["low"] == pytest.approx(-found["high"])


def test_tuple_of_scores():
    y, p = np.array([0, 1]), np.eye(2)
    found = paired_bootstrap(
        classification_metrics, [0, 1], y, (p, np.array([2, 2])), (p, np.array([0, 1]))
    )
    assert found["accuracy"] == {"value": -1.0, "low": -1.0, "high": -1.0}


def test_is_quick_enough():
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 3, 1000), rng.dirichlet(np.ones(3), 1000)
    start = time.process_time()
    bootstrap_intervals(
        classification_metrics, rng.integers(0, 800, 1000), y, p, num_resamples=200
    )
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("groups", "x", "options", "message"),
    [
        ([0, 1], [1.0], {}, "as many rows as `groups`"),
        ([], [], {}, "`groups` must have shape"),
        ([0], [1.0], {"level": 1.0}, "`level` must be in"),
        ([0], [1.0], {"num_resamples": 0}, "`num_resamples` must be at least 1"),
    ],
)
def test_rejects(groups, x, options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_intervals(mean, groups, x, **options)
