"""The one-page sheet of a vetting: from what was found to panels and tables."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from mesa_keras.recipes.mesa.vetting import Vetting
from mesa_keras.recipes.mesa.vetting_changes import change_panels
from mesa_keras.recipes.mesa.vetting_tables import sheet_tables
from mesa_keras.recipes.mesa.vetting_views import folded_panels, single_transits
from mesa_keras.report import (
    ClassProbabilities,
    LightCurvePanel,
    VettingSheet,
    vetting_sheet_figure,
)

# Means of the flat light curve are over so much of a transit, where that is several
# points.
_MEANS_PER_DURATION = 4
_LEAST_POINTS = 3


def draw_sheet(vetting: Vetting) -> Figure:
    """Draws the sheet of one object."""
    verdict = vetting.verdict
    raw, flat = _light_curves(vetting)
    wide, narrow = folded_panels(vetting)
    return vetting_sheet_figure(
        VettingSheet(
            title=vetting.target.object_id,
            verdict=verdict_line(vetting),
            lines=_lines(vetting),
            probabilities=ClassProbabilities(
                class_names=verdict.class_names,
                probabilities=verdict.probabilities,
                thresholds=verdict.thresholds,
                interval=verdict.interval,
                spread=verdict.towers,
            ),
            raw=raw,
            flat=flat,
            wide=wide,
            narrow=narrow,
            single=single_transits(vetting),
            changes=change_panels(vetting),
            tables=sheet_tables(vetting),
            footnote=". ".join([interval_sentence(vetting), notes_line(vetting)]),
        )
    )


def verdict_line(vetting: Vetting) -> str:
    """Returns the verdict in a few words: class, probability, interval."""
    verdict = vetting.verdict
    text = f"{verdict.name()}, probability {verdict.score:.3f}"
    if verdict.interval is not None and verdict.decision < len(verdict.class_names):
        low, high = verdict.interval[:, verdict.decision]
        text += f" ({low:.3f} to {high:.3f})"
    return text


def notes_line(vetting: Vetting) -> str:
    """Returns the notes as one paragraph."""
    return f"Notes: {'; '.join(vetting.notes)}."


def interval_sentence(vetting: Vetting) -> str:
    """Says what the interval is, or why there is none."""
    verdict = vetting.verdict
    if verdict.interval is None:
        count = verdict.num_transits
        transits = "1 transit is" if count == 1 else f"{count} transits are"
        return f"No interval: {transits} too few to draw them anew"
    return (
        f"Intervals: central 90 % when the {verdict.num_transits} transits are drawn "
        "anew with replacement, about the value from all; the verdict is then the same "
        f"in {100 * verdict.agreement:.0f} % of the draws"
    )


def _lines(vetting: Vetting) -> list[str]:
    target, verdict = vetting.target, vetting.verdict
    ephemeris, curve = target.ephemeris(), target.curve
    segments = ", ".join(part.name for part in curve.segments[:6])
    if len(curve.segments) > 6:
        segments += f" and {len(curve.segments) - 6} more"
    lines = [
        f"{curve.mission}, {segments}; {len(curve):,} cadences",
        f"Period {ephemeris.period:.6g} d, epoch {ephemeris.epoch:.4f} "
        f"{curve.time_system}, duration {ephemeris.duration:.2f} h",
    ]
    networks = f"Model {vetting.model.predictor.path.name}"
    if verdict.towers is not None:
        networks += f", {verdict.num_towers} networks (their spread in grey)"
    return [*lines, networks]


def _light_curves(vetting: Vetting) -> tuple[LightCurvePanel, LightCurvePanel]:
    curve, flat = vetting.target.curve, vetting.model.base.flat
    transits = transit_times(vetting)
    time, means = _means(flat.time, flat.flux, vetting.target.ephemeris().duration_days)
    shown = time.size * _LEAST_POINTS <= flat.time.size
    return (
        LightCurvePanel(
            time=curve.time,
            flux=curve.flux,
            trend=flat.trend,
            transits=transits,
            y_label=f"raw flux, {curve.flux_unit}",
        ),
        LightCurvePanel(
            time=flat.time,
            flux=1e6 * (flat.flux - 1),
            transits=transits,
            binned_time=time if shown else None,
            binned=1e6 * (means - 1) if shown else None,
            y_label="without trend, ppm",
            x_label=f"Time (days, {curve.time_system}); the transits are marked",
        ),
    )


def transit_times(vetting: Vetting) -> Sequence[float]:
    """Returns the times of all transits within the light curve."""
    ephemeris, time = vetting.target.ephemeris(), vetting.target.curve.time
    first, last = ephemeris.cycle(time[[0, -1]])
    times = ephemeris.epoch + ephemeris.period * np.arange(first, last + 1)
    inside: list[float] = times[(times >= time[0]) & (times <= time[-1])].tolist()
    return inside


def _means(
    time: np.ndarray, flux: np.ndarray, duration_days: float
) -> tuple[np.ndarray, np.ndarray]:
    """Means over a part of a duration, of the points that are there."""
    step = np.floor(time * (_MEANS_PER_DURATION / duration_days))
    starts = np.flatnonzero(np.diff(step, prepend=step[0] - 1) != 0)
    counts = np.diff(np.append(starts, time.size))
    return (
        np.add.reduceat(time, starts) / counts,
        np.add.reduceat(flux, starts) / counts,
    )
