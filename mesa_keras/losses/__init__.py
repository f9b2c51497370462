"""Keras losses: alignment of two views, and classification."""

from mesa_keras.losses.focal import FocalLoss, alpha_from_counts
from mesa_keras.losses.info_nce import InfoNCE
from mesa_keras.losses.sigmoid_contrastive import SigmoidContrastive

__all__ = ["FocalLoss", "InfoNCE", "SigmoidContrastive", "alpha_from_counts"]
