"""Noise of spectra whose files tell none, from the spectra themselves."""

import itertools

import numpy as np
from numpy.typing import ArrayLike

_BLOCK = 128
_SHIFT = 2


def estimate_ivar(flux: ArrayLike, block: int = _BLOCK) -> np.ndarray:
    """Estimates the inverse variance from how neighbouring bins differ.

    In each block of bins, the noise is `1.482602 / sqrt(6)` times the median of
    `|2 f_i - f_(i-2) - f_(i+2)|`: continuum and its slope cancel, lines are forgiven by
    the median. Between the middles of blocks the noise is interpolated.

    Args:
        flux: Shape `(spectra, bins)`; NaN = missing.
        block: Bins over which the noise is about the same.

    Returns:
        Inverse variance, float32 of the same shape; 0 where the flux is missing, and
        throughout a spectrum that shows no noise, such as one of zeros.

    Raises:
        ValueError: If the array is not two-dimensional or narrower than five bins.

    References:
        Stoehr, F., et al. 2008, ASP Conf. Ser. 394, 505: the measure DER_SNR, here
        block by block.
    """
    flux = np.asarray(flux, dtype=np.float64)
    if flux.ndim != 2 or flux.shape[1] < 2 * _SHIFT + 1:
        raise ValueError(
            "`flux` must have shape (spectra, bins) with five bins or more. "
            f"Received: shape {flux.shape}"
        )
    bins = flux.shape[1]
    bend = np.full_like(flux, np.nan)
    bend[:, _SHIFT:-_SHIFT] = np.abs(
        2 * flux[:, _SHIFT:-_SHIFT] - flux[:, : -2 * _SHIFT] - flux[:, 2 * _SHIFT :]
    )
    number = max(bins // block, 1)
    edges = np.linspace(0, bins, number + 1).astype(int)
    middles = (edges[:-1] + edges[1:] - 1) / 2
    noise = np.stack(
        [_median(bend[:, start:stop]) for start, stop in itertools.pairwise(edges)],
        axis=1,
    )
    noise *= 1.482602 / np.sqrt(6)
    ivar = np.zeros(flux.shape, dtype=np.float32)
    for row, sigmas in enumerate(noise):
        known = np.isfinite(sigmas) & (sigmas > 0)
        if known.any():
            sigma = np.interp(np.arange(bins), middles[known], sigmas[known])
            ivar[row] = np.where(np.isfinite(flux[row]), sigma**-2.0, 0.0)
    return ivar


def _median(values: np.ndarray) -> np.ndarray:
    """Median of the finite values of each row; NaN where there is none."""
    ordered = np.sort(values, axis=1)  # NaN last
    count = np.isfinite(values).sum(axis=1)
    rows = np.arange(len(values))
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    middle = (ordered[rows, low] + ordered[rows, np.minimum(high, count - 1)]) / 2
    return np.asarray(np.where(count > 0, middle, np.nan))
