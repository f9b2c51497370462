import dataclasses
import json

import pytest

from cli.train_astroclip import parser
from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.astroclip.presets import PRESETS


def test_every_field_says_what_it_means():
    for field in dataclasses.fields(AstroclipConfig):
        assert len(field.metadata["help"]) > 10, field.name


def test_a_configuration_survives_json():
    config = AstroclipConfig.small(temperature="learnable")
    read = json.loads(json.dumps(dataclasses.asdict(config)))
    again = {name: tuple(v) if isinstance(v, list) else v for name, v in read.items()}
    assert AstroclipConfig(**again) == config


def test_the_seed_preset_has_the_published_numbers():
    seed = PRESETS["seed"]
    assert (seed.batch_size, seed.epochs, seed.temperature) == (512, 75, 0.07)
    assert (seed.learning_rate, seed.weight_decay) == (5e-4, 1e-4)
    assert seed.image_scaling == "standardize"
    assert seed.embedding_dim == 128
    assert seed.shift_weight == 0
    assert seed.periods == ()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"embedding_dim": 1}, "`embedding_dim` must lie"),
        ({"temperature": 0}, "`temperature` must be positive, or `learnable`"),
        ({"temperature": "warm"}, "`temperature` must be positive, or `learnable`"),
        ({"loss": "mse"}, "`loss` must be of"),
        ({"batch_size": 1}, "`batch_size` must be 2 or more"),
        ({"hidden_dim": 30, "num_heads": 4}, "`num_heads` must divide"),
        ({"redshift_range": (0.8, 0.0)}, "`redshift_range` must be a lowest"),
        ({"redshift_range": (0.8,)}, "`redshift_range` must be a lowest"),
        ({"shift_share": 0.0}, "`shift_share` must lie"),
        ({"circle_periods": (1.0, 0.1)}, "`circle_periods` must be a shortest"),
        ({"image_scaling": "standardize"}, "`photometry_radii` must be `none`"),
        ({"rotation": "half"}, "`rotation` must be of"),
    ],
)
def test_values_out_of_range_are_refused(changes, rule):
    with pytest.raises(ValueError, match=rule):
        AstroclipConfig(**changes)


def test_circles_leave_half_of_the_dimensions_to_the_rest():
    assert len(AstroclipConfig(embedding_dim=8).periods) == 2
    periods = AstroclipConfig(embedding_dim=128, num_circles=8).periods
    assert len(periods) == 8
    assert (max(periods), min(periods)) == (1.2, 0.1)
    assert AstroclipConfig(num_circles=1).periods == (1.2,)


def test_flags_are_read():
    argv = ["--temperature", "learnable", "--photometry_radii", "none"]
    argv += ["--image-filters", "8,16", "--redshift_range", "0,0.5"]
    argv += ["--freeze", "image,spectrum", "--no-augment"]
    found = parser().parse_args(argv)
    assert found.temperature == "learnable"
    assert found.photometry_radii == ()
    assert found.image_filters == (8, 16)
    assert found.redshift_range == (0.0, 0.5)
    assert found.freeze == ("image", "spectrum")
    assert found.augment is False
