"""What a model is shown of one object, also when its light curve is changed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from mesa_keras.inference import Predictor
from mesa_keras.preprocessing.views_candidate import CandidateViews
from mesa_keras.readers import KNOWN_COLUMNS, CandidateTable
from mesa_keras.recipes.mesa.candidate_views import fit_to_model
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.model_data import check_unseen, mesa_schema
from mesa_keras.recipes.mesa.raw_views import (
    event_views,
    named_views,
    no_views_reason,
)
from mesa_keras.recipes.mesa.table_arrays import (
    asked_columns,
    feature_array,
    row_faults,
    value_faults,
)
from mesa_keras.recipes.mesa.target import Target
from mesa_keras.recipes.mesa.transit_notes import transit_notes
from mesa_keras.recipes.mesa.view_sources import raw_views, settings_for

# Columns that the light curve tells in the same unit, by the name of the scalar.
MEASURED = {
    "depth": "measured_depth",
    "duration": "measured_duration",
    "model_snr": "measured_snr",
}
# Catalogue values that change with the light curve: as this power of the scalar.
_FOLLOWING = {
    "depth": ("measured_depth", 1.0),
    "model_snr": ("measured_snr", 1.0),
    "planet_radius": ("measured_depth", 0.5),
}


class TargetModel:
    """A model and one object: from a light curve to the model's outputs.

    Args:
        predictor: A MESA model.
        target: The object.

    Attributes:
        columns: Columns of the model.
        measured: Columns that come from the light curve.
        missing: Columns of the model without a value.
        base: Views of the light curve as it is.

    Raises:
        ValueError: If the model is none of MESA, the light curve holds no transit, or a
            value that was given is of no column that it knows.
    """

    def __init__(self, predictor: Predictor, target: Target) -> None:
        self.predictor, self.target = predictor, target
        self._schema = mesa_schema(predictor)
        self._settings = settings_for(self._schema["views"])
        self.columns = columns = self._columns("planet") + self._columns("stellar")
        _check_columns(target.given, columns)
        known = {name for name, x in target.values.items() if np.isfinite(x)}
        self.measured = [n for n in columns if n in MEASURED and n not in known]
        self.base = self.views()
        reason = no_views_reason(target.curve, target.event, self.base)
        if reason is not None:
            raise ValueError(f"{target.object_id}: {reason}")
        frame = self._frame([self.base])
        self.missing = [
            name for name in columns if name not in asked_columns(frame, [name])[0]
        ]

    def views(self, flux: np.ndarray | None = None) -> CandidateViews:
        """Makes views of the light curve, with another flux where it is given.

        Args:
            flux: Raw flux, shape `(cadences,)`.
        """
        target = self.target
        curve = target.curve if flux is None else replace(target.curve, flux=flux)
        return event_views(curve, target.event, target.siblings, self._settings)

    def data(self, views: Sequence[CandidateViews]) -> MesaData:
        """Returns what the model takes, a row for each of the views.

        Values that are measured are those of each row's own light curve; catalogue
        values of depth, planet radius and signal-to-noise change as the measured ones
        do.

        Raises:
            ValueError: If the model wants views of another convention.
        """
        target, schema = self.target, self._schema
        table = self._frame(views)
        convention = schema["view_convention"]
        named = [named_views(one, convention) for one in views]
        arrays = {name: np.stack([one[name] for one in named]) for name in named[0]}
        found = fit_to_model(
            raw_views(arrays, self._settings, convention, target.notes),
            len(views),
            schema["views"],
            convention,
            table.path,
        )
        known, _ = asked_columns(table, self.columns)
        faults = value_faults(table)
        features = {
            kind: feature_array(known, self._columns(kind), faults)
            for kind in ("planet", "stellar")
        }
        return MesaData(
            object_id=table.frame["object_id"].to_numpy(dtype=str),
            star_id=table.frame["star_id"].to_numpy(dtype=str),
            label=None,
            class_names=self.predictor.class_names,
            planet_features=features["planet"],
            planet_columns=tuple(self._columns("planet")),
            stellar_features=features["stellar"],
            stellar_columns=tuple(self._columns("stellar")),
            views=found.arrays,
            view_convention=found.convention,
            light_curve_source=found.source,
            faults=row_faults(faults, found, list(features.values())),
            warnings=(*found.warnings, *self.notes()),
            fingerprint="",
            path=table.path,
        )

    def own_data(self) -> MesaData:
        """Returns what the model takes of the object as it is, with all notes.

        Among them is whether the model was trained on its star: that is no error here,
        but a verdict that was learned by heart.
        """
        data = self.data([self.base])
        said = check_unseen(self.predictor, data, allow_shared_stars=True)
        return replace(data, warnings=(*data.warnings, *said))

    def notes(self) -> list[str]:
        """Says what was measured, what is odd about it, and what is missing."""
        scalars = self.base.scalars
        notes = transit_notes(self.target.ephemeris(), scalars)
        if self.measured:
            told = [f"{name} {scalars[MEASURED[name]]:.4g}" for name in self.measured]
            notes.append(f"measured in the light curve: {', '.join(told)}")
        if self.missing:
            notes.append(f"missing: {', '.join(self.missing)}")
        return notes

    def predict(self, views: Sequence[CandidateViews]) -> dict[str, np.ndarray]:
        """Returns all outputs of the model, a row for each of the views."""
        return self.predictor.predict(self.data(views).inputs())

    def _columns(self, kind: str) -> list[str]:
        return list(self._schema[f"{kind}_features"])

    def _frame(self, views: Sequence[CandidateViews]) -> CandidateTable:
        target = self.target
        rows = [self._row(one) for one in views]
        frame = pd.DataFrame(rows).assign(
            object_id=target.object_id, star_id=target.star_id
        )
        return CandidateTable(
            frame=frame,
            path=Path(target.curve.segments[0].source),
            sha256="",
            warnings=(),
            faults=np.full(len(rows), ""),
            # Rows of one object under changes, which are no events found on its star.
            has_star_id=False,
        )

    def _row(self, views: CandidateViews) -> dict[str, float]:
        row = dict(self.target.values)
        for name in self.measured:
            row[name] = _positive(views.scalars[MEASURED[name]])
        for name, (scalar, power) in _FOLLOWING.items():
            if name in row and name not in self.measured:
                ratio = views.scalars[scalar] / self.base.scalars[scalar]
                row[name] *= _positive(ratio) ** power
        return row


def _check_columns(given: Sequence[str], columns: Sequence[str]) -> None:
    """Raises where a value would go nowhere, as one of a misspelt column does."""
    useful = dict.fromkeys([*KNOWN_COLUMNS, *columns])
    unknown = [name for name in given if name not in useful]
    if unknown:
        raise ValueError(
            f"`features` must be of the columns {', '.join(useful)}. "
            f"Received: {', '.join(unknown)}"
        )


def _positive(value: float) -> float:
    """Returns the number, NaN where it is no size of anything."""
    return value if value > 0 else float("nan")
