"""Keras metrics: retrieval across views, and calibration."""

from mesa_keras.metrics.expected_calibration_error import ExpectedCalibrationError
from mesa_keras.metrics.retrieval_recall import RetrievalRecall

__all__ = ["ExpectedCalibrationError", "RetrievalRecall"]
