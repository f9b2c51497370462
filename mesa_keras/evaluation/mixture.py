"""Forecasts as mixtures of normal distributions around the members of an ensemble.

The members of an object are drawn towards or away from their weighted mean m by a
factor `stretch`, and each becomes a normal distribution. Its variance is the square of
`width * (1 + m)`, as errors of redshifts grow with 1 + z, plus that of Silverman's rule
for the stretched members, so that the distribution is smooth where they are far apart.
Stretch and width are fitted once, to all objects of a calibration sample.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation.ensemble import checked_ensemble

# Pairs of members compared at a time; bounds the memory.
_PAIRS = 2_000_000
_NARROWEST = 1e-6
# Fewer objects tell nothing of a width.
FEWEST_CALIBRATED = 10


@dataclass(frozen=True, kw_only=True)
class KernelMixture:
    """What makes distributions of ensembles.

    Attributes:
        stretch: Factor of the members' distances from their mean.
        width: Standard deviation of a member's distribution, over 1 + mean.
        smoothing: Factor of the rule `smoothing * s * k^(-1/5)`, with the standard
            deviation s of the stretched members, of effective number k; 0 for none.

    References:
        Silverman (1986), Density Estimation, eq. 3.31, for the rule and its factor 0.9.
    """

    stretch: float
    width: float
    smoothing: float = 0.9

    def __post_init__(self) -> None:
        if not (self.stretch >= 0 and self.smoothing >= 0 and self.width > 0):
            raise ValueError(
                "`stretch` and `smoothing` must not be negative and `width` positive. "
                f"Received: stretch={self.stretch}, smoothing={self.smoothing}, "
                f"width={self.width}"
            )

    def cdf(
        self, x: ArrayLike, members: ArrayLike, weights: ArrayLike | None = None
    ) -> np.ndarray:
        """Returns the probability below `x`; at the truth, its PIT, shape `(n,)`.

        Args:
            x: One number per object, shape `(n,)`.
            members: Values, shape `(n, members)`.
            weights: Not negative; by default equal.
        """
        from scipy.special import ndtr

        at, centers, sigma, shares = self._normal(x, members, weights)
        below = (shares * ndtr((at[:, None] - centers) / sigma)).sum(axis=1)
        # Shares add up to 1 within rounding only.
        return np.asarray(np.minimum(below, 1.0))

    def crps(
        self, y_true: ArrayLike, members: ArrayLike, weights: ArrayLike | None = None
    ) -> np.ndarray:
        """Returns the continuous ranked probability score of each object, `(n,)`.

        Args:
            y_true: Truth, shape `(n,)`.
            members: Values, shape `(n, members)`.
            weights: Not negative; by default equal.

        References:
            Grimit et al. (2006), QJRMS 132, 2925, eq. 5.
        """
        true, centers, sigma, shares = self._normal(y_true, members, weights)
        score = (shares * _mean_distance(true[:, None] - centers, sigma)).sum(axis=1)
        first, second = np.triu_indices(centers.shape[1], 1)
        step = max(1, _PAIRS // max(1, len(first)))
        spread = np.empty(len(true))
        for start in range(0, len(true), step):
            part = slice(start, start + step)
            apart = centers[part][:, first] - centers[part][:, second]
            both = shares[part][:, first] * shares[part][:, second]
            # Two independent draws differ by a normal of twice the variance.
            double = np.sqrt(2) * sigma[part]
            spread[part] = 2 * (both * _mean_distance(apart, double)).sum(axis=1)
            spread[part] += (shares[part] ** 2).sum(axis=1) * (
                _mean_distance(np.zeros(1), double)[:, 0]
            )
        return np.asarray(score - spread / 2)

    def quantiles(
        self,
        levels: ArrayLike,
        members: ArrayLike,
        weights: ArrayLike | None = None,
    ) -> np.ndarray:
        """Returns quantiles by bisection, shape `(n, levels)`.

        Args:
            levels: Probabilities in (0, 1).
            members: Values, shape `(n, members)`.
            weights: Not negative; by default equal.
        """
        from scipy.special import ndtr

        wanted = np.asarray(levels, dtype=np.float64)
        if wanted.ndim != 1 or not ((wanted > 0) & (wanted < 1)).all():
            raise ValueError(f"`levels` must lie in (0, 1). Received: {wanted}")
        anywhere = np.zeros(len(np.asarray(members)))
        _, centers, sigma, shares = self._normal(anywhere, members, weights)
        result = np.empty((len(centers), len(wanted)))
        for column, level in enumerate(wanted):
            low = (centers - 9 * sigma).min(axis=1)
            high = (centers + 9 * sigma).max(axis=1)
            for _ in range(45):
                middle = (low + high) / 2
                below = (shares * ndtr((middle[:, None] - centers) / sigma)).sum(axis=1)
                low = np.where(below < level, middle, low)
                high = np.where(below < level, high, middle)
            result[:, column] = (low + high) / 2
        return result

    def moments(
        self, members: ArrayLike, weights: ArrayLike | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns mean and standard deviation of each object, both `(n,)`.

        Args:
            members: Values, shape `(n, members)`.
            weights: Not negative; by default equal.
        """
        anywhere = np.zeros(len(np.asarray(members)))
        _, centers, sigma, shares = self._normal(anywhere, members, weights)
        mean = (shares * centers).sum(axis=1)
        variance = (shares * (centers - mean[:, None]) ** 2).sum(axis=1)
        return mean, np.sqrt(variance + sigma[:, 0] ** 2)

    def _normal(
        self, x: ArrayLike, members: ArrayLike, weights: ArrayLike | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Where to look, centres, standard deviations `(n, 1)` and weights."""
        at, values, shares = checked_ensemble(x, members, weights)
        mean = (shares * values).sum(axis=1, keepdims=True)
        centers = mean + self.stretch * (values - mean)
        variance = (shares * (centers - mean) ** 2).sum(axis=1, keepdims=True)
        effective = 1 / (shares**2).sum(axis=1, keepdims=True)
        smooth = self.smoothing * np.sqrt(variance) * effective**-0.2
        sigma = np.hypot(self.width * (1 + mean), smooth)
        return at, centers, np.maximum(sigma, _NARROWEST), shares


def fit_kernel_mixture(
    y_true: ArrayLike,
    members: ArrayLike,
    weights: ArrayLike | None = None,
    max_rows: int = 2000,
) -> KernelMixture:
    """Fits stretch and width by the mean CRPS of a calibration sample.

    Args:
        y_true: Truth, shape `(n,)`, of objects that nothing is measured on.
        members: Values, shape `(n, members)`.
        weights: Not negative; by default equal.
        max_rows: Of more objects every so many are used.

    Raises:
        ValueError: If shapes differ, a value is out of range, or there are fewer than
            10 objects.
    """
    from scipy.optimize import minimize

    true, values, shares = checked_ensemble(y_true, members, weights)
    if len(true) < FEWEST_CALIBRATED:
        raise ValueError(
            f"A width needs at least {FEWEST_CALIBRATED} objects to be fitted to. "
            f"Received: {len(true)}"
        )
    used = np.linspace(0, len(true) - 1, min(len(true), max_rows)).astype(int)
    true, values, shares = true[used], values[used], shares[used]
    mean = (shares * values).sum(axis=1)
    error = np.median(np.abs(true - mean) / (1 + np.abs(mean)))

    def loss(logarithms: np.ndarray) -> float:
        stretch, width = np.exp(np.clip(logarithms, -12, 5))
        return float(
            KernelMixture(stretch=stretch, width=width)
            .crps(true, values, shares)
            .mean()
        )

    # From the best of a few places: wide members may hide the minimum of a wide kernel.
    typical = max(float(error), 1e-4)
    places = np.log([(s, w * typical) for s in (0.1, 0.4, 0.9) for w in (0.4, 1.0)])
    losses = [loss(place) for place in places]
    best = minimize(
        loss,
        places[int(np.argmin(losses))],
        method="Nelder-Mead",
        options={"xatol": 0.01, "fatol": 1e-5 * min(losses)},
    )
    stretch, width = np.exp(np.clip(best.x, -12, 5))
    return KernelMixture(stretch=float(stretch), width=float(width))


def _mean_distance(distance: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Mean of |x| for x normal around `distance`: 2 s phi(d/s) + d (2 Phi(d/s) - 1)."""
    from scipy.special import erf

    ratio = distance / sigma
    density = np.exp(-0.5 * ratio**2) / np.sqrt(2 * np.pi)
    return np.asarray(2 * sigma * density + distance * erf(ratio / np.sqrt(2)))
