"""Resizing by area, on the camera's own integers."""

import numpy as np


def area_resize(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    """Averages a plane over the areas of the new pixels.

    Each new pixel is the mean of the part of the frame that it covers, pixels at its
    edge counting by the part that lies inside; so nothing is skipped, no pattern of the
    pixel grid appears, and enlarging repeats pixels. Integers are summed as integers.

    Args:
        plane: Numbers of shape `(height, width)`, not empty.
        height: New height.
        width: New width.

    Returns:
        Float32 of shape `(height, width)`.

    Raises:
        ValueError: If a size is not positive.
    """
    if height < 1 or width < 1:
        raise ValueError(
            "`height` and `width` must be positive. "
            f"Received: height={height}, width={width}"
        )
    rows = _row_sums(plane, height)
    sums = _column_sums(rows, width)
    area = (plane.shape[0] / height) * (plane.shape[1] / width)
    return np.asarray(sums / area, dtype=np.float32)


def _spans(length: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cuts a length into equal spans.

    Returns:
        The pixel in which each of the `count + 1` edges lies, how much of that pixel
        lies before the edge, and the same pixels held within the length.
    """
    edges = np.arange(count + 1) * (length / count)
    whole = np.minimum(np.floor(edges + 1e-9).astype(int), length)
    part = np.clip(edges - whole, 0.0, 1.0).astype(np.float32)
    return whole, part, np.minimum(whole, length - 1)


def _row_sums(plane: np.ndarray, count: int) -> np.ndarray:
    """Sums over `count` equal spans of rows, shape `(count, width)`."""
    whole, part, cut = _spans(plane.shape[0], count)
    small = plane.dtype.kind in "ui" and plane.dtype.itemsize <= 2
    wide = np.int64 if plane.dtype.kind in "ui" else np.float64
    # Spans of 16-bit numbers up to 32,768 rows fit into 32 bits, and add twice as fast.
    sums = np.empty((count, plane.shape[1]), np.int32 if small else wide)
    for i in range(count):
        np.add.reduce(
            plane[whole[i] : whole[i + 1]], axis=0, dtype=sums.dtype, out=sums[i]
        )
    if not part.any():
        return sums
    fractions = plane[cut] * part[:, None]
    return np.asarray(sums + fractions[1:] - fractions[:-1])


def _column_sums(rows: np.ndarray, count: int) -> np.ndarray:
    """Sums over `count` equal spans of columns, shape `(height, count)`."""
    whole, part, cut = _spans(rows.shape[1], count)
    wide = np.int64 if rows.dtype.kind == "i" else np.float64
    sums = np.add.reduceat(rows, cut[:-1], axis=1, dtype=wide)
    # Where a span holds no whole pixel, NumPy gives the pixel itself.
    sums[:, whole[:-1] == whole[1:]] = 0
    if not part.any():
        return sums
    fractions = rows[:, cut] * part
    return np.asarray(sums + fractions[:, 1:] - fractions[:, :-1])


def bin_mosaic(plane: np.ndarray) -> np.ndarray:
    """Sums cells of 2 x 2 pixels: one value for each Bayer cell.

    Args:
        plane: Numbers of shape `(height, width)`; an odd last row or column is dropped.

    Returns:
        Shape `(height // 2, width // 2)`, wide enough for the sums; the plane itself
        where it has no full cell.
    """
    height, width = (n // 2 * 2 for n in plane.shape)
    if not height or not width:
        return plane
    wide = np.float32 if plane.dtype.kind == "f" else np.int32
    rows = np.add(plane[0:height:2], plane[1:height:2], dtype=wide)
    return np.asarray(rows[:, 0:width:2] + rows[:, 1:width:2])


def cell_extremes(
    plane: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest pixel of each cell of a grid.

    Args:
        plane: Numbers of shape `(height, width)`, not empty.
        height: Cells from top to bottom.
        width: Cells from left to right. A cell covers one pixel or more, so cells
            share pixels where there are more of them than pixels.

    Returns:
        Two arrays of shape `(height, width)`, of the plane's own kind of number.
    """
    found = []
    top, left = _starts(plane.shape[0], height), _starts(plane.shape[1], width)
    for extreme in (np.minimum, np.maximum):
        rows = np.empty((height, plane.shape[1]), plane.dtype)
        for i in range(height):
            extreme.reduce(plane[top[i] : max(top[i + 1], top[i] + 1)], 0, out=rows[i])
        found.append(extreme.reduceat(rows, left[:-1], axis=1))
    return found[0], found[1]


def _starts(length: int, count: int) -> np.ndarray:
    return np.arange(count + 1) * length // count
