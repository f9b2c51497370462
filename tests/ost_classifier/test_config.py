import dataclasses
import json

import pytest

from ost_classifier.config import OstConfig
from ost_classifier.presets import PRESETS

# The published recommended command.
RECOMMENDED = {
    "target_w": 448,
    "target_h": 448,
    "epochs": 30,
    "batch_size": 24,
    "loss_strategy": "class_weights",
    "cw_beta": 0.3,
    "cw_cap": 4.0,
    "label_smoothing": 0.08,
    "initial_lr": 1e-3,
    "batch_ref": 32,
    "lr_schedule": "cosine",
    "warmup_epochs": 5,
    "augment": True,
    "aug_strength": 0.3,
    "randaug_n": 2,
    "randaug_m": 5,
    "mixup_alpha": 0.1,
    "balanced_sampling": True,
    "balance_cap": 4.0,
}


def test_presets():
    found = dataclasses.asdict(PRESETS["recommended"])
    assert {name: found[name] for name in RECOMMENDED} == RECOMMENDED
    assert len(found["aug_conservative"]) == 6
    low = PRESETS["low_memory"]
    assert (low.target_w, low.target_h, low.batch_size) == (224, 224, 8)
    assert low.frame_settings.dtype == "float16"


def test_survives_json():
    for config in (*PRESETS.values(), OstConfig.small()):
        read = json.loads(json.dumps(dataclasses.asdict(config)))
        again = {k: tuple(v) if isinstance(v, list) else v for k, v in read.items()}
        assert OstConfig(**again) == config


@pytest.mark.parametrize(
    "changes",
    [
        {"target_w": 0},
        {"target_h": 100_000},
        {"channels": 4},
        {"backbone": "resnet"},
        {"filters": (8, 0)},
        {"backbone_weights": "x.h5"},
        {"cw_beta": 2.0},
        {"cw_cap": 0.5},
        {"label_smoothing": 1.0},
        {"initial_lr": 0.0},
        {"lr_schedule": "linear"},
        {"loss_strategy": "hinge"},
        {"aug_strength": 1.5},
        {"randaug_m": 11.0},
        {"mixup_alpha": -0.1},
        {"balance_cap": 0.0},
        {"header_dropout": 1.0},
        {"split_by": "week"},
        {"validation_fraction": 0.6},
        {"precision": "float16"},
    ],
    ids=str,
)
def test_rejects_values_out_of_range(changes):
    (name,) = changes
    with pytest.raises(ValueError, match=f"`{name}`"):
        OstConfig(**changes)


def test_rejects_filters_of_a_backbone_that_has_its_own():
    with pytest.raises(
        ValueError, match=r"`filters` .*=\(8, 16\), backbone=mobilenet_v3_small"
    ):
        OstConfig(backbone="mobilenet_v3_small", filters=(8, 16))
    assert not OstConfig.small(backbone="mobilenet_v3_small").filters


def test_image_and_statistics_are_not_hidden_together():
    with pytest.raises(
        ValueError, match=r"_dropout=0.7, statistics_dropout=0.5, of sum 1.2$"
    ):
        OstConfig(image_dropout=0.7, statistics_dropout=0.5)
    assert OstConfig(image_dropout=0.9, statistics_dropout=0.1)
