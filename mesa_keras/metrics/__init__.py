"""Keras metrics: retrieval across views, accuracy, and calibration."""

from mesa_keras.metrics.expected_calibration_error import ExpectedCalibrationError
from mesa_keras.metrics.labelled_accuracy import LabelledAccuracy
from mesa_keras.metrics.retrieval_recall import RetrievalRecall

__all__ = ["ExpectedCalibrationError", "LabelledAccuracy", "RetrievalRecall"]
