"""Named configurations of the MESA recipe."""

import dataclasses

from mesa_keras.recipes.mesa.config import (
    KEPLER12_PLANET_FEATURES,
    KEPLER12_STELLAR_FEATURES,
    SEED_PLANET_FEATURES,
    SEED_STELLAR_FEATURES,
    MesaConfig,
)

# The published description's own numbers; what it leaves open (widths of the dense
# parts) is chosen to come near its 40 thousand parameters: 36,321 with two views.
SEED = MesaConfig(
    planet_features=SEED_PLANET_FEATURES,
    stellar_features=SEED_STELLAR_FEATURES,
    d_model=32,
    nhead=2,
    num_layers=1,
    mlp_dim=256,
    dropout=0.1,
    patch_size=1,
    stem="linear",
    view_statistics=False,
    feature_dim=64,
    feature_transform="log",
    feature_embedding_dim=0,
    projection_dim=32,
    classifier_dim=48,
    num_towers=1,
    focal_alpha=0.25,
    focal_gamma=2.0,
    epochs=50,
    batch_size=16,
    learning_rate=1e-4,
    weight_decay=0.05,
    warmup_epochs=1.0,
    weight_averaging=0.0,
    jit_compile=True,
)
SEED_LARGE = dataclasses.replace(
    SEED, d_model=128, nhead=8, num_layers=4, mlp_dim=512, classifier_dim=128
)
KEPLER12 = dataclasses.replace(
    SEED,
    planet_features=KEPLER12_PLANET_FEATURES,
    stellar_features=KEPLER12_STELLAR_FEATURES,
)
BASE = MesaConfig()
PRESETS = {
    "base": BASE,
    "seed": SEED,
    "seed_large": SEED_LARGE,
    "kepler12": KEPLER12,
}
