"""Configuration of the OST frame classifier."""

from dataclasses import dataclass
from typing import Any, Literal

from mesa_keras.config_fields import (
    AT_LEAST_ONE,
    NOT_NEGATIVE,
    POSITIVE,
    RATE,
    SHARE,
    check_field,
    check_fields,
    names,
    option,
    widths,
)
from mesa_keras.training.training_options import TrainingOptions
from ost_classifier.classes import CONSERVATIVE_CLASSES
from ost_classifier.frame_settings import FrameSettings

# Backbones whose stages have as many filters as one likes.
FILTERED = ("cnn", "separable")


# Smaller ones lose all in the strides, larger ones take tens of gigabytes.
_SIDE = (lambda value: 8 <= value <= 4096, "must lie in [8, 4096]")


@dataclass(frozen=True, kw_only=True)
class OstConfig(TrainingOptions):
    """Everything that determines one training run besides its data and classes.

    The defaults are those of the preset `base`. The help text of a field says what it
    means; a field is a command-line flag of the same name.
    """

    target_w: int = option(128, "columns that a frame is resized to", rule=_SIDE)
    target_h: int = option(128, "rows that a frame is resized to", rule=_SIDE)
    channels: int = option(
        3,
        "stretches of a frame that the network sees, 1 to 3",
        rule=(lambda value: value in (1, 2, 3), "must be 1, 2 or 3"),
    )
    input_dtype: Literal["uint8", "float16"] = option(
        "uint8", "type of cached pixels", choices=("uint8", "float16")
    )
    backbone: str = option(
        "separable", "image network", choices=(*FILTERED, "mobilenet_v3_small")
    )
    filters: tuple[int, ...] = option(
        (), "filters of its stages, comma-separated [its own]", parse=widths
    )
    backbone_weights: str = option(
        "", "local weights file of mobilenet_v3_small; nothing is downloaded"
    )
    image_dim: int = option(96, "width of the image embedding", rule=POSITIVE)
    feature_dim: int = option(
        128, "width of the statistics branch's hidden layer", rule=POSITIVE
    )
    statistics_embedding_dim: int = option(
        8,
        "width of the numerical embedding of a statistic; 0 for none",
        rule=NOT_NEGATIVE,
    )
    header_dim: int = option(32, "width of header and claim branches", rule=POSITIVE)
    header_embedding_dim: int = option(
        8,
        "width of the numerical embedding of a header value; 0 for none",
        rule=NOT_NEGATIVE,
    )
    classifier_dim: int = option(
        128, "width of the classifier's hidden layer", rule=POSITIVE
    )
    dropout: float = option(0.2, "dropout rate in [0, 1)", rule=RATE)
    precision: str = option(
        "float32", "arithmetic of the layers", choices=("float32", "mixed_bfloat16")
    )
    epochs: int = option(30, "passes over the training frames", rule=POSITIVE)
    batch_size: int = option(32, "frames per step", rule=POSITIVE)
    loss_strategy: str = option(
        "class_weights",
        "what the loss does about rare classes",
        choices=("none", "class_weights", "focal_loss"),
    )
    cw_beta: float = option(
        0.3,
        "class weights are raised to this power, in [0, 1]",
        rule=(lambda value: 0 <= value <= 1, "must lie in [0, 1]"),
    )
    cw_cap: float = option(
        4.0, "largest class weight, in medians of the weights", rule=AT_LEAST_ONE
    )
    focal_gamma: float = option(
        1.5, "focusing exponent of the focal loss", rule=NOT_NEGATIVE
    )
    image_loss_weight: float = option(
        0.5,
        "weight of a loss of the image branch alone, so that it learns beside the "
        "statistics; 0 for none",
        rule=NOT_NEGATIVE,
    )
    label_smoothing: float = option(
        0.05, "share of a label spread over all classes", rule=RATE
    )
    initial_lr: float = option(
        1e-3, "peak learning rate of a batch of batch_ref", rule=POSITIVE
    )
    batch_ref: int = option(
        32, "batch size of initial_lr; the rate grows in proportion", rule=POSITIVE
    )
    lr_schedule: str = option(
        "cosine", "learning rate after the warm-up", choices=("cosine", "constant")
    )
    warmup_epochs: float = option(
        2.0, "epochs of linear warm-up of the learning rate", rule=NOT_NEGATIVE
    )
    weight_decay: float = option(
        0.01, "decoupled weight decay of AdamW", rule=NOT_NEGATIVE
    )
    patience: int = option(
        8, "epochs without a better validation loss before the end", rule=POSITIVE
    )
    augment: bool = option(
        True, "augment images: flips, turns, shifts, brightness; half of them in full"
    )
    aug_strength: float = option(
        0.3, "strength of the augmentation, in [0, 1]", rule=NOT_NEGATIVE
    )
    aug_conservative: tuple[str, ...] = option(
        CONSERVATIVE_CLASSES,
        "classes with flips and a little brightness only, comma-separated; the loss "
        "makes up for what this would tell of the class",
        parse=names,
    )
    randaug_n: int = option(
        0,
        "further random operations per image of the other classes, in half of them",
        rule=NOT_NEGATIVE,
    )
    randaug_m: float = option(
        5.0, "magnitude of those operations, 0 to 10", rule=NOT_NEGATIVE
    )
    mixup_alpha: float = option(
        0.0,
        "concentration of MixUp on all inputs and labels; 0 for none",
        rule=NOT_NEGATIVE,
    )
    balanced_sampling: bool = option(
        False, "draw rare classes more often; turns the loss's class weights off"
    )
    balance_cap: float = option(
        4.0, "how many times as often as by chance at most", rule=AT_LEAST_ONE
    )
    header_dropout: float = option(
        0.5, "rate at which header and claims are hidden in training", rule=RATE
    )
    claim_dropout: float = option(
        0.15, "rate at which claims alone are hidden in training", rule=RATE
    )
    image_dropout: float = option(
        0.1, "rate at which the image is hidden in training", rule=RATE
    )
    statistics_dropout: float = option(
        0.2, "rate at which the statistics are hidden in training", rule=RATE
    )
    feature_dropout: float = option(
        0.05, "rate at which a single statistic or header value is hidden", rule=RATE
    )
    split_by: str = option(
        "night",
        "what is kept together: a night of a camera, a camera, or nothing",
        choices=("night", "camera", "file"),
    )
    validation_fraction: float = option(
        0.1, "share of frames for early stopping", rule=SHARE
    )
    calibration_fraction: float = option(
        0.1, "share of frames for temperature and thresholds", rule=SHARE
    )
    thresholds: str = option(
        "none",
        "how class thresholds are chosen on the calibration frames",
        choices=("none", "max_f1"),
    )

    def __post_init__(self) -> None:
        check_fields(self)
        positive = all(n > 0 for n in self.filters)
        check_field(self, "filters", positive, "must be positive")
        if self.filters and self.backbone not in FILTERED:
            raise ValueError(
                f"`filters` goes with the backbones {' and '.join(FILTERED)} only. "
                f"Received: filters={self.filters}, backbone={self.backbone}"
            )
        hidden = self.image_dropout + self.statistics_dropout
        if hidden > 1:  # one of the two always stays
            raise ValueError(
                "`image_dropout` and `statistics_dropout` must sum to at most 1. "
                f"Received: image_dropout={self.image_dropout}, statistics_dropout="
                f"{self.statistics_dropout}, of sum {hidden:g}"
            )
        check_field(self, "aug_strength", self.aug_strength <= 1, "must lie in [0, 1]")
        check_field(self, "randaug_m", self.randaug_m <= 10, "must lie in [0, 10]")
        weights = not self.backbone_weights or self.backbone == "mobilenet_v3_small"
        check_field(
            self, "backbone_weights", weights, "goes with mobilenet_v3_small only"
        )

    @property
    def frame_settings(self) -> FrameSettings:
        """What a frame is turned into before the network sees it."""
        return FrameSettings(
            height=self.target_h,
            width=self.target_w,
            channels=self.channels,
            dtype=self.input_dtype,
        )

    @classmethod
    def small(cls, **changes: Any) -> "OstConfig":
        """A configuration that trains in seconds, for tests and notebooks."""
        settings: dict[str, Any] = {
            "target_w": 32,
            "target_h": 32,
            "filters": (8, 16),
            "image_dim": 16,
            "feature_dim": 16,
            "statistics_embedding_dim": 2,
            "header_embedding_dim": 2,
            "header_dim": 8,
            "classifier_dim": 16,
            "epochs": 2,
            "batch_size": 8,
            "weight_averaging": 0.9,
            "warmup_epochs": 0.5,
        }
        if changes.get("backbone", "separable") not in FILTERED:
            del settings["filters"]
        return cls(**{**settings, **changes})
