"""Configuration of the AstroCLIP recipe."""

from dataclasses import dataclass
from typing import Any

from mesa_keras.config_fields import (
    NOT_NEGATIVE,
    POSITIVE,
    RATE,
    SHARE,
    check_field,
    check_fields,
    option,
    temperature,
    widths,
)
from mesa_keras.recipes.astroclip.config_parts import Augmentation, Circles, limits
from mesa_keras.training.training_options import TrainingOptions

DIMENSIONS = (lambda value: 2 <= value <= 4096, "must lie between 2 and 4096")


@dataclass(frozen=True, kw_only=True)
class AstroclipConfig(Circles, Augmentation, TrainingOptions):
    """Everything that determines one AstroCLIP training run besides its data.

    The defaults are those of the preset `base`. The help text of a field says what it
    means; a field is a command-line flag of the same name.
    """

    embedding_dim: int = option(
        128, "dimension of the shared space, usually 8 to 512", rule=DIMENSIONS
    )
    image_size: int = option(
        96, "rows and columns that images are cropped to", rule=POSITIVE
    )
    image_scaling: str = option(
        "asinh",
        "scaling of the pixels: asinh keeps flux and colour, standardize takes them "
        "away image by image",
        choices=("asinh", "standardize"),
    )
    image_filters: tuple[int, ...] = option(
        (16, 32, 64, 128),
        "filters of the image network's stem and stages, comma-separated",
        parse=widths,
    )
    image_stem_stride: int = option(2, "stride of the stem", rule=POSITIVE)
    photometry_radii: tuple[int, ...] = option(
        (3, 6, 10, 16, 24),
        "radii in pixels of the discs whose flux the image branch is told; `none` for "
        "no photometry",
        parse=lambda text: () if text == "none" else widths(text),
    )
    photometry_embedding_dim: int = option(
        8,
        "width of the numerical embedding of a flux or colour; 0 for none",
        rule=NOT_NEGATIVE,
    )
    spectrum_encoder: str = option(
        "transformer", "network of the spectra", choices=("transformer", "cnn")
    )
    spectrum_bin_size: int = option(
        4, "wavelength bins averaged by inverse variance", rule=POSITIVE
    )
    spectrum_patch_size: int = option(
        128, "wavelength bins of a token: a power of 2 of averages", rule=POSITIVE
    )
    spectrum_filters: int = option(
        16, "filters of the first convolution on spectra", rule=POSITIVE
    )
    hidden_dim: int = option(128, "width of tokens and branches", rule=POSITIVE)
    num_layers: int = option(
        2, "Transformer blocks of the spectrum branch", rule=POSITIVE
    )
    num_heads: int = option(4, "attention heads; divides hidden_dim", rule=POSITIVE)
    mlp_dim: int = option(
        256, "width of the feed-forward layer of a block", rule=POSITIVE
    )
    projection_dim: int = option(
        256, "width of the hidden layer of both projections", rule=POSITIVE
    )
    dropout: float = option(0.1, "dropout rate of dense layers, in [0, 1)", rule=RATE)
    block_dropout: float = option(
        0.0, "dropout rate in Transformer blocks, slow without a GPU", rule=RATE
    )
    temperature: float | str = option(
        0.07,
        "temperature of the loss info_nce, or `learnable`; sigmoid learns its own",
        parse=temperature,
    )
    loss: str = option("info_nce", "contrastive loss", choices=("info_nce", "sigmoid"))
    epochs: int = option(60, "passes over the training pairs", rule=POSITIVE)
    batch_size: int = option(128, "pairs per step")
    learning_rate: float = option(2e-3, "peak learning rate of AdamW", rule=POSITIVE)
    schedule: str = option(
        "cosine", "learning rate after the warm-up", choices=("cosine", "constant")
    )
    weight_decay: float = option(
        0.02, "decoupled weight decay of AdamW", rule=NOT_NEGATIVE
    )
    warmup_epochs: float = option(1.0, "epochs of linear warm-up", rule=NOT_NEGATIVE)
    patience: int = option(
        15,
        "epochs without a better validation loss before training stops",
        rule=POSITIVE,
    )
    redshift_range: tuple[float, ...] = option(
        (0.0, 0.8), "lowest and highest redshift of a valid pair", parse=limits
    )
    validation_fraction: float = option(
        0.05,
        "share of objects for early stopping, where the data name no split",
        rule=SHARE,
    )
    reference_size: int = option(
        1000,
        "training pairs that redshifts of validation objects are read off after each "
        "epoch",
        rule=POSITIVE,
    )
    num_neighbors: int = option(
        16, "neighbours whose mean redshift is taken then", rule=POSITIVE
    )

    def __post_init__(self) -> None:
        check_fields(self)
        # The other pairs of a batch are what a pair is told from.
        check_field(self, "batch_size", self.batch_size > 1, "must be 2 or more")
        number = isinstance(self.temperature, (int, float)) and self.temperature > 0
        check_field(
            self,
            "temperature",
            number or self.temperature == "learnable",
            "must be positive, or `learnable`",
        )
        check_field(
            self,
            "num_heads",
            self.hidden_dim % self.num_heads == 0,
            "must divide `hidden_dim`",
        )
        check_field(
            self,
            "circle_periods",
            len(self.circle_periods) == 2
            and 0 < self.circle_periods[0] <= self.circle_periods[1],
            "must be a shortest and a longest period",
        )
        low_high = self.redshift_range
        check_field(
            self,
            "redshift_range",
            len(low_high) == 2 and low_high[0] <= low_high[1],
            "must be a lowest and a highest redshift",
        )
        check_field(
            self,
            "photometry_radii",
            not (self.photometry_radii and self.image_scaling == "standardize"),
            "must be `none` where images are standardized, which takes flux away",
        )

    @property
    def periods(self) -> tuple[float, ...]:
        """Periods of the circles in ln(1 + z), rounded; empty without any."""
        num = min(self.num_circles, self.embedding_dim // 4)
        if not self.shift_weight or not num:
            return ()
        low, high = self.circle_periods
        ratio = (high / low) ** (1 / max(num - 1, 1))
        return tuple(round(high / ratio**i, 6) for i in range(num))

    @classmethod
    def small(cls, **changes: Any) -> "AstroclipConfig":
        """A configuration that trains in seconds, for tests and notebooks."""
        settings: dict[str, Any] = {
            "embedding_dim": 8,
            "circle_bins": 256,
            "circle_filters": 4,
            "image_size": 32,
            "image_filters": (4, 8),
            "photometry_radii": (3, 8),
            "photometry_embedding_dim": 0,
            "spectrum_patch_size": 256,
            "spectrum_filters": 4,
            "hidden_dim": 16,
            "num_layers": 1,
            "num_heads": 2,
            "mlp_dim": 16,
            "projection_dim": 16,
            "epochs": 2,
            "batch_size": 16,
            "warmup_epochs": 0.5,
            "reference_size": 64,
        }
        return cls(**{**settings, **changes})
