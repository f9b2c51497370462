"""Resizing by area, on the camera's own integers."""

import numpy as np

# Cells at least this long are cut at whole pixels.
WHOLE = 4
# Rows of cells that are binned at a time.
ROWS = 16


def area_resize(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    """Averages a plane over the areas of the new pixels.

    Each new pixel is the mean of the part of the frame that it covers, pixels at its
    edge counting by the part that lies inside; so nothing is skipped, no pattern of the
    pixel grid appears, and enlarging repeats pixels. Where a new pixel is four old
    ones long or more, its edges are moved to whole pixels. Integers are summed as
    integers.

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
    rows, tall = _row_sums(plane, height)
    sums, wide = _column_sums(rows, width)
    return np.asarray(sums / tall[:, None] / wide, dtype=np.float32)


def _spans(length: int, count: int) -> tuple[np.ndarray, ...]:
    """Cuts a length into equal spans, at whole pixels where they are long.

    Returns:
        The pixel in which each of the `count + 1` edges lies, how much of that pixel
        lies before the edge, the same pixels held within the length, and the lengths.
    """
    edges = np.arange(count + 1) * (length / count)
    if length >= WHOLE * count:
        edges = np.floor(edges + 0.5)
    whole = np.minimum(np.floor(edges + 1e-9).astype(int), length)
    part = np.clip(edges - whole, 0.0, 1.0).astype(np.float32)
    return whole, part, np.minimum(whole, length - 1), np.diff(edges)


def _row_sums(plane: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Sums over `count` spans of rows, `(count, width)`, and the spans' lengths."""
    whole, part, cut, lengths = _spans(plane.shape[0], count)
    small = plane.dtype.kind in "ui" and plane.dtype.itemsize <= 2
    wide = np.int64 if plane.dtype.kind in "ui" else np.float64
    # Spans of 16-bit numbers up to 32,768 rows fit into 32 bits, and add twice as fast.
    sums = np.empty((count, plane.shape[1]), np.int32 if small else wide)
    for i in range(count):
        np.add.reduce(
            plane[whole[i] : whole[i + 1]], axis=0, dtype=sums.dtype, out=sums[i]
        )
    if not part.any():
        return sums, lengths
    return sums + np.diff(plane[cut] * part[:, None], axis=0), lengths


def _column_sums(rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Sums over `count` spans of columns, `(height, count)`, and their lengths."""
    whole, part, cut, lengths = _spans(rows.shape[1], count)
    # Summed in 32 bits where the numbers allow it: it is the fast case.
    largest = max(float(rows.max()), -float(rows.min())) * lengths.max()
    small = rows.dtype == np.int32 and largest < 2**31
    wide = np.int32 if small else np.float64
    sums = np.add.reduceat(rows, cut[:-1], axis=1, dtype=wide)
    # Where a span holds no whole pixel, NumPy gives the pixel itself.
    sums[:, whole[:-1] == whole[1:]] = 0
    if part.any():
        sums = sums + np.diff(rows[:, cut] * part, axis=1)
    return sums, lengths


def bin_mosaic(plane: np.ndarray) -> np.ndarray:
    """Sums cells of 2 x 2 pixels: one value for each Bayer cell.

    Args:
        plane: Numbers of shape `(height, width)`; an odd last row or column is dropped.

    Returns:
        Shape `(height // 2, width // 2)`, wide enough for the sums; the plane itself
        where it has no full cell.
    """
    height, width = (n // 2 for n in plane.shape)
    if not height or not width:
        return plane
    wide = np.float32 if plane.dtype.kind == "f" else np.int32
    binned = np.empty((height, width), wide)
    # By pieces that stay in the processor's cache.
    for start in range(0, height, ROWS):
        top, bottom = 2 * start, 2 * min(start + ROWS, height)
        rows = np.add(plane[top:bottom:2], plane[top + 1 : bottom : 2], dtype=wide)
        np.add(
            rows[:, 0 : 2 * width : 2],
            rows[:, 1 : 2 * width : 2],
            out=binned[start : start + ROWS],
        )
    return binned


def cell_extremes(
    plane: np.ndarray, height: int, width: int, *extremes: np.ufunc
) -> list[np.ndarray]:
    """The lowest or the highest pixel of each cell of a grid, or both.

    Args:
        plane: Numbers of shape `(height, width)`, not empty.
        height: Cells from top to bottom.
        width: Cells from left to right. A cell covers one pixel or more, so cells
            share pixels where there are more of them than pixels.
        *extremes: `np.minimum`, `np.maximum`; found together they cost one look.

    Returns:
        An array of shape `(height, width)` for each, of the plane's kind of number.
    """
    top, left = (
        np.arange(count + 1) * length // count
        for length, count in zip(plane.shape, (height, width), strict=True)
    )
    found = [np.empty((height, plane.shape[1]), plane.dtype) for _ in extremes]
    for i in range(height):
        rows = plane[top[i] : max(top[i + 1], top[i] + 1)]
        for extreme, lines in zip(extremes, found, strict=True):
            extreme.reduce(rows, axis=0, out=lines[i])
    return [
        np.asarray(extreme.reduceat(lines, left[:-1], axis=1))
        for extreme, lines in zip(extremes, found, strict=True)
    ]
