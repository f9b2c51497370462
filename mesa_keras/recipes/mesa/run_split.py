"""Which candidates a run trains on, stops by, and calibrates on."""

import numpy as np

from mesa_keras.pipelines.split import split_by_group
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.stars import KnownStars, star_groups

# With fewer stars that the pretraining has not seen, the split is as without it.
_ENOUGH = 0.5


def split_candidates(
    data: MesaData, config: MesaConfig, known: KnownStars | None = None
) -> tuple[dict[str, MesaData], list[str]]:
    """Splits candidates by star into `train`, `validation` and `calibration`.

    Weights that have learned from a star are too sure of it: after a pretraining, early
    stopping and calibration get stars that it held back or never had, as far as there
    are enough.

    Args:
        data: All candidates.
        config: Fractions and seed.
        known: Stars of the pretraining, if there was one.

    Returns:
        Data by part, and what a user should know.
    """
    held = {
        "validation": config.validation_fraction,
        "calibration": config.calibration_fraction,
    }
    wanted, notes = sum(held.values()), []
    everything = np.arange(len(data))
    seen = np.zeros(len(data), bool) if known is None else known.trained_rows(data)
    fresh = np.flatnonzero(~seen)
    if len(fresh) < _ENOUGH * wanted * len(data):
        notes.append(
            f"the pretrained weights have learned from {seen.sum():,} of "
            f"{len(data):,} candidates: early stopping and calibration are too sure"
        )
        fresh = everything
    share = len(fresh) / len(data)
    fractions = {name: part / max(share, wanted) for name, part in held.items()}
    rest = 1 - sum(fractions.values())
    if rest > 1e-9:
        fractions = {"train": rest, **fractions}
    else:
        fractions = {name: part / wanted for name, part in held.items()}
    label = None if data.label is None else data.label[fresh]
    rows = split_by_group(
        star_groups(data)[fresh], fractions, labels=label, seed=config.seed
    )
    parts = {name: fresh[index] for name, index in rows.items()}
    away = np.concatenate([parts[name] for name in held])
    parts["train"] = np.setdiff1d(everything, away)
    return {name: data.take(parts[name]) for name in ("train", *held)}, notes
