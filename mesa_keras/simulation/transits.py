"""Transit light curves, with limb darkening and Kepler's exposures.

References:
    Mandel & Agol 2002, ApJ 580, L171; Kreidberg 2015, PASP 127, 1161 (batman).
    Kipping 2010, MNRAS 408, 1758: why long exposures must be supersampled.
"""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.missing_extra import missing_extra
from mesa_keras.preprocessing import global_edges, local_edges, normalize_view
from mesa_keras.simulation.catalogue_rows import (
    TransitParameters,
    catalogue_columns,
    transit_parameters,
)
from mesa_keras.simulation.noise import (
    LONG_CADENCE_DAYS,
    kepler_noise_ppm,
    median_noise,
    points_per_bin,
)

VIEW_BINS = {"global_view": 201, "local_view": 61}
# Points of an exposure of half an hour, and of longer ones in proportion.
EXPOSURE_POINTS = 7
EXPOSURE_STEP_DAYS = LONG_CADENCE_DAYS / EXPOSURE_POINTS
# Stellar radii; batman fails where limbs touch at mid-transit to a thousandth of it.
CONTACT_TOLERANCE = 1e-9
# Points across a transit, and within a bin, of which the median is taken.
TRANSIT_POINTS = 257
BIN_POINTS = 9


def transit_flux(
    time: ArrayLike,
    *,
    period: float,
    epoch: float,
    radius_ratio: float,
    scaled_semimajor_axis: float,
    impact: float = 0.0,
    limb_darkening: tuple[float, float] = (0.40, 0.26),
    exposure_days: float = 0.0,
) -> np.ndarray:
    """Returns the relative flux of a star with a transiting planet.

    The orbit is circular, and the planet dark.

    Args:
        time: Middle of each exposure in days, of any shape; NaN gives NaN.
        period: Period in days.
        epoch: A transit's centre, in the time system of `time`.
        radius_ratio: Planet's radius over the star's; 0 gives a flux of 1.
        scaled_semimajor_axis: Orbit's radius over the star's, above 1.
        impact: Distance of the transit's chord from the disc's centre, in stellar
            radii.
        limb_darkening: Quadratic coefficients u1 and u2, a Sun-like star's in the
            Kepler band by default.
        exposure_days: Length of an exposure in days, over which flux is averaged
            (Kepler's long cadence is `LONG_CADENCE_DAYS`).

    Returns:
        Flux of the shape of `time`, 1 outside transit.

    Raises:
        ImportError: If batman is not installed.
        ValueError: If a parameter is out of range.

    Example:
        >>> flux = transit_flux(
        ...     [0.0, 1.0],
        ...     period=10.0,
        ...     epoch=0.0,
        ...     radius_ratio=0.1,
        ...     scaled_semimajor_axis=20.0,
        ...     limb_darkening=(0.0, 0.0),
        ... )
        >>> flux.round(4).tolist()
        [0.99, 1.0]
    """
    batman = _import_batman()
    _check_orbit(period, epoch, radius_ratio, scaled_semimajor_axis, impact)
    u = [float(value) for value in limb_darkening]
    if len(u) != 2 or not np.isfinite(u).all():
        raise ValueError(
            f"`limb_darkening` must be two numbers. Received: {limb_darkening}"
        )
    if not (np.isfinite(exposure_days) and exposure_days >= 0):
        raise ValueError(
            f"`exposure_days` must be 0 or more. Received: {exposure_days}"
        )
    days = np.asarray(time, dtype=np.float64)
    good = np.isfinite(days)
    count = 1
    if exposure_days:
        count = max(EXPOSURE_POINTS, int(np.ceil(exposure_days / EXPOSURE_STEP_DAYS)))
    offsets = ((np.arange(count) + 0.5) / count - 0.5) * exposure_days
    # Near zero, where times are exact to fractions of a second.
    phase = np.mod(days[good] - epoch + period / 2, period) - period / 2
    points = (phase[:, None] + offsets).ravel()
    parameters = batman.TransitParams()
    parameters.t0, parameters.per, parameters.rp = 0.0, period, radius_ratio
    parameters.a = scaled_semimajor_axis
    chord = _off_contact(impact, radius_ratio)
    parameters.inc = np.degrees(np.arccos(chord / scaled_semimajor_axis))
    parameters.ecc, parameters.w = 0.0, 90.0
    parameters.u, parameters.limb_dark = u, "quadratic"
    flux = np.full(days.shape, np.nan)
    if points.size:
        model = batman.TransitModel(parameters, points, nthreads=1)
        flux[good] = model.light_curve(parameters).reshape(-1, count).mean(axis=1)
    return flux


def simulate_views_from_rows(frame: Any, seed: int) -> dict[str, np.ndarray]:
    """Simulates the folded light curves that a catalogue's rows describe.

    Each bin holds the median of Kepler long-cadence exposures of a whole mission: a
    transit by `transit_parameters`, as deep as the row says and as long as its star's
    density makes it, and white noise of the row's magnitude and the number of exposures
    in a bin. The local view is as wide as the transit asks for that is in it.

    Args:
        frame: Table with any of the columns `object_id`, `period` [d], `duration` [h],
            `depth` [ppm], `planet_radius` [Earth radii], `impact`, `stellar_temp` [K],
            `stellar_radius` [solar radii], `stellar_logg` [log10 cm/s2],
            `stellar_mass` [solar masses] and `magnitude`; any value may be NaN. The
            light curve is folded at the row's own `epoch`, which does not matter
            therefore.
        seed: With the object's id (its place, where the table has no ids) the seed of
            its row, so that the order of rows does not matter.

    Returns:
        `global_view` of shape `(rows, 201)` and `local_view` of shape `(rows, 61)`,
        float32, in the convention "median0_min-1"; NaN in rows without a positive
        period, or with neither a depth nor both radii.

    Raises:
        ImportError: If batman is not installed.
        ValueError: If `seed` is negative.
    """
    if seed < 0:
        raise ValueError(f"`seed` must be 0 or more. Received: {seed}")
    columns = catalogue_columns(frame)
    ids = frame["object_id"] if "object_id" in frame else range(len(frame))
    views = {
        name: np.full((len(frame), bins), np.nan) for name, bins in VIEW_BINS.items()
    }
    for row, name in enumerate(ids):
        rng = _row_generator(seed, str(name))
        cells = {column: float(values[row]) for column, values in columns.items()}
        transit = transit_parameters(cells, rng)
        if transit is not None:
            views["global_view"][row], views["local_view"][row] = _views(transit, rng)
    return {
        name: normalize_view(view).astype(np.float32) for name, view in views.items()
    }


def _views(
    transit: TransitParameters, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the global and local view of a transit, not yet scaled."""
    period = transit.period
    phase, dip = _dip(transit)
    sigma = float(kepler_noise_ppm(transit.magnitude)) / 1e6
    views = []
    for edges in (global_edges(period), local_edges(period, transit.duration)):
        width = edges[1] - edges[0]
        within = (np.arange(BIN_POINTS) + 0.5) / BIN_POINTS * width
        values = np.interp(edges[:-1, None] + within, phase, dip, left=0.0, right=0.0)
        medians = np.sort(values, axis=1)[:, BIN_POINTS // 2]
        noise = median_noise(sigma, points_per_bin(width, period))
        views.append(1 - medians + rng.normal(scale=noise, size=medians.shape))
    return views[0], views[1]


def _dip(transit: TransitParameters) -> tuple[np.ndarray, np.ndarray]:
    """Returns days from mid-transit and the light lost, averaged over exposures."""
    orbit: dict[str, Any] = {
        "period": transit.period,
        "epoch": 0.0,
        "radius_ratio": transit.radius_ratio,
        "scaled_semimajor_axis": transit.scaled_semimajor_axis,
        "impact": transit.impact,
        "limb_darkening": transit.limb_darkening,
    }
    half = transit.duration / 48 + LONG_CADENCE_DAYS / 2
    phase = np.linspace(-half, half, TRANSIT_POINTS)
    dip = 1 - transit_flux(phase, exposure_days=LONG_CADENCE_DAYS, **orbit)
    if not np.isnan(transit.depth):
        deepest = 1 - transit_flux(0.0, **orbit)
        if deepest > 0:
            dip = dip * (transit.depth / deepest)
    return phase, dip


def _off_contact(impact: float, radius_ratio: float) -> float:
    # Where the planet's limb touches the star's from within, or its centre, Mandel &
    # Agol divide by zero, and rounding decides what comes out.
    contacts = abs(1 - radius_ratio), radius_ratio
    touches = min(abs(impact - place) for place in contacts) < CONTACT_TOLERANCE
    return abs(impact - 2 * CONTACT_TOLERANCE) if touches else impact


def _row_generator(seed: int, object_id: str) -> np.random.Generator:
    digest = hashlib.blake2b(object_id.encode(), digest_size=8).digest()
    return np.random.default_rng([seed, int.from_bytes(digest, "little")])


def _check_orbit(
    period: float,
    epoch: float,
    radius_ratio: float,
    scaled_semimajor_axis: float,
    impact: float,
) -> None:
    if not (np.isfinite(period) and period > 0):
        raise ValueError(f"`period` must be positive days. Received: {period}")
    if not np.isfinite(epoch):
        raise ValueError(f"`epoch` must be a finite time in days. Received: {epoch}")
    if not (np.isfinite(radius_ratio) and radius_ratio >= 0):
        raise ValueError(f"`radius_ratio` must be 0 or more. Received: {radius_ratio}")
    if not (np.isfinite(scaled_semimajor_axis) and scaled_semimajor_axis > 1):
        raise ValueError(
            "`scaled_semimajor_axis` must be above 1, outside the star. "
            f"Received: {scaled_semimajor_axis}"
        )
    if not 0 <= impact <= scaled_semimajor_axis:
        raise ValueError(
            "`impact` must be from 0 to `scaled_semimajor_axis`. "
            f"Received: impact={impact}, scaled_semimajor_axis={scaled_semimajor_axis}"
        )


def _import_batman() -> Any:
    try:
        import batman
    except ImportError as error:
        raise missing_extra(
            "simulating transits needs batman", "lightcurves"
        ) from error
    return batman
