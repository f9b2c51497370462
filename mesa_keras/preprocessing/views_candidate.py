"""All views of a candidate, and its scalars, from one raw light curve."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.detrend_light_curve import (
    DetrendedLightCurve,
    detrend_light_curve,
)
from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.preprocessing.transit_fit import TransitFit, observed_depth
from mesa_keras.preprocessing.transit_scalars import measure_transit
from mesa_keras.preprocessing.views_folded import (
    centroid_view,
    empty_view,
    flux_views,
    unfolded_transits,
)
from mesa_keras.preprocessing.views_settings import ViewSettings

# Views of a faint dip are divided by this many errors of its depth at least.
LEAST_SCALE_SNR = 3.0


@dataclass(frozen=True, kw_only=True)
class CandidateViews:
    """Folded light curves of one candidate.

    Attributes:
        flux: By name of the view, medians of flux over trend less 1 (of the view
            "centroid" pixels), shape `(bins,)`; NaN in empty bins.
        scatter: Standard deviation of the points of each bin, in the same unit.
        count: Number of points of each bin.
        unfolded: One row a transit in order of time, `(transits, bins)`, as `flux`;
            rows of NaN where there are fewer.
        scale: What `normalized` divides by: the depth that the bins see, or three times
            its error if that is more.
        scalars: Value by name of `transit_scalars.SCALARS`.
        fit: What the folded transits look like, `None` where the data do not tell.
        secondary_fit: What the strongest dip beside them looks like, `None` without.
        flat: The light curve that they were made from.
        settings: How they were made.
    """

    flux: dict[str, np.ndarray]
    scatter: dict[str, np.ndarray]
    count: dict[str, np.ndarray]
    unfolded: np.ndarray
    scale: float
    scalars: dict[str, float]
    fit: TransitFit | None
    secondary_fit: TransitFit | None
    flat: DetrendedLightCurve
    settings: ViewSettings

    def normalized(self) -> dict[str, np.ndarray]:
        """Returns the views over the transit's depth, by the settings' convention."""
        return {
            name: (values / self.scale).astype(np.float32)
            for name, values in self.flux.items()
        }


def candidate_views(
    time: ArrayLike,
    flux: ArrayLike,
    ephemeris: Ephemeris,
    *,
    segment: ArrayLike | None = None,
    centroid: np.ndarray | None = None,
    others: Sequence[Ephemeris] = (),
    exposure_days: float | None = None,
    settings: ViewSettings | None = None,
) -> CandidateViews:
    """Detrends a raw light curve and makes all views and scalars of a candidate.

    Args:
        time: Days, shape `(cadences,)`, in any order; NaN is left out.
        flux: Flux in any unit with a positive median; NaN is left out.
        ephemeris: The candidate's.
        segment: Integers that tell quarters or sectors apart.
        centroid: Column and row of the light's centre in pixels, `(cadences, 2)`.
        others: Ephemerides of the star's other planets, which are left out.
        exposure_days: Time from one exposure to the next; `None` takes the median.
        settings: Bins and widths.

    Returns:
        The views. "global" has one period with the transit in the middle;
        "half_period" and "double_period" half of one and two, in the latter the
        transits are at a quarter and three quarters; "local" is around the transit,
        "odd" and "even" the 1st, 3rd, … and the others; "secondary" is around the
        strongest dip elsewhere; "centroid" the motion of the light's centre along its
        motion in transit, NaN without centroids.

    Raises:
        ImportError: If wotan is not installed.
        ValueError: If the arrays do not fit, or nothing is left outside the transits.

    Example:
        >>> import numpy as np
        >>> time = np.arange(0.0, 60.0, 0.02)
        >>> flux = 1000 - 10.0 * (np.abs((time - 1.5) % 3.1) < 0.1)
        >>> transits = Ephemeris(period=3.1, epoch=1.55, duration=2.4)
        >>> views = candidate_views(time, flux, transits)
        >>> float(views.flux["global"][100].round(3)), views.unfolded.shape
        (-0.01, (20, 31))
    """
    settings = settings or ViewSettings()
    if centroid is not None and centroid.shape != (*np.shape(time), 2):
        raise ValueError(
            "`centroid` must have a column and a row for each time. "
            f"Received: shape {centroid.shape}"
        )
    flat = detrend_light_curve(
        time,
        flux,
        ephemeris,
        segment=segment,
        others=others,
        window=settings.window_days,
        exposure_days=exposure_days,
    )
    return flat_views(flat, ephemeris, centroid=centroid, settings=settings)


def flat_views(
    flat: DetrendedLightCurve,
    ephemeris: Ephemeris,
    *,
    centroid: np.ndarray | None = None,
    settings: ViewSettings | None = None,
) -> CandidateViews:
    """Makes all views and scalars from a light curve that is flat already.

    Args:
        flat: What `detrend_light_curve` returned; its kept cadences may be in any order
            and occur more than once.
        ephemeris: The candidate's.
        centroid: Column and row in pixels of every cadence given to it.
        settings: Bins and widths.

    Returns:
        The views; see `candidate_views`.
    """
    settings = settings or ViewSettings()
    folded = ephemeris.fold(flat.time)
    measured = measure_transit(flat, ephemeris, folded)
    scalars = measured.scalars
    found = flux_views(flat, ephemeris, folded, settings)
    found["centroid"] = empty_view(settings.local_bins)
    if centroid is not None:
        view, shift, error = centroid_view(
            centroid[flat.kept], ephemeris, folded, settings
        )
        found["centroid"] = view
        scalars |= {"centroid_shift": shift, "centroid_error": error}
    level = {name: 0.0 if name == "centroid" else 1.0 for name in found}
    return CandidateViews(
        flux={n: (v.median - level[n]).astype(np.float32) for n, v in found.items()},
        scatter={name: v.scatter.astype(np.float32) for name, v in found.items()},
        count={name: v.count.astype(np.float32) for name, v in found.items()},
        unfolded=unfolded_transits(flat, ephemeris, folded, settings),
        scale=_scale(measured.fit, flat),
        scalars=scalars,
        fit=measured.fit,
        secondary_fit=measured.secondary_fit,
        flat=flat,
        settings=settings,
    )


def _scale(fit: TransitFit | None, flat: DetrendedLightCurve) -> float:
    if fit is None:
        return float("nan")
    depth = observed_depth(fit, flat.exposure_days)
    return max(depth, LEAST_SCALE_SNR * fit.depth_err)
