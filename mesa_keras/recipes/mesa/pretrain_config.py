"""Configuration of MESA's pretraining on several sets of events."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from mesa_keras.config_fields import (
    NOT_NEGATIVE,
    POSITIVE,
    RATE,
    check_field,
    names,
    option,
)
from mesa_keras.recipes.mesa.config import DISPOSITIONS, MesaConfig
from mesa_keras.recipes.mesa.presets import SEED

STAGES = ("masked", "supervised")
# Class names of the sets that are known by name.
KNOWN_LABELS: dict[str, tuple[str, ...]] = {
    "kepler_tce": ("PC", "AFP", "NTP"),
    "tess_tce": ("PC", "EB", "J"),
    "koi": DISPOSITIONS,
}
_PART = (lambda value: 0 < value < 1, "must lie in (0, 1)")


@dataclass(frozen=True, kw_only=True)
class PretrainConfig(MesaConfig):
    """Everything that determines one pretraining besides its data.

    The fields of `MesaConfig` are among them; its `epochs` are those of the supervised
    stage, and its `labels` are not used: each set has its own.
    """

    masked_epochs: int = option(
        60, "epochs of the self-supervised stage", rule=POSITIVE
    )
    mask_share: float = option(
        0.5, "share of the patches that are hidden and asked for", rule=_PART
    )
    view_dropout: float = option(
        0.15, "rate at which a whole view is hidden and asked for", rule=RATE
    )
    decoder_dim: int = option(
        32, "width of the decoder; nhead divides it", rule=POSITIVE
    )
    reconstruction_weight: float = option(
        1.0, "weight of the loss of what was hidden", rule=NOT_NEGATIVE
    )
    masked_contrastive_weight: float = option(
        0.1,
        "weight of the contrastive loss in the self-supervised stage",
        rule=NOT_NEGATIVE,
    )
    mixing: tuple[str, ...] = option(
        (),
        "share of each labelled set in the supervised batches, as set=number, "
        "comma-separated; 0 leaves one out [their numbers of events]",
        parse=names,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_field(
            self,
            "decoder_dim",
            self.decoder_dim % self.nhead == 0,
            f"must be a multiple of nhead={self.nhead}",
        )
        self.shares()

    def shares(self) -> dict[str, float]:
        """Returns the numbers of `mixing` by set.

        Raises:
            ValueError: If an entry is not a set and a number of at least 0.
        """
        result: dict[str, float] = {}
        for entry in self.mixing:
            name, _, text = entry.partition("=")
            try:
                number = float(text)
            except ValueError:
                number = -1.0
            check_field(
                self,
                "mixing",
                bool(name) and 0 <= number < float("inf") and name not in result,
                "must be set=number, each set once, numbers not negative",
            )
            result[name] = number
        return result

    @classmethod
    def small(cls, **changes: Any) -> "PretrainConfig":
        """A configuration that trains in seconds, for tests and notebooks."""
        small = dataclasses.asdict(MesaConfig.small())
        own = {"masked_epochs": 2, "decoder_dim": 8}
        return cls(**{**small, **own, **changes})


# On the three real sets, 21,200 training events, an epoch has 166 steps: of 0.16 s in
# the first stage and 0.06 s in the second on two idle cores, half an hour in all.
BASE = PretrainConfig(batch_size=128, epochs=40, patience=15, jit_compile=True)
PRETRAIN_PRESETS = {
    "base": BASE,
    "seed": PretrainConfig(
        **{
            **dataclasses.asdict(SEED),
            "batch_size": BASE.batch_size,
            "epochs": BASE.epochs,
            "patience": BASE.patience,
            "learning_rate": BASE.learning_rate,
        }
    ),
}
