"""Encoders of one modality each: functions that return functional models."""

from mesa_keras.branches.features import feature_mlp
from mesa_keras.branches.image import image_cnn
from mesa_keras.branches.image_mobilenet import image_mobilenet_v3_small
from mesa_keras.branches.image_separable import image_separable
from mesa_keras.branches.light_curve import adapt_statistics, light_curve_transformer
from mesa_keras.branches.projection import projection_head

__all__ = [
    "adapt_statistics",
    "feature_mlp",
    "image_cnn",
    "image_mobilenet_v3_small",
    "image_separable",
    "light_curve_transformer",
    "projection_head",
]
