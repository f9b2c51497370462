"""Encoders of one modality each: functions that return functional models."""

from mesa_keras.branches.features import feature_mlp
from mesa_keras.branches.galaxy_image import adapt_galaxy_image, galaxy_image_cnn
from mesa_keras.branches.image import image_cnn
from mesa_keras.branches.image_mobilenet import image_mobilenet_v3_small
from mesa_keras.branches.image_separable import image_separable
from mesa_keras.branches.light_curve import adapt_statistics, light_curve_transformer
from mesa_keras.branches.patch_decoder import patch_decoder
from mesa_keras.branches.projection import projection_head
from mesa_keras.branches.spectrum import (
    adapt_spectrum,
    spectrum_cnn,
    spectrum_transformer,
)
from mesa_keras.branches.spectrum_circles import spectrum_circles

__all__ = [
    "adapt_galaxy_image",
    "adapt_spectrum",
    "adapt_statistics",
    "feature_mlp",
    "galaxy_image_cnn",
    "image_cnn",
    "image_mobilenet_v3_small",
    "image_separable",
    "light_curve_transformer",
    "patch_decoder",
    "projection_head",
    "spectrum_circles",
    "spectrum_cnn",
    "spectrum_transformer",
]
