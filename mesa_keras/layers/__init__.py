"""Keras layers without domain knowledge."""

from mesa_keras.layers.central_sums import CentralSums
from mesa_keras.layers.circle_confidence import CircleConfidence
from mesa_keras.layers.circle_pooling import CirclePooling
from mesa_keras.layers.class_token import ClassToken
from mesa_keras.layers.contrastive_scale import ContrastiveScale
from mesa_keras.layers.convolutional_patch_embedding import (
    ConvolutionalPatchEmbedding,
)
from mesa_keras.layers.decision_rule import DecisionRule
from mesa_keras.layers.fast_dropout import FastDropout
from mesa_keras.layers.feature_normalization import FeatureNormalization
from mesa_keras.layers.local_contrast import LocalContrast
from mesa_keras.layers.log_binning import LogBinning
from mesa_keras.layers.log_positional_encoding import LogPositionalEncoding
from mesa_keras.layers.mask_token import MaskToken
from mesa_keras.layers.numerical_embedding import NumericalEmbedding
from mesa_keras.layers.patch_embedding import PatchEmbedding
from mesa_keras.layers.pixel_scaling import PixelScaling
from mesa_keras.layers.positional_encoding import (
    LearnedPositionalEncoding,
    SinusoidalPositionalEncoding,
)
from mesa_keras.layers.series_scaling import SeriesScaling
from mesa_keras.layers.series_statistics import SeriesStatistics
from mesa_keras.layers.shifted_views import ShiftedViews
from mesa_keras.layers.transformer_block import TransformerBlock
from mesa_keras.layers.unit_circles import CircleAgreement, UnitCircles
from mesa_keras.layers.unit_pairs import UnitPairs
from mesa_keras.layers.weighted_binning import WeightedBinning

__all__ = [
    "CentralSums",
    "CircleAgreement",
    "CircleConfidence",
    "CirclePooling",
    "ClassToken",
    "ContrastiveScale",
    "ConvolutionalPatchEmbedding",
    "DecisionRule",
    "FastDropout",
    "FeatureNormalization",
    "LearnedPositionalEncoding",
    "LocalContrast",
    "LogBinning",
    "LogPositionalEncoding",
    "MaskToken",
    "NumericalEmbedding",
    "PatchEmbedding",
    "PixelScaling",
    "SeriesScaling",
    "SeriesStatistics",
    "ShiftedViews",
    "SinusoidalPositionalEncoding",
    "TransformerBlock",
    "UnitCircles",
    "UnitPairs",
    "WeightedBinning",
]
