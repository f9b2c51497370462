import numpy as np
import pytest

from mesa_keras.simulation.frames import randomness


def test_a_key_gives_the_same_numbers_and_another_key_others():
    first = randomness.keyed_generator(3, "frame", "bias", 7).random(4)
    again = randomness.keyed_generator(3, "frame", "bias", 7).random(4)
    np.testing.assert_array_equal(first, again)
    for key in (("frame", "bias", 8), ("frame", "darks", 7), ("frame", "bias")):
        other = randomness.keyed_generator(3, *key).random(4)
        assert not np.array_equal(first, other)
    assert not np.array_equal(
        first, randomness.keyed_generator(4, "frame", "bias", 7).random(4)
    )


def test_pick_follows_the_weights():
    rng = np.random.default_rng(0)
    weights = {"a": 3.0, "b": 1.0, "never": 0.0}
    drawn = [randomness.pick(rng, weights) for _ in range(4000)]
    assert drawn.count("a") / 4000 == pytest.approx(0.75, abs=0.03)
    assert "never" not in drawn
    assert {randomness.pick(rng, (1, 2)) for _ in range(50)} == {1, 2}


def test_log_uniform_is_even_in_the_logarithm():
    rng = np.random.default_rng(0)
    drawn = np.array([randomness.log_uniform(rng, 0.01, 100.0) for _ in range(4000)])
    assert drawn.min() >= 0.01
    assert drawn.max() <= 100.0
    assert np.median(np.log10(drawn)) == pytest.approx(0.0, abs=0.15)


@pytest.mark.parametrize("length", [1, 2, 17, 500])
def test_smooth_curve_is_smooth(length):
    rng = np.random.default_rng(0)
    curve = randomness.smooth_curve(rng, length, 4, 2.0)
    assert curve.shape == (length,)
    assert np.isfinite(curve).all()
    if length > 100:
        assert np.abs(np.diff(curve)).max() < 0.2
        assert curve.std() > 0.1
