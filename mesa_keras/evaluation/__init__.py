"""How good is a model: metrics, intervals, calibration, thresholds, retrieval, leaks.

NumPy in, plain numbers out; neither Keras nor TensorFlow.
"""

from mesa_keras.evaluation.bootstrap import bootstrap_intervals, paired_bootstrap
from mesa_keras.evaluation.calibration import (
    ReliabilityCurve,
    expected_calibration_error,
    fit_temperature,
    reliability_curve,
    softmax,
)
from mesa_keras.evaluation.class_prior import adjust_class_prior
from mesa_keras.evaluation.classification import (
    classification_metrics,
    classification_report,
)
from mesa_keras.evaluation.consistency import calibration_band, consistency_bars
from mesa_keras.evaluation.coverage import (
    CoverageCurve,
    coverage_curve,
    selective_accuracy,
)
from mesa_keras.evaluation.ensemble import crps_ensemble, pit_ensemble
from mesa_keras.evaluation.leakage import (
    LEAKING_COLUMNS,
    check_disjoint,
    check_no_leak,
)
from mesa_keras.evaluation.mixture import KernelMixture, fit_kernel_mixture
from mesa_keras.evaluation.neighbors import Neighbors, nearest_neighbors
from mesa_keras.evaluation.one_against_rest import one_against_rest
from mesa_keras.evaluation.pair_validity import (
    measured_images,
    measured_spectra,
    pair_validity,
)
from mesa_keras.evaluation.precision_recall import (
    PrecisionRecallCurve,
    precision_recall_curve,
)
from mesa_keras.evaluation.regression import (
    OUTLIER_LIMITS,
    r2_score,
    redshift_errors,
    redshift_metrics,
    regression_metrics,
)
from mesa_keras.evaluation.retrieval import (
    RetrievalRanks,
    alignment_uniformity,
    modality_gap,
    retrieval_ranks,
    retrieval_recall,
)
from mesa_keras.evaluation.thresholds import (
    decide,
    fit_thresholds,
    threshold_at_max_f1,
    threshold_at_precision,
    threshold_at_recall,
)

__all__ = [
    "LEAKING_COLUMNS",
    "OUTLIER_LIMITS",
    "CoverageCurve",
    "KernelMixture",
    "Neighbors",
    "PrecisionRecallCurve",
    "ReliabilityCurve",
    "RetrievalRanks",
    "adjust_class_prior",
    "alignment_uniformity",
    "bootstrap_intervals",
    "calibration_band",
    "check_disjoint",
    "check_no_leak",
    "classification_metrics",
    "classification_report",
    "consistency_bars",
    "coverage_curve",
    "crps_ensemble",
    "decide",
    "expected_calibration_error",
    "fit_kernel_mixture",
    "fit_temperature",
    "fit_thresholds",
    "measured_images",
    "measured_spectra",
    "modality_gap",
    "nearest_neighbors",
    "one_against_rest",
    "pair_validity",
    "paired_bootstrap",
    "pit_ensemble",
    "precision_recall_curve",
    "r2_score",
    "redshift_errors",
    "redshift_metrics",
    "regression_metrics",
    "reliability_curve",
    "retrieval_ranks",
    "retrieval_recall",
    "selective_accuracy",
    "softmax",
    "threshold_at_max_f1",
    "threshold_at_precision",
    "threshold_at_recall",
]
