"""Magnitudes and sizes measured back from an image, by apertures."""

import functools

import numpy as np

from mesa_keras.simulation.galaxies.bands import BANDS, magnitude

_FIBER_RADIUS = 0.75  # arcsec
# A Kron aperture holds nearly all light (Kron 1980, ApJS 43, 305).
_KRON = 2.5


def measure_image(
    pixels: np.ndarray, noise: np.ndarray, electrons: np.ndarray, pixel_scale: float
) -> dict[str, float]:
    """Measures a galaxy in the middle of an image.

    Neighbours are taken off by symmetry: where a pixel is brighter than its mirror
    image through the centre by more than 3 sigma, in the sum of the bands, it becomes
    that.
    The aperture is a circle of 2.5 times the first moment of the light in r, from 2 to
    18 arcsec, the same in all bands; the half-light radius and the concentration are
    those of the curve of growth in r within it.

    Args:
        pixels: Nanomaggies per pixel in g, r and z, shape `(size, size, 3)`; NaN
            everywhere where there is no image.
        noise: Standard deviation of the sky in a pixel in each band, shape `(3,)`.
        electrons: Electrons per nanomaggy in each band, shape `(3,)`.
        pixel_scale: Arcsec per pixel.

    Returns:
        `measured_mag_*`, `measured_mag_error_*` and `measured_fiber_mag_*` (1.5 arcsec
        across) for each band, `measured_radius` [arcsec], `measured_concentration`
        (5 log10 of the radii with 80 and 20 % of the light) and `measured_axis_ratio`.
        NaN for what cannot be measured.
    """
    if not np.isfinite(pixels).all():
        return dict.fromkeys(measured_columns(), float("nan"))
    image = _without_neighbours(pixels.astype(np.float64), noise)
    radii, order = _radii(len(image), pixel_scale)
    sorted_light = image[..., 1].ravel()[order]
    aperture = _kron_radius(radii, sorted_light, float(noise[1]))
    num = int(np.searchsorted(radii, aperture))
    result: dict[str, float] = {}
    fiber = int(np.searchsorted(radii, _FIBER_RADIUS))
    for band, name in enumerate(BANDS):
        light = image[..., band].ravel()[order]
        flux = light[:num].sum()
        error = np.sqrt(num * noise[band] ** 2 + max(flux, 0.0) / electrons[band])
        result[f"measured_mag_{name}"] = float(magnitude(flux))
        result[f"measured_mag_error_{name}"] = (
            float(1.0857 * error / flux) if flux > 0 else float("nan")
        )
        result[f"measured_fiber_mag_{name}"] = float(magnitude(light[:fiber].sum()))
    growth = np.cumsum(sorted_light[:num])
    result |= _growth_figures(radii[:num], growth)
    result["measured_axis_ratio"] = _axis_ratio(
        image[..., 1],
        float(min(aperture, 2.5 * result["measured_radius"])),
        pixel_scale,
    )
    return result


def measured_columns() -> tuple[str, ...]:
    """Names of what `measure_image` returns."""
    kinds = ("measured_mag", "measured_mag_error", "measured_fiber_mag")
    return (
        *(f"{kind}_{band}" for band in BANDS for kind in kinds),
        "measured_radius",
        "measured_concentration",
        "measured_axis_ratio",
    )


def _without_neighbours(pixels: np.ndarray, noise: np.ndarray) -> np.ndarray:
    mirrored = pixels[::-1, ::-1]
    excess = ((pixels - mirrored) / noise).sum(axis=-1)
    # Photon noise of the galaxy itself must not count as a neighbour.
    level = np.maximum(mirrored, 0) / noise
    tolerance = np.sqrt(6) * 3 + 0.15 * level.sum(axis=-1)
    return np.where((excess > tolerance)[..., None], mirrored, pixels)


@functools.cache
def _radii(size: int, pixel_scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances from the centre in arcsec, ascending, and the order of the pixels."""
    axis = (np.arange(size) - (size - 1) / 2) * pixel_scale
    radii = np.hypot(axis[:, None], axis[None, :]).ravel()
    order = np.argsort(radii, kind="stable")
    return radii[order], order


def _kron_radius(radii: np.ndarray, light: np.ndarray, noise: float) -> float:
    """2.5 times the first moment, within where the mean profile reaches the noise."""
    rings = np.arange(0.0, 18.0, 0.5)
    edges = np.searchsorted(radii, np.append(rings, 18.0))
    sums = np.add.reduceat(light, edges[:-1])[: len(rings)]
    counts = np.diff(edges)
    faint = sums / counts < 1.5 * noise / np.sqrt(counts)
    last = int(np.argmax(faint)) if faint.any() else len(rings)
    num = edges[max(last, 3)]
    weights = light[:num]
    total = weights.sum()
    if total <= 0:
        return 2.0
    return float(np.clip(_KRON * (weights * radii[:num]).sum() / total, 2.0, 18.0))


def _growth_figures(radii: np.ndarray, growth: np.ndarray) -> dict[str, float]:
    total = growth[-1]
    if total <= 0:
        return dict.fromkeys(
            ("measured_radius", "measured_concentration"), float("nan")
        )
    inner, half, outer = (
        float(radii[int(np.argmax(growth >= part * total))]) for part in (0.2, 0.5, 0.8)
    )
    return {
        "measured_radius": half,
        "measured_concentration": float(5 * np.log10(outer / max(inner, 1e-3))),
    }


def _axis_ratio(image: np.ndarray, radius: float, pixel_scale: float) -> float:
    """Minor over major axis by the second moments of the light within a circle."""
    if not np.isfinite(radius):
        return float("nan")
    axis = (np.arange(len(image)) - (len(image) - 1) / 2) * pixel_scale
    x, y = axis[None, :], axis[:, None]
    light = np.where(np.hypot(x, y) < max(radius, 1.0), image, 0.0)
    total = light.sum()
    if total <= 0:
        return float("nan")
    xx, yy, xy = (
        (light * q).sum() / total for q in (x**2 + 0 * y, y**2 + 0 * x, x * y)
    )
    spread = np.hypot(xx - yy, 2 * xy)
    major, minor = (xx + yy + spread) / 2, (xx + yy - spread) / 2
    return float(np.sqrt(minor / major)) if major > 0 < minor else float("nan")
