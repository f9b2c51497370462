"""Cut-outs of galaxies onto one pixel scale and one size; flux is kept."""

import numpy as np
from numpy.typing import ArrayLike

# Pixels that are covered by less than this part are missing.
_COVERED = 0.999
# Pixel scales that differ by a smaller part are the same: over the 96 pixels that the
# model sees, the last has moved by half a pixel.
_SAME_SCALE = 0.01


def is_same_pixel_scale(first: float, second: float) -> bool:
    """Whether images of both pixel scales may stand side by side as they are.

    Args:
        first: Size of the pixels of an image in arcsec; NaN = unknown.
        second: That of another.

    Returns:
        Whether they differ by at most 1 %; an unknown scale is taken for the same.
    """
    return not abs(first / second - 1) > _SAME_SCALE


def place_image(image: ArrayLike, shape: tuple[int, int]) -> np.ndarray:
    """Cuts out the middle, or puts the image into the middle of a larger one.

    Where a side is odd and the other even, the middle moves by half a pixel towards the
    first row or column.

    Args:
        image: Shape `(height, width, bands)`.
        shape: Height and width wanted.

    Returns:
        float32 of shape `(*shape, bands)`, NaN where the image does not reach.

    Raises:
        ValueError: If the image is not three-dimensional.
    """
    image = _checked(image)
    placed = np.full((*shape, image.shape[2]), np.nan, dtype=np.float32)
    theirs, ours = zip(
        *(_overlap(a, b) for a, b in zip(image.shape[:2], shape, strict=True)),
        strict=True,
    )
    placed[ours] = image[theirs]
    return placed


def rescale_image(image: ArrayLike, factor: float) -> np.ndarray:
    """Brings an image to pixels of another size by the area that they share.

    Each old pixel deals its flux out to the new ones by the part of it that lies in
    them, so that sums over objects stay. The middle stays the middle.

    Args:
        image: Flux per pixel, shape `(height, width, bands)`; NaN = missing.
        factor: Size of the old pixels over that of the new ones: 2 makes twice as many
            rows and columns.

    Returns:
        float32 image of as many whole new pixels as the old ones cover; NaN where one
        of the old ones was missing.

    Raises:
        ValueError: If `factor` is not positive, or so small that no pixel is left.
    """
    image = _checked(image)
    if not 0 < factor < np.inf or min(image.shape[:2]) * factor < 1 - 1e-9:
        raise ValueError(
            "`factor` must be positive and leave a pixel. "
            f"Received: factor={factor} for {image.shape[0]} x {image.shape[1]}"
        )
    rows, columns = (_shares(length, factor) for length in image.shape[:2])
    missing = ~np.isfinite(image)
    flux = _dealt(np.where(missing, 0.0, image), rows, columns)
    # Part of each new pixel that is covered by old ones that are there.
    there = _dealt((~missing).astype(float), rows, columns)
    flux[there / factor**-2 < _COVERED] = np.nan
    return np.asarray(flux, dtype=np.float32)


def to_pixel_scale(image: ArrayLike, scale: float, wanted: float) -> np.ndarray:
    """Brings an image to a pixel scale, unless it has it by `is_same_pixel_scale`.

    Args:
        image: Flux per pixel, shape `(height, width, bands)`; NaN = missing.
        scale: Size of its pixels in arcsec; NaN = unknown.
        wanted: Size wanted in arcsec.

    Returns:
        The image itself, or what `rescale_image` makes of it.

    Raises:
        ValueError: If the image cannot be brought there.
    """
    if is_same_pixel_scale(scale, wanted):
        return np.asarray(image)
    try:
        return rescale_image(image, scale / wanted)
    except ValueError as error:
        raise ValueError(
            f"pixels of {scale:g} arcsec cannot be brought to {wanted:g} arcsec"
        ) from error


def _checked(image: ArrayLike) -> np.ndarray:
    array = np.asarray(image)
    if array.ndim != 3 or 0 in array.shape:
        raise ValueError(
            "`image` must have shape (height, width, bands). "
            f"Received: shape {array.shape}"
        )
    return array


def _overlap(have: int, want: int) -> tuple[slice, slice]:
    """The middle of what is there, and where it goes."""
    if have >= want:
        start = (have - want) // 2
        return slice(start, start + want), slice(0, want)
    start = (want - have) // 2
    return slice(0, have), slice(start, start + have)


def _dealt(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Deals pixels to new rows and columns, band by band."""
    return np.moveaxis(rows @ np.moveaxis(image, -1, 0) @ columns.T, 0, -1)


def _shares(length: int, factor: float) -> np.ndarray:
    """Part of each old pixel in each new one, shape `(new, old)`."""
    count = int(np.floor(length * factor + 1e-9))
    old = (np.arange(length + 1) - length / 2) * factor
    new = np.arange(count + 1) - count / 2
    overlap = np.minimum(new[1:, None], old[None, 1:])
    overlap -= np.maximum(new[:-1, None], old[None, :-1])
    return np.asarray(np.maximum(overlap, 0.0) / factor)
