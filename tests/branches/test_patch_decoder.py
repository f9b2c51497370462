import keras
import numpy as np
import pytest

from mesa_keras.branches import light_curve_transformer, patch_decoder
from tests.keras_checks import check_saving

RNG = np.random.default_rng(0)
STEPS = {"global_view": 107, "local_view": 30}
VIEWS = {
    name: RNG.normal(size=(3, steps)).astype("float32") for name, steps in STEPS.items()
}
SETTINGS = {"patch_size": 8, "hidden_dim": 8, "statistics": True}


def build(steps=STEPS, **changes):
    """Encoder and decoder of the same views."""
    keras.utils.set_random_seed(1)
    settings = {**SETTINGS, **changes}
    encoder = light_curve_transformer(
        steps, num_heads=2, mlp_dim=8, return_tokens=True, **settings
    )
    return encoder, patch_decoder(steps, decoder_dim=6, num_heads=2, **settings)


def rebuild(models, views):
    encoder, decoder = models
    found = encoder(views)
    found = decoder({name: found[name] for name in ("tokens", "valid")})
    return {name: np.asarray(series) for name, series in found.items()}


def hide(views, name, steps):
    hidden = {key: view.copy() for key, view in views.items()}
    hidden[name][:, steps] = np.nan
    return hidden


@pytest.mark.parametrize("statistics", [False, True])
@pytest.mark.parametrize("names", [["local_view"], list(STEPS)])
def test_every_step_of_every_view_is_rebuilt(tmp_path, names, statistics):
    steps = {name: STEPS[name] for name in names}
    encoder, decoder = build(steps, statistics=statistics)
    found = rebuild((encoder, decoder), {name: VIEWS[name] for name in names})
    assert {name: x.shape for name, x in found.items()} == {
        name: (3, count) for name, count in steps.items()
    }
    tokens = RNG.normal(size=(3, *encoder.output["tokens"].shape[1:]))
    inputs = {
        "tokens": tokens.astype("float32"),
        "valid": RNG.random(tokens.shape[:2]) < 0.5,
    }
    check_saving(decoder, inputs, tmp_path)


def test_where_something_is_hidden_matters():
    """Two hidden patches are told apart by their place."""
    models = build()
    found = rebuild(models, hide(VIEWS, "global_view", slice(16, 40)))["global_view"]
    assert not np.allclose(found[:, 16:24], found[:, 24:32], atol=1e-3)


@pytest.mark.parametrize("kept", list(STEPS))
def test_a_missing_view_changes_nothing_in_the_others(kept):
    models = build()
    views = hide(VIEWS, kept, slice(8, 16))
    missing = {n: x if n == kept else np.full_like(x, np.nan) for n, x in views.items()}
    short = build({kept: STEPS[kept]})
    for ours, theirs in zip(short, models, strict=True):
        known = {weight.path: np.asarray(weight) for weight in theirs.weights}
        for weight in ours.weights:
            weight.assign(known[weight.path])
    np.testing.assert_allclose(
        rebuild(short, {kept: views[kept]})[kept],
        rebuild(models, missing)[kept],
        rtol=1e-4,
        atol=1e-5,
    )


def test_what_the_encoder_did_not_see_is_not_read():
    """Tokens that are not valid reach no output at all."""
    _, decoder = build()
    shape = decoder.input["tokens"].shape[1:]
    tokens = RNG.normal(size=(3, *shape)).astype("float32")
    valid = RNG.random((3, shape[0])) < 0.5
    valid[:, 0] = True
    # Those of the statistics rebuild nothing, and are masked where not valid.
    other = np.where(valid[..., None], tokens, 7.0).astype("float32")
    a, b = (decoder({"tokens": x, "valid": valid}) for x in (tokens, other))
    for name in STEPS:
        np.testing.assert_allclose(a[name], b[name], atol=1e-5)


def test_rejects_heads_that_do_not_divide():
    with pytest.raises(ValueError, match="`num_heads` must divide `decoder_dim`"):
        patch_decoder(STEPS, decoder_dim=6, num_heads=4)
