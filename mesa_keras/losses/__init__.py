"""Keras losses: alignment of two views, classification, and what was hidden."""

from mesa_keras.losses.focal import FocalLoss, alpha_from_counts
from mesa_keras.losses.info_nce import InfoNCE
from mesa_keras.losses.masked_reconstruction import MaskedReconstruction
from mesa_keras.losses.sigmoid_contrastive import SigmoidContrastive

__all__ = [
    "FocalLoss",
    "InfoNCE",
    "MaskedReconstruction",
    "SigmoidContrastive",
    "alpha_from_counts",
]
