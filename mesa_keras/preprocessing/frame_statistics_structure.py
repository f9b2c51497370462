"""Statistics of a frame's large-scale structure, on a coarse map of cell means."""

import numpy as np

from mesa_keras.preprocessing.frame_statistics_levels import signed_log
from mesa_keras.preprocessing.image_quantiles import quantiles

COARSE = 24
# Cells of the coarse map at a border that count as corner or edge.
BORDER = 2
# Variances below this are rounding.
FLAT = 1e-4
NORMAL_QUARTILE = 0.6744897501960817

MEANINGS = {
    "structure": "90 % range of the coarse map over the pixel noise, logarithmic",
    "structure_over_level": "90 % range of the coarse map over its median",
    "structure_over_span": "90 % range of the coarse map over the frame's 98 % range",
    "vignetting": "correlation of the coarse map with the distance from the centre",
    "corner_glow": "brightest corner or edge above the median, in noise, logarithmic",
    "tilt_share": "share of the coarse map's variance explained by a plane",
    "smooth_share": "share explained by a surface of second order",
    "profile_share_strong": "share of the map's variance in row or column means, "
    "whichever is larger",
    "profile_share_weak": "the smaller of the two shares",
    "profile_share_rest": "share in neither",
    "dark_share": "share of the coarse map near its lowest level",
    "fine_structure": "log10 of the robust deviation of fine cells from their "
    "surroundings over what the noise explains",
    "fine_structure_all": "the same with outliers",
    "fine_skew": "asymmetry of the fine cells about their surroundings, -1 to 1",
    "level_groups": "share of the fine map's variance between its two best groups",
    "bright_share": "share of the fine cells in the upper of these",
}


def structure_statistics(
    cells: np.ndarray, cell_noise: float, noise: float, floor: float, span: float
) -> dict[str, float]:
    """Statistics of structure; see `MEANINGS`.

    Args:
        cells: Means of the codes in fine cells, shape `(rows, columns)`.
        cell_noise: Deviation of a cell's mean that pixel noise explains.
        noise: Noise of a pixel in codes.
        floor: What code 0 stands for, in codes.
        span: The frame's range between the 1 % and 99 % levels, in codes.
    """
    coarse = coarse_map(cells)
    low, median, high = quantiles(coarse, 0.05, 0.5, 0.95)
    found = {
        "structure": signed_log((high - low) / noise),
        "structure_over_level": _ratio(high - low, abs(median + floor), 5.0),
        "structure_over_span": _ratio(high - low, max(span, noise), 2.0),
        "corner_glow": signed_log((_border_peak(coarse) - median) / noise),
        "dark_share": float(np.mean(coarse < low + 0.15 * (high - low) + noise)),
    }
    found.update(_surfaces(coarse))
    found.update(_profile_shares(coarse))
    found.update(_fine(cells, coarse, cell_noise))
    found.update(_groups(cells))
    return found


def coarse_map(cells: np.ndarray) -> np.ndarray:
    """Medians over blocks of cells, `COARSE` a side or fewer.

    Cells beyond the last whole block are left out, so there should be none.
    """
    counts = [min(n, COARSE) for n in cells.shape]
    sizes = [n // m for n, m in zip(cells.shape, counts, strict=True)]
    kept = cells[: counts[0] * sizes[0], : counts[1] * sizes[1]]
    blocks = kept.reshape(counts[0], sizes[0], counts[1], sizes[1])
    blocks = np.sort(blocks.transpose(0, 2, 1, 3).reshape(*counts, -1), axis=2)
    return np.asarray(blocks[..., blocks.shape[2] // 2])


def _ratio(value: float, scale: float, limit: float) -> float:
    return float(min(value / scale, limit)) if scale > 0 else limit


def _border_peak(coarse: np.ndarray) -> float:
    """The brightest of the corners and of the middles of the edges."""
    height, width = coarse.shape
    rows = [
        slice(0, BORDER),
        slice(height // 3, 2 * height // 3 + 1),
        slice(-BORDER, None),
    ]
    columns = [
        slice(0, BORDER),
        slice(width // 3, 2 * width // 3 + 1),
        slice(-BORDER, None),
    ]
    return max(
        float(np.median(coarse[row, column]))
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
        if (i, j) != (1, 1)
    )


def _surfaces(coarse: np.ndarray) -> dict[str, float]:
    """How well surfaces of first and second order describe the map.

    On a regular grid about the centre, the coordinates, their product and their squares
    less the mean are orthogonal, so that each one's share of the variance adds up.
    """
    y, x = (np.linspace(-1, 1, n) if n > 1 else np.zeros(n) for n in coarse.shape)
    rows, columns = np.meshgrid(y, x, indexing="ij")
    values = coarse - coarse.mean()
    variance = float((values**2).sum())
    found = dict.fromkeys(("vignetting", "tilt_share", "smooth_share"), 0.0)
    if variance <= FLAT:
        return found

    def correlation(function: np.ndarray) -> float:
        function = function - function.mean()
        power = float((function**2).sum())
        if power <= 0:
            return 0.0
        return float((function * values).sum() / np.sqrt(power * variance))

    plane = correlation(rows) ** 2 + correlation(columns) ** 2
    second = (rows**2, columns**2, rows * columns)
    curved = sum(correlation(function) ** 2 for function in second)
    found["tilt_share"] = min(plane, 1.0)
    found["smooth_share"] = min(plane + curved, 1.0)
    found["vignetting"] = correlation(rows**2 + columns**2)
    return found


def _profile_shares(coarse: np.ndarray) -> dict[str, float]:
    """Two-way analysis of variance: rows, columns and the rest."""
    total = float(coarse.var())
    if total <= FLAT:
        shares = [0.0, 0.0]
    else:
        shares = sorted(float(coarse.mean(axis=axis).var()) / total for axis in (0, 1))
    return {
        "profile_share_weak": shares[0],
        "profile_share_strong": shares[1],
        "profile_share_rest": max(1.0 - sum(shares), 0.0),
    }


def _fine(cells: np.ndarray, coarse: np.ndarray, cell_noise: float) -> dict[str, float]:
    """Deviations of the fine cells from the coarse map."""
    sizes = [n // m for n, m in zip(cells.shape, coarse.shape, strict=True)]
    around = np.repeat(np.repeat(coarse, sizes[0], axis=0), sizes[1], axis=1)
    rest = cells[: around.shape[0], : around.shape[1]] - around
    low, lower, upper, high = quantiles(rest, 0.01, 0.25, 0.75, 0.99)
    robust = (upper - lower) / (2 * NORMAL_QUARTILE)
    return {
        "fine_structure": _log_over(robust, cell_noise),
        "fine_structure_all": _log_over(float(rest.std()), cell_noise),
        "fine_skew": float((high + low) / (high - low)) if high > low else 0.0,
    }


def _log_over(value: float, scale: float) -> float:
    return float(np.log10(max(value / scale, 0.03)))


def _groups(cells: np.ndarray) -> dict[str, float]:
    """The best division of the cells into dark and bright ones (Otsu)."""
    values = np.sort(cells.ravel())
    values = values[: max(int(0.998 * values.size), 1)]
    values = values - values.mean()
    variance = float((values**2).mean())
    if values.size < 4 or variance <= FLAT:
        return {"level_groups": 0.0, "bright_share": 0.5}
    lower = np.arange(1, values.size) / values.size
    sums = np.cumsum(values)[:-1] / values.size
    between = sums**2 / (lower * (1.0 - lower))
    best = int(np.argmax(between))
    return {
        "level_groups": float(between[best] / variance),
        "bright_share": float(1.0 - lower[best]),
    }
