"""Keras layers without domain knowledge."""

from mesa_keras.layers.class_token import ClassToken
from mesa_keras.layers.contrastive_scale import ContrastiveScale
from mesa_keras.layers.convolutional_patch_embedding import (
    ConvolutionalPatchEmbedding,
)
from mesa_keras.layers.decision_rule import DecisionRule
from mesa_keras.layers.fast_dropout import FastDropout
from mesa_keras.layers.feature_normalization import FeatureNormalization
from mesa_keras.layers.numerical_embedding import NumericalEmbedding
from mesa_keras.layers.patch_embedding import PatchEmbedding
from mesa_keras.layers.positional_encoding import (
    LearnedPositionalEncoding,
    SinusoidalPositionalEncoding,
)
from mesa_keras.layers.series_statistics import SeriesStatistics
from mesa_keras.layers.transformer_block import TransformerBlock

__all__ = [
    "ClassToken",
    "ContrastiveScale",
    "ConvolutionalPatchEmbedding",
    "DecisionRule",
    "FastDropout",
    "FeatureNormalization",
    "LearnedPositionalEncoding",
    "NumericalEmbedding",
    "PatchEmbedding",
    "SeriesStatistics",
    "SinusoidalPositionalEncoding",
    "TransformerBlock",
]
