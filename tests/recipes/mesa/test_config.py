import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mesa_keras.config_fields import names, temperature
from mesa_keras.recipes.mesa.config import DISPOSITIONS, MesaConfig
from mesa_keras.recipes.mesa.presets import BASE, KEPLER12, PRESETS, SEED, SEED_LARGE

ROOT = Path(__file__).parents[3]


def test_the_preset_seed_has_the_published_numbers():
    assert (SEED.d_model, SEED.nhead, SEED.num_layers) == (32, 2, 1)
    assert (SEED.learning_rate, SEED.weight_decay, SEED.batch_size) == (1e-4, 0.05, 16)
    assert (SEED.focal_alpha, SEED.focal_gamma, SEED.temperature) == (0.25, 2, 0.07)
    assert (SEED.contrastive_weight, SEED.classification_weight) == (0.1, 1.0)
    assert SEED.planet_features == ("period", "depth", "planet_radius")
    assert SEED.stellar_features == ("stellar_temp", "stellar_radius")
    assert SEED.labels == ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE") == DISPOSITIONS
    assert SEED.patch_size == 1


def test_the_other_presets():
    assert (SEED_LARGE.d_model, SEED_LARGE.nhead, SEED_LARGE.num_layers) == (128, 8, 4)
    assert SEED_LARGE.dropout == 0.1
    assert len(KEPLER12.planet_features + KEPLER12.stellar_features) == 12
    assert MesaConfig() == BASE
    assert set(PRESETS) == {"base", "seed", "seed_large", "kepler12"}


@pytest.mark.parametrize("config", PRESETS.values(), ids=PRESETS)
def test_a_config_survives_json(config):
    settings = dataclasses.asdict(config) | {"temperature": "learnable", "seed": 3}
    read = json.loads(json.dumps(settings))
    again = {name: tuple(v) if isinstance(v, list) else v for name, v in read.items()}
    assert MesaConfig(**again) == dataclasses.replace(
        config, temperature="learnable", seed=3
    )


def test_unknown_keys_fail():
    with pytest.raises(TypeError, match="num_head"):
        MesaConfig(num_head=2)
    with pytest.raises(TypeError, match="positional"):
        MesaConfig(DISPOSITIONS)


def test_a_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        BASE.seed = 1


def test_the_small_config_takes_changes():
    assert MesaConfig.small(d_model=4, nhead=1).d_model == 4
    with pytest.raises(ValueError, match="`nhead` must divide"):
        MesaConfig.small(nhead=3)


POSITIVE = [
    *("d_model", "nhead", "num_layers", "mlp_dim", "patch_size", "feature_dim"),
    *("projection_dim", "classifier_dim", "num_towers", "epochs", "batch_size"),
    *("learning_rate", "clip_norm", "patience", "focal_alpha", "steps_per_execution"),
]
NOT_NEGATIVE = [
    *("feature_embedding_dim", "contrastive_weight", "classification_weight"),
    *("focal_gamma", "weight_decay", "warmup_epochs", "max_shift", "noise", "scaling"),
]
RATES = ["label_smoothing", "weight_averaging", "modality_dropout", "feature_dropout"]
SHARES = ["validation_fraction", "calibration_fraction"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in POSITIVE for value in (0, -1)),
        *((name, -0.1) for name in NOT_NEGATIVE),
        *((name, value) for name in RATES for value in (-0.1, 1.0)),
        *((name, value) for name in SHARES for value in (0.0, 0.5)),
        ("dropout", 1.0),
        ("dropout", -0.1),
        ("labels", ("A",)),
        ("labels", ("A", "A")),
        ("labels", ("A", "unknown")),
        ("temperature", 0.0),
        ("temperature", "warm"),
        ("contrastive_loss", "triplet"),
        ("class_balance", "yes"),
        ("feature_transform", "none"),
        ("thresholds", "max"),
        ("nhead", 3),
        ("learning_rate", float("nan")),
    ],
)
def test_values_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"{name}"):
        MesaConfig(**{name: value})


def test_features_are_named_once_and_at_least_once():
    for planet, stellar in (
        ((), ()),
        (("period", "period"), ()),
        (("period",), ("period",)),
    ):
        with pytest.raises(ValueError, match="`planet_features` and `stellar_feat"):
            MesaConfig(planet_features=planet, stellar_features=stellar)
    assert MesaConfig(stellar_features=()).stellar_features == ()


def test_every_field_has_a_help_text_and_words_are_parsed():
    for field in dataclasses.fields(MesaConfig):
        text = field.metadata["help"]
        assert len(text) > 10
        # A rule that slipped into the text of its help checks nothing.
        assert "rule=" not in text, field.name
    assert names(" PC, AFP ,,NTP") == ("PC", "AFP", "NTP")
    assert temperature("0.1") == 0.1
    assert temperature("learnable") == "learnable"


@pytest.mark.slow
def test_the_config_imports_neither_keras_nor_tensorflow():
    code = (
        "import sys; import mesa_keras.recipes.mesa.presets\n"
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
