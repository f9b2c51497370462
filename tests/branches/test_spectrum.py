import keras
import numpy as np
import pytest

from mesa_keras.branches import adapt_spectrum, spectrum_cnn, spectrum_transformer
from tests.keras_checks import check_saving

RNG = np.random.default_rng(0)
STEPS, START, STEP = 1003, 3600.0, 5.0
WAVELENGTH = START + STEP * np.arange(STEPS)
BUILDERS = {"transformer": spectrum_transformer, "cnn": spectrum_cnn}
# Rest wavelengths in Angstrom and strengths: [OII], H beta, [OIII], H alpha.
LINES = ((3728, 5), (4861, 3), (5007, 8), (6563, 10))


def spectra(redshifts, noise=0.1, level=3.0):
    """A flat continuum with emission lines."""
    flux = np.full((len(redshifts), STEPS), level)
    for row, z in enumerate(redshifts):
        for rest, strength in LINES:
            offset = (WAVELENGTH - rest * (1 + z)) / 8.0
            flux[row] += strength * np.exp(-0.5 * offset**2)
    flux += noise * RNG.normal(size=flux.shape)
    ivar = np.full_like(flux, noise**-2)
    return {"flux": flux.astype("float32"), "ivar": ivar.astype("float32")}


def build(kind="transformer", **changes):
    keras.utils.set_random_seed(1)
    settings = {"bin_size": 2, "patch_size": 32, "hidden_dim": 16, "filters": 4}
    if kind == "transformer":
        settings |= {"num_layers": 2, "num_heads": 2, "mlp_dim": 24}
    settings |= {"start": START, "step": STEP, "num_blocks": 10, **changes}
    branch = BUILDERS[kind](STEPS, **settings)
    sample = spectra(np.linspace(0, 0.3, 20))
    adapt_spectrum(branch, **sample)
    return branch


@pytest.fixture(scope="module", params=BUILDERS)
def branch(request):
    return build(request.param)


def embed(branch, inputs):
    return np.asarray(branch(inputs))


def test_shape_names_and_saving(branch, tmp_path):
    assert set(branch.input) == {"flux", "ivar"}
    assert branch.output_shape == (None, 16)
    names = [layer.name for layer in branch.layers]
    assert sum(not name.startswith("spectrum") for name in names) <= 8
    check_saving(branch, spectra([0.1, 0.2]), tmp_path)


def test_the_default_has_at_most_128_tokens():
    model = spectrum_transformer(7781, num_layers=1)
    # With the class token and the level.
    assert model.get_layer("spectrum_tokens").output.shape == (None, 62, 128)
    assert spectrum_cnn(7781).output_shape == (None, 128)


def test_steps_without_inverse_variance_do_not_matter(branch):
    x = spectra([0.1, 0.2])
    x["ivar"][0, 200:300], x["ivar"][1, ::7] = 0, -1
    before = embed(branch, x)
    lost = x["ivar"] <= 0
    for junk in (1e6, np.nan, np.inf):
        other = {**x, "flux": np.where(lost, np.float32(junk), x["flux"])}
        np.testing.assert_allclose(embed(branch, other), before, rtol=1e-5, atol=1e-6)
    other = {**x, "ivar": np.where(lost, np.float32(np.nan), x["ivar"])}
    np.testing.assert_allclose(embed(branch, other), before, rtol=1e-5, atol=1e-6)


def test_a_redshift_changes_the_embedding(branch):
    x = spectra([0.05, 0.05, 0.15], noise=1e-3)
    same, other = (
        np.linalg.norm(embed(branch, x)[0] - e) for e in embed(branch, x)[1:]
    )
    assert other > 5 * same


def test_brightness_and_noise_are_told(branch):
    x = spectra([0.1])
    before = embed(branch, x)
    twice = {"flux": 2 * x["flux"], "ivar": x["ivar"] / 4}
    noisier = {"flux": x["flux"], "ivar": x["ivar"] / 100}
    for other in (twice, noisier):
        assert np.abs(embed(branch, other) - before).max() > 1e-3


def test_missing_spectra_are_no_crash(branch):
    x = spectra([0.1, 0.1, 0.1])
    x["flux"][1], x["ivar"][1] = np.nan, 0
    x["flux"][2] = 0
    found = embed(branch, x)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(
        embed(branch, {k: v[:1] for k, v in x.items()}), found[:1], rtol=1e-4, atol=1e-5
    )


def test_a_permutation_of_the_batch_permutes_the_embeddings(branch):
    x = spectra([0.0, 0.1, 0.2, 0.3])
    order = [2, 0, 3, 1]
    permuted = embed(branch, {name: array[order] for name, array in x.items()})
    np.testing.assert_allclose(permuted, embed(branch, x)[order], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("kind", BUILDERS)
def test_it_learns_the_redshift_from_lines_alone(kind):
    z = RNG.uniform(0, 0.3, size=400)
    branch = build(kind, hidden_dim=32, filters=8)
    model = keras.Sequential([branch, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(2e-3), "mse", jit_compile=False)
    x = spectra(z)
    model.fit(x, z[:, None] * 10, batch_size=32, epochs=25, verbose=0)
    test = RNG.uniform(0, 0.3, size=100)
    found = model.predict(spectra(test), verbose=0)[:, 0] / 10
    assert np.corrcoef(found, test)[0, 1] > 0.95


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`num_layers` must be at least 1"):
        build(num_layers=0)
    with pytest.raises(ValueError, match="`num_heads` must divide"):
        build(num_heads=3)
    with pytest.raises(ValueError, match="`patch_size` must be `bin_size` times"):
        build(patch_size=31)
    with pytest.raises(ValueError, match="power of 2"):
        build("cnn", patch_size=24)
