import dataclasses

import pytest

from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.presets import SEED
from mesa_keras.recipes.mesa.pretrain_config import PRETRAIN_PRESETS, PretrainConfig


def test_the_model_is_that_of_training():
    """Weights fit into `train_mesa` without a flag."""
    base, plain = PRETRAIN_PRESETS["base"], MesaConfig()
    seed = PRETRAIN_PRESETS["seed"]
    for field in (
        *("planet_features", "stellar_features", "derived_features", "d_model"),
        *("nhead", "num_layers", "mlp_dim", "patch_size", "stem", "view_statistics"),
        *("feature_dim", "feature_transform", "feature_embedding_dim"),
        *("projection_dim", "classifier_dim", "num_towers"),
    ):
        assert getattr(base, field) == getattr(plain, field), field
        assert getattr(seed, field) == getattr(SEED, field), field


def test_every_field_has_a_help_text():
    for field in dataclasses.fields(PretrainConfig):
        assert field.metadata["help"], field.name


def test_mixing_is_read_as_shares():
    assert PretrainConfig().shares() == {}
    config = PretrainConfig(mixing=("kepler_tce=2", "koi=0", "tess_tce=0.5"))
    assert config.shares() == {"kepler_tce": 2, "koi": 0, "tess_tce": 0.5}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mixing": ("kepler_tce",)}, "`mixing` must be set=number"),
        ({"mixing": ("kepler_tce=-1",)}, "`mixing` must be set=number"),
        ({"mixing": ("a=1", "a=2")}, "`mixing` must be set=number"),
        ({"mixing": ("a=nan",)}, "`mixing` must be set=number"),
        ({"mask_share": 0.0}, r"`mask_share` must lie in \(0, 1\)"),
        ({"mask_share": 1.0}, r"`mask_share` must lie in \(0, 1\)"),
        ({"view_dropout": 1.0}, r"`view_dropout` must lie in \[0, 1\)"),
        ({"decoder_dim": 30}, "`decoder_dim` must be a multiple of nhead=4"),
        ({"masked_epochs": 0}, "`masked_epochs` must be positive"),
        ({"nhead": 3}, "`nhead` must divide d_model"),
    ],
)
def test_values_out_of_range(changes, message):
    with pytest.raises(ValueError, match=message):
        PretrainConfig(**changes)
