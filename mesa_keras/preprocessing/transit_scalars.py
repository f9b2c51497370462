"""Numbers that tell a planet from what looks like one, in physical units."""

from dataclasses import dataclass, replace

import numpy as np

from mesa_keras.preprocessing.detrend_light_curve import DetrendedLightCurve
from mesa_keras.preprocessing.fold import Ephemeris, Folded
from mesa_keras.preprocessing.fold_bins import WINDOW_DURATIONS, FoldedBins, fold_bins
from mesa_keras.preprocessing.transit_depths import (
    TransitDepths,
    depth_scatter,
    odd_even,
    transit_depths,
)
from mesa_keras.preprocessing.transit_fit import (
    TransitFit,
    fit_depth,
    fit_transit,
)

SCALARS: dict[str, str] = {
    "measured_depth": "light lost at mid-transit [ppm]",
    "measured_depth_error": "its standard error, with red noise and shape [ppm]",
    "measured_snr": "depth over its error by noise alone",
    "measured_duration": "first to last contact [hours]",
    "measured_duration_error": "its standard error [hours]",
    "transit_offset": "how much later than the epoch the transits are [hours]",
    "transit_count": "transits with data",
    "v_shape": "part of the transit that is ingress or egress [0 to 1]",
    "odd_even_difference": "depth of the 1st, 3rd, … less that of the others [ppm]",
    "odd_even_error": "its standard error [ppm]",
    "secondary_depth": "strongest dip beside the transits [ppm]",
    "secondary_error": "its standard error [ppm]",
    "secondary_phase": "where it is after the transit [periods]",
    "centroid_shift": "motion of the light's centre in transit [pixels]",
    "centroid_error": "its standard error [pixels]",
    "noise": "standard deviation of a point [ppm]",
    "red_noise": "scatter of means over a duration, that of white noise being 1",
}
PPM = 1e6
# Limb darkening and chord are known no better than this part of a depth.
SHAPE_ERROR = 0.01
# And first and last contact no better than this part of a duration.
CONTACT_ERROR = 0.02
ODD_EVEN_FLOOR = 0.003
# No secondary eclipse is looked for so near to the transit, nor its level.
PRIMARY_DURATIONS = 1.5
# A dip beside the transits that is this strong has a duration and shape of its own.
SECONDARY_SNR = 10.0
# A transit counts of which this part was observed.
LEAST_TRANSIT = 0.3


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What is measured of a candidate's transits.

    Attributes:
        scalars: Value by name of `SCALARS`, NaN where the data do not tell.
        fit: What the folded transits look like; `None` where there are no data in or
            beside them.
        secondary_fit: What the strongest dip beside them looks like, its phase as in
            `DetrendedLightCurve.secondary`; `None` where there is none.
    """

    scalars: dict[str, float]
    fit: TransitFit | None = None
    secondary_fit: TransitFit | None = None


def measure_transit(
    flat: DetrendedLightCurve, ephemeris: Ephemeris, folded: Folded
) -> Measured:
    """Measures the transits of a flat light curve, all but the centroid.

    Args:
        flat: The light curve without trend.
        ephemeris: When the transits are.
        folded: Its times, folded.
    """
    values = dict.fromkeys(SCALARS, float("nan"))
    values["noise"] = PPM * flat.noise
    values["red_noise"] = flat.red_noise
    inside = np.abs(folded.phase) < ephemeris.duration_days / 2
    values["transit_count"] = float(
        observed_cycles(folded.cycle[inside], ephemeris, flat.spacing[inside]).size
    )
    bins = _bins(flat, ephemeris, folded)
    fit = None if bins is None else fit_transit(bins, ephemeris.duration_days)
    if fit is None:
        return Measured(scalars=values)
    single = single_depths(flat, folded, fit)
    # Trends that are off at some of the transits make their depths differ.
    noise = fit.depth_err * depth_scatter(single)
    values |= {
        "measured_depth": PPM * fit.depth,
        "measured_depth_error": PPM * float(np.hypot(noise, SHAPE_ERROR * fit.depth)),
        "measured_snr": fit.depth / noise,
        "measured_duration": 24 * fit.duration_days,
        "measured_duration_error": 24
        * float(np.hypot(fit.duration_err_days, CONTACT_ERROR * fit.duration_days)),
        "transit_offset": 24 * fit.shift_days,
        "v_shape": fit.v_shape,
    }
    difference, error = odd_even(single)
    values["odd_even_difference"] = PPM * difference
    # Means of many transits of a shape that is not quite theirs are off alike.
    floor = ODD_EVEN_FLOOR * fit.depth if np.isfinite(error) else 0.0
    values["odd_even_error"] = PPM * float(np.hypot(error, floor))
    found, secondary = _secondary(flat, ephemeris, folded, fit)
    return Measured(scalars=values | found, fit=fit, secondary_fit=secondary)


def observed_cycles(
    cycle: np.ndarray, ephemeris: Ephemeris, spacing: np.ndarray
) -> np.ndarray:
    """Returns the numbers of the transits that have data, ascending.

    Args:
        cycle: Number of the transit of each cadence that is in one.
        ephemeris: When the transits are.
        spacing: Time from one exposure to the next, of each of these cadences.
    """
    numbers, place = np.unique(cycle, return_inverse=True)
    seen = np.bincount(place.ravel(), spacing, numbers.size)
    least = LEAST_TRANSIT * ephemeris.duration_days
    # Sums of equal steps are off by rounding.
    return np.asarray(numbers[seen >= least * (1 - 1e-9)])


def _bins(
    flat: DetrendedLightCurve, ephemeris: Ephemeris, folded: Folded
) -> FoldedBins | None:
    return fold_bins(
        folded.phase,
        flat.flux,
        duration_days=ephemeris.duration_days,
        noise=flat.point_error(),
        exposure_days=flat.exposure_days,
    )


def single_depths(
    flat: DetrendedLightCurve,
    folded: Folded,
    fit: TransitFit,
    *,
    eclipse: bool = False,
) -> TransitDepths:
    """Measures the depth of each transit.

    Args:
        flat: The light curve.
        folded: Its times, folded.
        fit: What the folded transits look like.
        eclipse: Whether it is of a disc without limb darkening.
    """
    return transit_depths(
        folded.phase,
        folded.cycle,
        flat.flux,
        fit,
        noise=flat.point_error(),
        exposure_days=flat.exposure_days,
        spacing=flat.spacing,
        eclipse=eclipse,
    )


def _secondary(
    flat: DetrendedLightCurve, ephemeris: Ephemeris, folded: Folded, fit: TransitFit
) -> tuple[dict[str, float], TransitFit | None]:
    """Measures the dip that was found beside the transits.

    One that is certain is fitted anew; of others only the depth is asked for.
    """
    if flat.secondary is None:
        return {}, None
    days = flat.secondary.phase_days
    beside = folded.around(days)
    # The transit itself is no level to measure from.
    away = ephemeris.duration_days * PRIMARY_DURATIONS / 2
    reach = WINDOW_DURATIONS * ephemeris.duration_days
    near = np.flatnonzero(
        (np.abs(beside.phase) < reach) & (np.abs(folded.phase) > away)
    )
    part, beside = flat.take(near), beside.take(near)
    bins = _bins(part, ephemeris, beside)
    if bins is None:
        return {}, None
    own = replace(fit, shift_days=0.0)
    if flat.secondary.snr > SECONDARY_SNR:
        own = fit_transit(bins, fit.best_duration_days, eclipse=True) or own
    depth, error = fit_depth(bins, own, eclipse=True)
    single = single_depths(part, beside, own, eclipse=True)
    scale = depth_scatter(single)
    found = {
        "secondary_depth": PPM * depth,
        "secondary_error": PPM * float(np.hypot(scale * error, SHAPE_ERROR * depth)),
        "secondary_phase": (days + own.shift_days) / ephemeris.period % 1.0,
    }
    return found, own
