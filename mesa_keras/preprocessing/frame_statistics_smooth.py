"""The smooth part of profiles and spectra, taken off before lines are sought."""

import numpy as np


def smooth_part(profiles: np.ndarray, blocks: int) -> np.ndarray:
    """Medians of blocks, joined by straight lines that go on to both ends.

    Medians pass over lines and stars that fill less than half of a block.

    Args:
        profiles: Shape `(profiles, length)`.
        blocks: Number of blocks; fewer where they would be shorter than 8.

    Returns:
        Array of the same shape.
    """
    number, length = profiles.shape
    count = max(min(blocks, length // 8), 1)
    size = length // count
    medians = np.median(
        profiles[:, : count * size].reshape(number, count, size), axis=2
    )
    points = np.arange(length)
    if count == 1:
        return np.repeat(medians, length, axis=1)
    centres = (np.arange(count) + 0.5) * size - 0.5
    # Points before the first centre and beyond the last lie on the outermost lines.
    left = np.clip(((points - centres[0]) // size).astype(int), 0, count - 2)
    part = (points - centres[left]) / size
    return np.asarray(medians[:, left] * (1.0 - part) + medians[:, left + 1] * part)
