import keras
import numpy as np
import pytest

from mesa_keras.branches import spectrum_circles
from mesa_keras.layers import CircleAgreement
from tests.keras_checks import check_saving

RNG = np.random.default_rng(0)
BINS, SPACING, PERIODS = 400, 0.002, (0.3, 1.0)


def lines(shift, noise=0.01):
    """Three lines on a continuum, moved by whole bins."""
    values = np.ones((len(shift), BINS)) + noise * RNG.normal(size=(len(shift), BINS))
    for row, moved in enumerate(shift):
        for place, strength in ((120, 2.0), (150, 1.0), (260, 4.0)):
            offset = (np.arange(BINS) - place - moved) / 2.0
            values[row] += strength * np.exp(-0.5 * offset**2)
    weights = np.full(values.shape, max(noise, 1e-3) ** -2)
    return {"values": values.astype("f4"), "weights": weights.astype("f4")}


def build(**changes):
    keras.utils.set_random_seed(1)
    return spectrum_circles(BINS, SPACING, PERIODS, **{"filters": 8, **changes})


def agreement(first, second, shift):
    shift = np.asarray(shift, "f4")[:, None]
    return np.asarray(CircleAgreement(PERIODS)([first, second, shift, 0 * shift]))


def test_shape_names_and_saving(tmp_path):
    branch = build()
    assert branch.output_shape == (None, 4)
    check_saving(branch, lines([0, 5]), tmp_path)


def test_a_redshift_turns_what_stands_out_before_any_training():
    shift = np.array([0, 4, 20, 60])
    # Less what the continuum alone gives, which training learns to leave out.
    flat = {
        "values": np.ones((1, BINS), "f4"),
        "weights": np.full((1, BINS), 1e6, "f4"),
    }
    branch = build()
    circles = np.asarray(branch(lines(shift, noise=0))) - np.asarray(branch(flat))
    first = np.repeat(circles[:1], 4, axis=0)
    assert agreement(circles, first, shift * SPACING).min() > 0.9
    assert agreement(circles, first, 0 * shift)[-1].min() < 0.8


def interplay():
    """What two lines far apart say together that each alone does not."""
    places = ((), (120,), (250,), (120, 250))
    x = np.ones((len(places), BINS), "f4")
    for row, lines_of in enumerate(places):
        for place in lines_of:
            x[row] += 4 * np.exp(-0.5 * ((np.arange(BINS) - place) / 2.0) ** 2)
    weights = np.full(x.shape, 1e6, "f4")
    none, one, other, both = np.asarray(build()({"values": x, "weights": weights}))
    return abs(both - one - other + none).max()


def test_a_line_is_told_by_other_lines(monkeypatch):
    together = interplay()
    monkeypatch.setitem(spectrum_circles.__globals__, "_FAR", ())
    assert together > 20 * interplay()


def test_brightness_hardly_matters():
    branch, x = build(), lines([10, 30])
    bright = {"values": 5 * x["values"], "weights": x["weights"] / 25}
    np.testing.assert_allclose(branch(bright), branch(x), rtol=1e-3, atol=1e-5)


def test_missing_bins_do_not_matter():
    branch, x = build(), lines([10, 30])
    x["weights"][0, 200:230], x["weights"][1] = 0, 0
    found = np.asarray(branch(x))
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found[1], 0)
    junk = np.where(x["weights"] > 0, x["values"], np.float32(np.nan))
    np.testing.assert_array_equal(np.asarray(branch({**x, "values": junk})), found)


def test_bad_arguments():
    with pytest.raises(ValueError, match="divisible by 4"):
        spectrum_circles(402, SPACING, PERIODS)
    with pytest.raises(ValueError, match="`filters` positive"):
        build(filters=0)
