"""Spectra onto one wavelength grid, by inverse variance; wavelengths in vacuum."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

# Grid of DESI's coadded spectra, the three arms joined; it ends at 9824 Angstrom.
GRID_START = 3600.0
GRID_STEP = 0.8
GRID_NUM = 7781

# Pixels that touch by less than this part of their width do so by rounding only.
_SLIVER = 1e-6
# A step of more than this many times the one before it is a gap between pixels.
_GAP = 2.0

Arm: TypeAlias = tuple[ArrayLike, ArrayLike, ArrayLike]


def wavelength_grid(
    start: float = GRID_START, step: float = GRID_STEP, num: int = GRID_NUM
) -> np.ndarray:
    """Returns wavelengths of equal steps.

    Args:
        start: First wavelength in Angstrom, in vacuum.
        step: Width of a bin in Angstrom.
        num: Number of bins.

    Returns:
        Centres of the bins in Angstrom, float64 of shape `(num,)`.

    Raises:
        ValueError: If a value is not positive and finite.
    """
    if not (0 < start < np.inf and 0 < step < np.inf and num > 0):
        raise ValueError(
            "a wavelength grid needs positive `start`, `step` and `num`. "
            f"Received: start={start}, step={step}, num={num}"
        )
    return start + step * np.arange(int(num), dtype=np.float64)


def resample_spectrum(
    wavelength: ArrayLike, flux: ArrayLike, ivar: ArrayLike, grid: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Brings spectra onto a grid; see `join_spectra`, of which this is one arm.

    Args:
        wavelength: Centres of the pixels in Angstrom, increasing, shape `(pixels,)`.
        flux: Flux density, shape `(pixels,)` or `(spectra, pixels)`.
        ivar: Inverse variance of the flux, same shape; 0 = no measurement.
        grid: Centres of the bins wanted, increasing, shape `(bins,)`.

    Returns:
        Flux and inverse variance as float32 of shape `(bins,)` or `(spectra, bins)`.

    Raises:
        ValueError: If shapes do not fit or wavelengths do not increase.
    """
    return join_spectra([(wavelength, flux, ivar)], grid)


def join_spectra(arms: Sequence[Arm], grid: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Joins the arms of spectrographs on a grid, weighted by inverse variance.

    With `o` the part of pixel `i` that lies in bin `j`, over all pixels of all arms:

        ivar_j = sum_i o_ij ivar_i
        flux_j = sum_i o_ij ivar_i flux_i / ivar_j

    A constant stays that constant; inverse variances of pixels that are averaged add,
    and a pixel wider than a bin deals its own out, so that the information in the
    spectrum stays what it was. The noise of bins that share a pixel is correlated,
    which the inverse variance does not tell.

    Args:
        arms: Wavelength, flux and inverse variance of each arm, as for
            `resample_spectrum`. Where flux or inverse variance is not finite, or the
            latter not positive, nothing was measured.
        grid: Centres of the bins wanted in Angstrom, increasing, shape `(bins,)`.

    Returns:
        Flux and inverse variance as float32 of shape `(bins,)` or `(spectra, bins)`. In
        bins without a measurement the flux is NaN and the inverse variance 0.

    Raises:
        ValueError: If there is no arm, shapes do not fit, or wavelengths do not
            increase.
    """
    if not arms:
        raise ValueError("`arms` must hold at least one spectrum. Received: none")
    low, high = pixel_edges(grid, name="grid")
    total = weighted = np.float64(0.0)
    for wavelength, flux, ivar in arms:
        flux = np.asarray(flux, dtype=np.float64)
        ivar = np.asarray(ivar, dtype=np.float64)
        edges = pixel_edges(wavelength)
        _check_shapes(edges[0].size, flux, ivar)
        measured = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
        weight = np.where(measured, ivar, 0.0)
        share = _shares(edges, (low, high))
        total = total + weight @ share
        weighted = weighted + np.where(measured, flux * weight, 0.0) @ share
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        joined = np.where(total > 0, weighted / total, np.nan)
        return joined.astype(np.float32), np.asarray(total, dtype=np.float32)


def pixel_edges(
    wavelength: ArrayLike, name: str = "wavelength"
) -> tuple[np.ndarray, np.ndarray]:
    """Returns where each pixel begins and ends.

    Neighbours meet halfway. Beside a gap (a step of more than twice the one on its
    other side) a pixel is as wide there as on its other side.

    Args:
        wavelength: Centres of the pixels, increasing, shape `(pixels,)`.
        name: What to call the wavelengths in an error.

    Returns:
        Lower and upper edges, each of shape `(pixels,)`.

    Raises:
        ValueError: If there are fewer than two pixels, or they do not increase.
    """
    centre = np.asarray(wavelength, dtype=np.float64)
    step = np.diff(centre) if centre.ndim == 1 else np.empty(0)
    if step.size < 1 or not (step > 0).all() or not np.isfinite(centre).all():
        raise ValueError(
            f"`{name}` must be one-dimensional, finite and increasing, with two values "
            f"or more. Received: shape {centre.shape}{_first_fall(centre)}"
        )
    before = np.concatenate([step[:1], step])
    after = np.concatenate([step, step[-1:]])
    down = np.where(before > _GAP * after, after, before)
    up = np.where(after > _GAP * before, before, after)
    return centre - down / 2, centre + up / 2


def air_to_vacuum(wavelength: ArrayLike) -> np.ndarray:
    """Turns wavelengths in standard air into wavelengths in vacuum.

    Args:
        wavelength: Wavelength in air in Angstrom, 2,300 or more.

    Returns:
        Wavelength in vacuum in Angstrom, right to 1e-6 Angstrom by the formula of
        `vacuum_to_air`.
    """
    air = np.asarray(wavelength, dtype=np.float64)
    vacuum = air
    # The index is so near 1 that each turn gains three digits and more.
    for _ in range(4):
        vacuum = air * _index_of_air(vacuum)
    return vacuum


def vacuum_to_air(wavelength: ArrayLike) -> np.ndarray:
    """Turns wavelengths in vacuum into wavelengths in standard air.

    Args:
        wavelength: Wavelength in vacuum in Angstrom, 2,300 or more.

    References:
        Ciddor, P. E. 1996, Applied Optics 35, 1566, equation 1: dry air of 15 degrees
        Celsius, 101,325 Pa and 450 ppm of carbon dioxide.
    """
    vacuum = np.asarray(wavelength, dtype=np.float64)
    return np.asarray(vacuum / _index_of_air(vacuum))


def _index_of_air(vacuum: np.ndarray) -> np.ndarray:
    square = (1e4 / vacuum) ** 2  # of the wave number in 1/micrometre
    return np.asarray(
        1.0 + 0.05792105 / (238.0185 - square) + 0.00167917 / (57.362 - square)
    )


def _shares(
    pixels: tuple[np.ndarray, np.ndarray], bins: tuple[np.ndarray, np.ndarray]
) -> Any:
    """Part of each pixel in each bin, sparse of shape `(pixels, bins)`."""
    from scipy.sparse import csr_array

    low, high = pixels
    first = np.searchsorted(bins[1], low, side="right")
    last = np.searchsorted(bins[0], high, side="left")
    count = np.maximum(last - first, 0)
    pixel = np.repeat(np.arange(low.size), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    bin_ = first[pixel] + place
    overlap = np.minimum(high[pixel], bins[1][bin_])
    overlap -= np.maximum(low[pixel], bins[0][bin_])
    part = overlap / (high - low)[pixel]
    part[part > 1 - _SLIVER] = 1.0
    keep = part > _SLIVER
    return csr_array(
        (part[keep], (pixel[keep], bin_[keep])), shape=(low.size, bins[0].size)
    )


def _check_shapes(pixels: int, flux: np.ndarray, ivar: np.ndarray) -> None:
    if flux.shape != ivar.shape or flux.ndim not in (1, 2) or flux.shape[-1] != pixels:
        raise ValueError(
            "`flux` and `ivar` must have one value for each wavelength, and the same "
            f"shape. Received: flux {flux.shape}, ivar {ivar.shape}, "
            f"{pixels} wavelengths"
        )


def _first_fall(centre: np.ndarray) -> str:
    if centre.ndim != 1 or centre.size < 2:
        return ""
    place = int(np.argmin(np.diff(centre) > 0))
    return f", {centre[place]} is followed by {centre[place + 1]} at place {place}"
