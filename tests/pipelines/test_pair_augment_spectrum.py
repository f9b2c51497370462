import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines.pair_augment_spectrum import augment_spectra

SEED = tf.constant([3, 4])
BINS = 400


@pytest.fixture
def spectra():
    rng = np.random.default_rng(0)
    flux = rng.normal(5, 1, (500, BINS)).astype("float32")
    ivar = rng.uniform(0.1, 10, BINS).astype("float32") * np.ones_like(flux)
    ivar[:, :10] = 0
    flux[:, 5] = np.nan
    return flux, ivar


def test_noise_follows_the_inverse_variance(spectra):
    flux, ivar = spectra
    noisy, weight = augment_spectra(*map(tf.constant, spectra), SEED, noise=1.5)
    pulls = (noisy - flux).numpy()[:, 10:] * np.sqrt(ivar[:, 10:])
    # Shares are even between 0 and 1.5: the mean square is 0.75.
    np.testing.assert_allclose(pulls.std(0), np.sqrt(0.75), rtol=0.2)
    assert np.sqrt((pulls**2).mean()) == pytest.approx(np.sqrt(0.75), rel=0.03)
    # The inverse variance tells each spectrum's own noise.
    share = np.sqrt(ivar[:, 10] / weight.numpy()[:, 10] - 1)
    np.testing.assert_allclose(pulls.std(1), share, atol=0.2)
    assert share.min() < 0.1
    assert share.max() > 1.4


def test_what_is_not_measured_is_left_alone(spectra):
    flux = spectra[0]
    noisy, weight = augment_spectra(*map(tf.constant, spectra), SEED, noise=1.0)
    np.testing.assert_array_equal(noisy[:, :10], flux[:, :10])
    assert (weight.numpy()[:, :10] == 0).all()
    assert np.isfinite(noisy.numpy()[:, 10:]).all()


def test_stretches_are_lost(spectra):
    flux, ivar = np.nan_to_num(spectra[0]), spectra[1] + 1
    out, weight = augment_spectra(
        tf.constant(flux), tf.constant(ivar), SEED, noise=0, losses=2, loss_width=0.1
    )
    lost = np.isnan(out)
    np.testing.assert_array_equal(lost, weight.numpy() == 0)
    np.testing.assert_array_equal(out.numpy()[~lost], flux[~lost])
    np.testing.assert_array_equal(weight.numpy()[~lost], ivar[~lost])
    runs = (np.diff(np.pad(lost, ((0, 0), (1, 1))).astype(int)) == 1).sum(1)
    assert set(runs) == {0, 1, 2}
    assert lost.sum(1).max() <= 2 * 0.1 * BINS + 2
    # Each of two stretches is half as wide as it may be on average, and there is one.
    assert lost.mean() == pytest.approx(0.05, abs=0.01)


def test_nothing_asked_nothing_done(spectra):
    out = augment_spectra(*map(tf.constant, spectra), SEED, noise=0)
    np.testing.assert_array_equal(out[0], spectra[0])
    np.testing.assert_array_equal(out[1], spectra[1])


def test_same_seed_same_spectra(spectra):
    inputs = [tf.constant(values[:4]) for values in spectra]
    first = augment_spectra(*inputs, SEED, losses=3)
    again = augment_spectra(*inputs, SEED, losses=3)
    other = augment_spectra(*inputs, SEED + 1, losses=3)
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0], equal_nan=True)


@pytest.mark.parametrize(
    "options", [{"noise": -1}, {"losses": -1}, {"loss_width": 0}, {"loss_width": 1.5}]
)
def test_wrong_arguments(spectra, options):
    with pytest.raises(ValueError, match=f"Received: .*{next(iter(options))}="):
        augment_spectra(*map(tf.constant, spectra), SEED, **options)
