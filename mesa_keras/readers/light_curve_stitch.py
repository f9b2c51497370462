"""Several quarters, campaigns or sectors of one star as one light curve."""

from collections.abc import Sequence

import numpy as np

from mesa_keras.readers.light_curve import LightCurve, LightCurveSegment
from mesa_keras.readers.light_curve_time import to_time_system
from mesa_keras.readers.star_catalogue import star_number

# TESS's own exposures; of products of one sector the nearest to it is taken.
_TESS_EXPOSURE_DAYS = 120 / 86400
# Of a piece that has more of its cadences in a better one nothing is taken.
MOST_DOUBLES = 0.5


def stitch(curves: Sequence[LightCurve]) -> LightCurve:
    """Joins light curves of one star in order of time.

    Each segment is divided by its own median, and keeps its number, so that trends are
    taken out of each alone. Of files that hold the same time (long and short exposures,
    SPOC and QLP) one is taken: SPOC's before QLP's, then the long cadence of Kepler and
    K2, and of TESS the exposures nearest to two minutes.

    Args:
        curves: The light curves, in any order.

    Returns:
        One curve of relative flux, in the time system of the first; BJD, BKJD and BTJD
        are converted into each other.

    Raises:
        ValueError: If there is none, they are of two stars, time systems cannot be
            converted, or a segment has no positive median flux.
    """
    if not curves:
        raise ValueError("`curves` must hold one light curve or more. Received: none")
    _check_one_star(curves)
    system = curves[0].time_system
    notes = dict.fromkeys(note for curve in curves for note in curve.warnings)
    pieces = [
        (part, curve, curve.segment == place)
        for curve in curves
        for place, part in enumerate(curve.segments)
    ]
    pieces, said = _without_doubles(pieces)
    pieces.sort(key=lambda piece: _start(piece, system))
    with_centroid = any(curve.centroid is not None for _, curve, _ in pieces)
    columns = [
        _columns(piece, number, system, with_centroid)
        for number, piece in enumerate(pieces)
    ]
    arrays = {
        name: np.concatenate([column[name] for column in columns])
        for name in columns[0]
    }
    if (np.diff(arrays["time"]) < 0).any():
        order = np.argsort(arrays["time"], kind="stable")
        arrays = {name: values[order] for name, values in arrays.items()}
    return LightCurve(
        **arrays,
        time_system=system,
        mission=" and ".join(dict.fromkeys(curve.mission for curve in curves)),
        star_id=next((curve.star_id for curve in curves if curve.star_id), ""),
        flux_unit="relative",
        segments=tuple(part for part, _, _ in pieces),
        star_values={
            name: value
            for curve in reversed(curves)
            for name, value in curve.star_values.items()
        },
        warnings=(*notes, *said),
    )


_Piece = tuple[LightCurveSegment, LightCurve, np.ndarray]


def _without_doubles(pieces: list[_Piece]) -> tuple[list[_Piece], list[str]]:
    """Leaves out what was observed while a better piece was, and says so."""
    kept: list[_Piece] = []
    notes = []
    for piece in sorted(pieces, key=_rank):
        part, curve, rows = piece
        doubles = [_double(piece, other) for other in kept]
        double = np.any(doubles, axis=0) if doubles else np.zeros(int(rows.sum()), bool)
        if double.any():
            most = int(np.argmax([found.sum() for found in doubles]))
            source = kept[most][0].source
            if double.mean() > MOST_DOUBLES:
                notes.append(
                    f"{part.source}: {part.name} left out, it is taken from {source}"
                )
                continue
            notes.append(
                f"{part.source}: {double.sum()} cadences of {part.name} left out, they "
                f"are taken from {source}"
            )
            left = np.zeros(rows.shape, dtype=bool)
            left[np.flatnonzero(rows)[~double]] = True
            piece = part, curve, left
        kept.append(piece)
    return kept, notes


def _double(piece: _Piece, other: _Piece) -> np.ndarray:
    """Which cadences of a piece were observed while one of another was.

    A piece may have gaps of years, in which others were observed.
    """
    own, seen = _days(piece), _days(other)
    exposures = np.array([piece[0].exposure_days, other[0].exposure_days])
    reach = float(np.max(exposures[np.isfinite(exposures)], initial=0.0)) / 2
    if own[0] > seen[-1] + reach or own[-1] < seen[0] - reach:
        return np.zeros(own.shape, dtype=bool)
    after = np.minimum(np.searchsorted(seen, own), seen.size - 1)
    before = np.maximum(after - 1, 0)
    away = np.minimum(np.abs(seen[after] - own), np.abs(seen[before] - own))
    return np.asarray(away <= reach)


def _days(piece: _Piece) -> np.ndarray:
    _, curve, rows = piece
    return np.asarray(curve.time[rows] + _offset(curve.time_system))


def _offset(system: str) -> float:
    return to_time_system(0.0, system, "BJD") if system != "unknown" else 0.0


def _rank(piece: _Piece) -> tuple[bool, float]:
    part, curve, _ = piece
    if curve.mission == "TESS":
        distance = abs(float(np.log(part.exposure_days / _TESS_EXPOSURE_DAYS)))
    else:
        distance = -part.exposure_days
    return part.product == "QLP", distance


def _check_one_star(curves: Sequence[LightCurve]) -> None:
    stars = {
        star_number(curve.star_id) or curve.star_id for curve in curves if curve.star_id
    }
    if len(stars) > 1:
        names = ", ".join(sorted({curve.star_id for curve in curves if curve.star_id}))
        raise ValueError(f"Light curves of two stars cannot be stitched: {names}.")


def _columns(
    piece: _Piece, number: int, system: str, with_centroid: bool
) -> dict[str, np.ndarray]:
    """Arrays of one segment by attribute of `LightCurve`."""
    part, curve, rows = piece
    level = float(np.median(curve.flux[rows]))
    if not level > 0:
        raise ValueError(
            f"{part.source}: the median of its flux must be positive to divide by. "
            f"Received: {level:g} in {part.name}"
        )
    count = int(rows.sum())
    columns = {
        "time": curve.time[rows] + _shift(curve, system),
        "flux": curve.flux[rows] / level,
        "flux_err": curve.flux_err[rows] / level,
        "segment": np.full(count, number),
    }
    if with_centroid:
        unknown = np.full((count, 2), np.nan)
        columns["centroid"] = (
            unknown if curve.centroid is None else curve.centroid[rows]
        )
    return columns


def _start(piece: _Piece, system: str) -> float:
    _, curve, rows = piece
    return float(curve.time[rows][0]) + _shift(curve, system)


def _shift(curve: LightCurve, system: str) -> float:
    """Days from a curve's time system to that of all."""
    if curve.time_system == system:
        return 0.0
    if "unknown" in (curve.time_system, system):
        raise ValueError(
            f"{curve.segments[0].source}: its times are {curve.time_system}, those of "
            f"the first file {system}; files are stitched in one time system."
        )
    return to_time_system(0.0, curve.time_system, system)
