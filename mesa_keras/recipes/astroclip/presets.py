"""Named configurations of the AstroCLIP recipe."""

import dataclasses

from mesa_keras.recipes.astroclip.config import AstroclipConfig

BASE = AstroclipConfig()
# The published description's own numbers: a residual network on images standardized one
# by one, a convolutional network on spectra, Adam at a constant rate.
SEED = dataclasses.replace(
    BASE,
    image_scaling="standardize",
    photometry_radii=(),
    photometry_embedding_dim=0,
    spectrum_encoder="cnn",
    shift_weight=0.0,
    dropout=0.0,
    batch_size=512,
    learning_rate=5e-4,
    schedule="constant",
    weight_decay=1e-4,
    warmup_epochs=0.0,
    clip_norm=1e6,
    weight_averaging=0.0,
    epochs=75,
    patience=75,
)
PRESETS = {"base": BASE, "seed": SEED}
