import keras
import numpy as np
import pytest

from mesa_keras.training import scheduled_adamw, warmup_then_cosine

SETTINGS = {
    "epochs": 10,
    "steps_per_epoch": 5,
    "warmup_epochs": 2.0,
    "weight_decay": 0.02,
    "clip_norm": 1.0,
    "weight_averaging": 0.9,
}


def rates(steps, **changes):
    settings = {"epochs": 10, "steps_per_epoch": 5, "warmup_epochs": 2.0, **changes}
    schedule = warmup_then_cosine(0.01, **settings)
    return np.array([float(schedule(step)) for step in steps])


def test_a_line_and_then_a_cosine():
    def expected(step):
        if step < 10:
            return 0.01 * step / 10
        way = min((step - 10) / 40, 1)
        return 0.01 * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * way)))

    steps = (0, 3, 10, 17, 30, 49, 60)
    np.testing.assert_allclose(rates(steps), [expected(s) for s in steps], rtol=1e-4)


def test_without_warm_up_without_decay_and_with_too_much_warm_up():
    assert rates([0], warmup_epochs=0.0) == pytest.approx(0.01)
    np.testing.assert_allclose(rates([10, 30, 50], constant=True), 0.01, rtol=1e-5)
    # One step is left to train at the peak.
    assert rates([49], warmup_epochs=99.0) == pytest.approx(0.01)


def test_weights_that_are_no_directions_do_not_decay():
    names = ("kernel", "bias", "gamma", "beta", "log_scale")
    weights = [keras.Variable(np.ones(2), name=name) for name in names]
    optimizer = scheduled_adamw(0.5, **{**SETTINGS, "warmup_epochs": 0.0})
    optimizer.build(weights)
    optimizer.apply([keras.ops.zeros(2) for _ in weights])
    found = {w.name: float(w.numpy()[0]) for w in weights}
    assert found.pop("kernel") == pytest.approx(1 - 0.5 * 0.02)
    assert set(found.values()) == {1.0}


def test_averaging_and_clipping():
    optimizer = scheduled_adamw(0.01, **SETTINGS)
    assert (optimizer.use_ema, optimizer.ema_momentum) == (True, 0.9)
    assert optimizer.clipnorm == 1.0
    assert not scheduled_adamw(0.01, **{**SETTINGS, "weight_averaging": 0.0}).use_ema
