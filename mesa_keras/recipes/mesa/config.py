"""Configuration of the MESA recipe."""

from dataclasses import dataclass
from typing import Any

from mesa_keras.config_fields import (
    NOT_NEGATIVE,
    POSITIVE,
    RATE,
    SHARE,
    check_field,
    check_fields,
    names,
    option,
    temperature,
)
from mesa_keras.training.training_options import TrainingOptions

# What predictions call a candidate that no class is decided for.
UNKNOWN = "unknown"
DISPOSITIONS = ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE")
SEED_PLANET_FEATURES = ("period", "depth", "planet_radius")
SEED_STELLAR_FEATURES = ("stellar_temp", "stellar_radius")
KEPLER12_PLANET_FEATURES = (
    "period",
    "depth",
    "planet_radius",
    "duration",
    "impact",
    "model_snr",
    "equilibrium_temp",
    "insolation",
)
KEPLER12_STELLAR_FEATURES = (
    "stellar_temp",
    "stellar_radius",
    "stellar_logg",
    "magnitude",
)


@dataclass(frozen=True, kw_only=True)
class MesaConfig(TrainingOptions):
    """Everything that determines one MESA training run besides its data.

    The defaults are those of the preset `base`. The help text of a field says what it
    means; a field is a command-line flag of the same name.
    """

    labels: tuple[str, ...] = option(
        DISPOSITIONS, "class names in order, comma-separated", parse=names
    )
    planet_features: tuple[str, ...] = option(
        KEPLER12_PLANET_FEATURES, "columns of the planet branch", parse=names
    )
    stellar_features: tuple[str, ...] = option(
        KEPLER12_STELLAR_FEATURES, "columns of the stellar branch", parse=names
    )
    derived_features: bool = option(
        False, "add features derived from physics to the planet branch"
    )
    d_model: int = option(64, "width of tokens and embeddings", rule=POSITIVE)
    nhead: int = option(4, "attention heads; divides d_model", rule=POSITIVE)
    num_layers: int = option(
        1, "Transformer blocks of the light-curve branch", rule=POSITIVE
    )
    mlp_dim: int = option(
        128, "width of the feed-forward layer of a block", rule=POSITIVE
    )
    dropout: float = option(0.2, "dropout rate in [0, 1)", rule=RATE)
    patch_size: int = option(
        8, "time bins of a token; 1 is a token per bin", rule=POSITIVE
    )
    stem: str = option(
        "convolution",
        "how time bins become tokens",
        choices=("linear", "convolution"),
    )
    view_statistics: bool = option(
        True, "give the light-curve branch statistics of every view as well"
    )
    feature_dim: int = option(
        128, "width of the feature branches' hidden layer", rule=POSITIVE
    )
    feature_transform: str = option(
        "quantile", "normalization of the features", choices=("log", "quantile")
    )
    feature_embedding_dim: int = option(
        12,
        "width of the numerical embedding of a feature; 0 for none",
        rule=NOT_NEGATIVE,
    )
    projection_dim: int = option(
        32, "dimension of the shared space of both views", rule=POSITIVE
    )
    classifier_dim: int = option(
        192, "width of the classifier's hidden layers", rule=POSITIVE
    )
    num_towers: int = option(
        2, "networks side by side whose probabilities are averaged", rule=POSITIVE
    )
    temperature: float | str = option(
        0.07, "temperature of the contrastive loss, or `learnable`", parse=temperature
    )
    contrastive_loss: str = option(
        "info_nce", "loss of the alignment", choices=("info_nce", "sigmoid")
    )
    contrastive_weight: float = option(
        0.1, "weight of the contrastive loss", rule=NOT_NEGATIVE
    )
    classification_weight: float = option(
        1.0, "weight of the focal loss", rule=NOT_NEGATIVE
    )
    focal_alpha: float = option(
        1.0, "weight of every class in the focal loss", rule=POSITIVE
    )
    focal_gamma: float = option(
        0.0, "focusing exponent of the focal loss", rule=NOT_NEGATIVE
    )
    label_smoothing: float = option(
        0.0, "share of a label spread over all classes", rule=RATE
    )
    class_balance: str = option(
        "none",
        "what to do about rare classes",
        choices=("none", "class_weights", "balanced_sampling"),
    )
    epochs: int = option(30, "passes over the training stars", rule=POSITIVE)
    batch_size: int = option(64, "candidates per step", rule=POSITIVE)
    learning_rate: float = option(1e-3, "peak learning rate of AdamW", rule=POSITIVE)
    weight_decay: float = option(
        0.02, "decoupled weight decay of AdamW", rule=NOT_NEGATIVE
    )
    warmup_epochs: float = option(
        3.0, "epochs of linear warm-up before the cosine", rule=NOT_NEGATIVE
    )
    patience: int = option(
        12,
        "epochs without a better validation loss before training stops",
        rule=POSITIVE,
    )
    augment: bool = option(True, "augment the light curves")
    max_shift: float = option(
        0.01, "augmentation: largest shift, fraction of a view", rule=NOT_NEGATIVE
    )
    noise: float = option(
        0.02, "augmentation: largest noise, in transit depths", rule=NOT_NEGATIVE
    )
    scaling: float = option(
        0.05, "augmentation: largest change of amplitude", rule=NOT_NEGATIVE
    )
    reversal: bool = option(True, "augmentation: read half of the curves backwards")
    modality_dropout: float = option(
        0.05, "rate at which a whole modality is hidden in training", rule=RATE
    )
    feature_dropout: float = option(
        0.05, "rate at which a single feature is hidden in training", rule=RATE
    )
    star_event_dropout: float = option(
        0.3,
        "rate at which all counts of other events on the star are hidden in training",
        rule=RATE,
    )
    validation_fraction: float = option(
        0.05, "share of stars for early stopping", rule=SHARE
    )
    calibration_fraction: float = option(
        0.1, "share of stars for temperature and thresholds", rule=SHARE
    )
    thresholds: str = option(
        "none",
        "how class thresholds are chosen on the calibration stars",
        choices=("none", "max_f1"),
    )
    steps_per_execution: int = option(
        # A step takes milliseconds, about as long as the call.
        16,
        "training steps per call from Python",
        rule=POSITIVE,
    )

    def __post_init__(self) -> None:
        self._check_names()
        check_fields(self)
        check_field(
            self, "nhead", self.d_model % self.nhead == 0, "must divide d_model"
        )
        number = isinstance(self.temperature, (int, float)) and self.temperature > 0
        check_field(
            self,
            "temperature",
            number or self.temperature == "learnable",
            "must be positive, or `learnable`",
        )

    def _check_names(self) -> None:
        unique = len(set(self.labels)) == len(self.labels)
        check_field(
            self, "labels", unique and len(self.labels) > 1, "must be two or more"
        )
        check_field(
            self, "labels", UNKNOWN not in self.labels, f"must not name `{UNKNOWN}`"
        )
        columns = (*self.planet_features, *self.stellar_features)
        if len(set(columns)) < len(columns) or not columns:
            raise ValueError(
                "`planet_features` and `stellar_features` must name at least one "
                f"column, and each once. Received: {columns}"
            )

    @classmethod
    def small(cls, **changes: Any) -> "MesaConfig":
        """A configuration that trains in seconds, for tests and notebooks."""
        settings: dict[str, Any] = {
            "d_model": 8,
            "nhead": 2,
            "num_layers": 1,
            "mlp_dim": 16,
            "feature_dim": 16,
            "feature_embedding_dim": 4,
            "projection_dim": 8,
            "classifier_dim": 16,
            "num_towers": 2,
            "epochs": 2,
            "batch_size": 32,
            "warmup_epochs": 0.5,
            "steps_per_execution": 4,
        }
        return cls(**{**settings, **changes})
