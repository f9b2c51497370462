"""The tables of a vetting: what is measured, what would turn it, what it is like."""

import numpy as np

from mesa_keras.recipes.mesa.counterfactual_changes import Change
from mesa_keras.recipes.mesa.counterfactual_search import Counterfactual
from mesa_keras.recipes.mesa.vetting import Vetting
from mesa_keras.report import SheetTable, Table

# Scalars by name: what they are called, their error, unit, and decimals.
_SCALARS = (
    ("measured_depth", "Depth", "measured_depth_error", "ppm", 1),
    ("measured_snr", "Signal-to-noise", "", "", 1),
    ("measured_duration", "Duration", "measured_duration_error", "h", 2),
    ("transit_offset", "Later than the epoch", "", "h", 2),
    ("transit_count", "Transits with data", "", "", 0),
    ("v_shape", "Ingress and egress", "", "of transit", 2),
    ("odd_even_difference", "Odd less even", "odd_even_error", "ppm", 1),
    ("secondary_depth", "Secondary depth", "secondary_error", "ppm", 1),
    ("secondary_phase", "Secondary phase", "", "periods", 3),
    ("centroid_shift", "Centroid shift", "centroid_error", "pixels", 5),
    ("noise", "Noise of a point", "", "ppm", 1),
    ("red_noise", "Red noise over white", "", "", 2),
)
_SHORT = {
    "secondary_added": "secondary added (ppm)",
    "secondary_removed": "secondary removed (ppm)",
    "odd_even_added": "odd-even added (ppm)",
    "odd_even_removed": "odd-even removed (ppm)",
    "deeper": "deeper (ppm)",
    "shallower": "shallower (ppm)",
    "more_v_shaped": "longer ingress, to V",
    "more_box_shaped": "shorter ingress, to U",
}
_SCALAR_COLUMNS = ("Measured", "value", "±", "unit")
_FLIP_COLUMNS = ("Change", "from", "turns at", "size", "σ", "verdict then")
_SIMILAR_COLUMNS = ("Object", "class", "cosine")


def sheet_tables(vetting: Vetting) -> list[SheetTable]:
    """Returns the three tables of the sheet."""
    similar = similar_rows(vetting)
    return [
        SheetTable(
            title="Measured in the light curve",
            columns=_SCALAR_COLUMNS,
            rows=scalar_rows(vetting),
            places=(0.0, 0.42, 0.62, 0.8),
        ),
        SheetTable(
            title="Smallest change that turns the verdict",
            columns=_without_start(_FLIP_COLUMNS),
            rows=[_without_start(row) for row in flip_rows(vetting)],
            places=(0.0, 0.385, 0.545, 0.665, 0.735),
        ),
        SheetTable(
            title="Similar known objects"
            if vetting.similar is not None
            else "Similar known objects: no file of them",
            columns=_SIMILAR_COLUMNS if similar else ("", "", ""),
            rows=similar,
            places=(0.0, 0.42, 0.84),
        ),
    ]


def report_tables(vetting: Vetting) -> list[Table]:
    """Returns the same tables for the HTML page."""
    tables = [
        Table(columns=_SCALAR_COLUMNS, rows=scalar_rows(vetting)),
        Table(
            columns=_FLIP_COLUMNS,
            rows=flip_rows(vetting),
            caption="Smallest change of the light curve that turns the verdict.",
        ),
    ]
    if vetting.similar:
        tables.append(
            Table(
                columns=_SIMILAR_COLUMNS,
                rows=similar_rows(vetting),
                caption="Known objects whose embedding is the most similar.",
            )
        )
    return tables


def scalar_rows(vetting: Vetting) -> list[tuple[str, ...]]:
    """Returns name, value, error and unit of each scalar as text."""
    scalars = vetting.model.base.scalars
    rows: list[tuple[str, ...]] = []
    for name, title, error, unit, decimals in _SCALARS:
        value = scalars[name]
        rows.append(
            (
                title,
                _number(value, decimals) if np.isfinite(value) else "not measured",
                _number(scalars[error], decimals) if error else "",
                unit,
            )
        )
    return rows


def flip_rows(vetting: Vetting) -> list[tuple[str, ...]]:
    """Returns a line of text for each change, made or not."""
    rows = [_flip_row(vetting, found) for found in vetting.counterfactuals]
    skipped: list[tuple[str, ...]] = [
        (_SHORT[kind], "", reason, "", "", "")
        for kind, reason in vetting.skipped.items()
    ]
    return [*rows, *skipped]


def _without_start(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The sheet has no room for what stands in the table beside it."""
    return cells[:1] + cells[2:]


def similar_rows(vetting: Vetting) -> list[tuple[str, ...]]:
    """Returns name, class and similarity of each similar object."""
    return [
        (found.object_id, found.label, f"{found.similarity:.3f}")
        for found in vetting.similar or ()
    ]


def _flip_row(vetting: Vetting, found: Counterfactual) -> tuple[str, ...]:
    change = found.change
    decimals = 2 if change.unit != "ppm" else 1
    start = _number(change.start, decimals)
    if found.flipped_to < 0:
        most = f"none {way(change)} to {_number(float(change.values[-1]), decimals)}"
        return (_SHORT[change.kind], start, most, "", "", "")
    sigmas = found.sigmas
    return (
        _SHORT[change.kind],
        start,
        _number(found.flip, decimals),
        _number(found.size, decimals),
        _number(sigmas, 1 if sigmas < 100 else 0),
        vetting.verdict.name(found.flipped_to),
    )


def way(change: Change) -> str:
    """Returns "up" or "down": where the values of a change go."""
    return "down" if abs(change.values[-1]) < abs(change.start) else "up"


def _number(value: float, decimals: int) -> str:
    if not np.isfinite(value):
        return ""
    if decimals and abs(value) >= 1000:
        decimals = 0
    return f"{value:,.{decimals}f}".replace("-", "−")
