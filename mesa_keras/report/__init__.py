"""Figures and the HTML page of a run. Modules load when a name is first used."""

from typing import TYPE_CHECKING

from mesa_keras.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from mesa_keras.report.alignment import alignment_figure
    from mesa_keras.report.change_panel import ChangePanel
    from mesa_keras.report.confusion_matrix import confusion_matrix_figure
    from mesa_keras.report.coverage import coverage_figure
    from mesa_keras.report.decision_boundary import decision_boundary_figure
    from mesa_keras.report.embedding_map import pca_map, tsne_map
    from mesa_keras.report.epoch_curves import measures_per_epoch
    from mesa_keras.report.files import save_figure, save_pictures
    from mesa_keras.report.folded_panel import FoldedPanel
    from mesa_keras.report.light_curve_panel import LightCurvePanel
    from mesa_keras.report.light_curves import light_curves_figure
    from mesa_keras.report.page import Picture, Section, Table, write_report
    from mesa_keras.report.pit_histogram import pit_figure
    from mesa_keras.report.plane import Plane, project_to_plane
    from mesa_keras.report.precision_recall import precision_recall_figure
    from mesa_keras.report.prediction_scatter import prediction_scatter_figure
    from mesa_keras.report.probability_bars import ClassProbabilities
    from mesa_keras.report.property_map import property_map_figure
    from mesa_keras.report.redshift_scatter import redshift_scatter_figure
    from mesa_keras.report.reliability import reliability_figure
    from mesa_keras.report.roc import roc_figure
    from mesa_keras.report.similar_objects import (
        ShownObject,
        asinh_rgb,
        similar_objects_figure,
    )
    from mesa_keras.report.training_curves import training_accuracy, training_loss
    from mesa_keras.report.vetting_sheet import (
        SheetTable,
        SingleTransits,
        VettingSheet,
        vetting_sheet_figure,
    )

_MODULES = {
    "ChangePanel": "change_panel",
    "ClassProbabilities": "probability_bars",
    "FoldedPanel": "folded_panel",
    "LightCurvePanel": "light_curve_panel",
    "SheetTable": "vetting_sheet",
    "SingleTransits": "vetting_sheet",
    "VettingSheet": "vetting_sheet",
    "vetting_sheet_figure": "vetting_sheet",
    "Picture": "page",
    "Plane": "plane",
    "Section": "page",
    "ShownObject": "similar_objects",
    "Table": "page",
    "alignment_figure": "alignment",
    "asinh_rgb": "similar_objects",
    "confusion_matrix_figure": "confusion_matrix",
    "coverage_figure": "coverage",
    "decision_boundary_figure": "decision_boundary",
    "light_curves_figure": "light_curves",
    "measures_per_epoch": "epoch_curves",
    "pca_map": "embedding_map",
    "pit_figure": "pit_histogram",
    "project_to_plane": "plane",
    "precision_recall_figure": "precision_recall",
    "prediction_scatter_figure": "prediction_scatter",
    "property_map_figure": "property_map",
    "redshift_scatter_figure": "redshift_scatter",
    "reliability_figure": "reliability",
    "roc_figure": "roc",
    "save_figure": "files",
    "similar_objects_figure": "similar_objects",
    "save_pictures": "files",
    "training_accuracy": "training_curves",
    "training_loss": "training_curves",
    "tsne_map": "embedding_map",
    "write_report": "page",
}

__all__ = [
    "ChangePanel",
    "ClassProbabilities",
    "FoldedPanel",
    "LightCurvePanel",
    "Picture",
    "Plane",
    "Section",
    "SheetTable",
    "ShownObject",
    "SingleTransits",
    "Table",
    "VettingSheet",
    "alignment_figure",
    "asinh_rgb",
    "confusion_matrix_figure",
    "coverage_figure",
    "decision_boundary_figure",
    "light_curves_figure",
    "measures_per_epoch",
    "pca_map",
    "pit_figure",
    "precision_recall_figure",
    "prediction_scatter_figure",
    "project_to_plane",
    "property_map_figure",
    "redshift_scatter_figure",
    "reliability_figure",
    "roc_figure",
    "save_figure",
    "save_pictures",
    "similar_objects_figure",
    "training_accuracy",
    "training_loss",
    "tsne_map",
    "vetting_sheet_figure",
    "write_report",
]
__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
