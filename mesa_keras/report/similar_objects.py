"""A galaxy and those found for it: images and spectra, one object a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from mesa_keras.report.style import GREY, PALETTE, lightened, new_figure, plain

# Weights that bring g, r and z of an ordinary galaxy to one brightness; softening and
# white level in the same unit (nanomaggies per pixel times weight).
_WEIGHTS = (6.0, 3.4, 2.2)
_STRETCH, _SOFTENING, _BLACK = 0.23, 4.6, -0.03
_SMOOTHED_OVER = 8.0


@dataclass(frozen=True, eq=False, kw_only=True)
class ShownObject:
    """One line of the figure.

    Attributes:
        label: Lines of text beside the image.
        image: Fluxes in g, r, z, `(height, width, 3)`, nanomaggies per pixel; `None` or
            NaN throughout where there is none.
        flux: Flux of the spectrum, `(bins,)`; `None` or NaN throughout where there is
            none.
        ivar: Its inverse variance, `(bins,)`, 0 = no measurement.
    """

    label: str
    image: np.ndarray | None = None
    flux: np.ndarray | None = None
    ivar: np.ndarray | None = None


def similar_objects_figure(
    objects: Sequence[ShownObject],
    wavelength: np.ndarray,
    title: str,
    flux_unit: str = "",
) -> Figure:
    """Draws the query, framed, and below it what was found.

    Images have one scale of brightness and colour (Lupton et al. 2004). Spectra are
    smoothed by their inverse variance; each has its own scale, which begins at 0 where
    no flux is negative.

    Args:
        objects: The query, then the hits in order.
        wavelength: Wavelengths in Angstrom, `(bins,)`.
        title: Heading.
        flux_unit: Unit of the spectra.

    Raises:
        ValueError: If there is no object, or an array has another shape.

    References:
        Lupton et al. (2004), PASP 116, 133, https://arxiv.org/abs/astro-ph/0312483
    """
    if not objects:
        raise ValueError("`objects` must hold at least the query. Received: none")
    figure = new_figure(0.9 + 1.15 * len(objects))
    grid = figure.subplots(
        len(objects),
        3,
        squeeze=False,
        width_ratios=(1.0, 1.45, 6.0),
    )
    for number, (line, shown) in enumerate(zip(grid, objects, strict=True)):
        first, last = number == 0, number == len(objects) - 1
        color = PALETTE[1] if first else PALETTE[0]
        _draw_image(line[0], shown.image, first)
        line[1].axis("off")
        line[1].text(
            0, 0.5, plain(shown.label), va="center", fontsize=9.5, color="black"
        )
        _draw_spectrum(line[2], wavelength, shown, color)
        if not last:
            line[2].tick_params(labelbottom=False)
    below = "Wavelength (Angstrom, vacuum)"
    if flux_unit:
        below += f"; flux in {plain(flux_unit)}, smoothed"
    grid[-1, 2].set_xlabel(below, fontsize=10)
    figure.suptitle(plain(title), fontsize=12, x=0.01, ha="left")
    return figure


def asinh_rgb(image: np.ndarray) -> np.ndarray:
    """Returns a picture of fluxes that keeps colours at all brightnesses.

    Args:
        image: Fluxes in g, r, z, `(height, width, 3)`, nanomaggies per pixel. Pixels
            that are NaN are drawn grey.

    Returns:
        Red, green and blue in 0 to 1, `(height, width, 3)`, from z, r and g.

    Raises:
        ValueError: If the shape is another.
    """
    flux = np.asarray(image, dtype=np.float64)
    if flux.ndim != 3 or flux.shape[2] != 3:
        raise ValueError(
            f"`image` must have shape (height, width, 3). Received: shape={flux.shape}"
        )
    light = (flux * _WEIGHTS - _BLACK)[..., ::-1]
    mean = light.mean(axis=2, keepdims=True)
    # As in Lupton et al.: the mean is stretched, and colours are kept by ratios.
    stretched = np.arcsinh(_SOFTENING * mean / _STRETCH) / np.arcsinh(0.1 * _SOFTENING)
    factor = np.where(mean > 0, 0.1 * stretched / np.where(mean > 0, mean, 1), 0)
    color = np.maximum(light, 0) * factor
    color /= np.maximum(color.max(axis=2, keepdims=True), 1)
    whole = np.asarray(np.isfinite(flux)).all(axis=2, keepdims=True)
    return np.asarray(np.where(whole, color, 0.5))


def smoothed(flux: np.ndarray, ivar: np.ndarray, sigma: float) -> np.ndarray:
    """Returns a spectrum averaged by a Gaussian and by inverse variance.

    Args:
        flux: Flux, `(bins,)`.
        ivar: Inverse variance, `(bins,)`; 0 = no measurement.
        sigma: Standard deviation of the Gaussian in bins.

    Returns:
        Float64 `(bins,)`, NaN where no bin within three sigma is measured.
    """
    from scipy.ndimage import gaussian_filter1d

    known = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    weight = np.where(known, ivar, 0.0).astype(np.float64)
    value = np.where(known, flux, 0.0) * weight
    options = {"sigma": sigma, "truncate": 3.0, "mode": "constant"}
    total = gaussian_filter1d(weight, **options)
    result = np.full(len(weight), np.nan)
    enough = total > 1e-9 * max(float(weight.max(initial=0)), 1e-300)
    result[enough] = gaussian_filter1d(value, **options)[enough] / total[enough]
    return result


def _draw_image(axes: Any, image: np.ndarray | None, framed: bool) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(PALETTE[1] if framed else "white")
        spine.set_linewidth(3 if framed else 0)
    if image is None or not np.isfinite(image).any():
        axes.set_facecolor(lightened(GREY, 0.15))
        axes.text(0.5, 0.5, "no image", ha="center", va="center", fontsize=9)
        axes.set_aspect("equal")
        return
    # The first row of a FITS image is the southernmost.
    axes.imshow(asinh_rgb(image), origin="lower", interpolation="nearest")


def _draw_spectrum(
    axes: Any, wavelength: np.ndarray, shown: ShownObject, color: str
) -> None:
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, axis="x", color="#E6E6E6", linewidth=0.8)
    axes.set_xlim(wavelength[0], wavelength[-1])
    flux, ivar = shown.flux, shown.ivar
    if flux is None or ivar is None or not (np.isfinite(flux) & (ivar > 0)).any():
        axes.text(
            0.5,
            0.5,
            "no spectrum",
            ha="center",
            va="center",
            fontsize=9,
            transform=axes.transAxes,
        )
        axes.set_yticks([])
        return
    curve = smoothed(flux, ivar, _SMOOTHED_OVER)
    axes.plot(wavelength, curve, color=color, linewidth=0.9)
    # Lines are shown whole; peaks of noise where little was measured are not.
    sure = np.isfinite(curve) & (ivar > 0.2 * np.median(ivar[ivar > 0]))
    low, high = np.nanpercentile(curve, 0.5), np.max(curve[sure])
    room = 0.12 * max(high - low, 1e-9)
    axes.set_ylim(min(0.0, low - room) if low < 0 else 0.0, high + room)
    axes.locator_params(axis="y", nbins=3)
