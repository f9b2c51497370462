import pytest

from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.training.training_options import TrainingOptions
from ost_classifier.config import OstConfig

CONFIGS = (AstroclipConfig, MesaConfig, OstConfig)


@pytest.mark.parametrize("config", CONFIGS)
def test_every_recipe_has_them_with_their_rules(config):
    assert issubclass(config, TrainingOptions)
    for name, value, rule in (
        ("seed", -1, r"must be in \[0, 4294967296\)"),
        ("seed", 2**32, r"must be in \[0, 4294967296\)"),
        ("clip_norm", 0.0, "must be positive"),
        ("weight_averaging", 1.0, r"must lie in \[0, 1\)"),
        ("steps_per_execution", 0, "must be positive"),
    ):
        with pytest.raises(ValueError, match=rf"`{name}` {rule}\. Received: {name}="):
            config(**{name: value})


def test_only_mesa_takes_many_steps_at_once():
    """Its steps take milliseconds; a frame's take as long as a call from Python."""
    assert {c.__name__: c().steps_per_execution for c in CONFIGS} == {
        "AstroclipConfig": 1,
        "MesaConfig": 16,
        "OstConfig": 1,
    }
