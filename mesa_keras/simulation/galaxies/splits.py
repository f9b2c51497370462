"""Which source galaxy goes into which split."""

import math

import numpy as np

SPLITS = ("train", "validation", "calibration", "test")


def split_fractions(
    test_fraction: float, validation_fraction: float, calibration_fraction: float
) -> tuple[float, float, float, float]:
    """Parts of all objects in each of `SPLITS`; training gets the rest.

    Raises:
        ValueError: If a part is negative or nothing is left for training.
    """
    given = {
        "validation_fraction": validation_fraction,
        "calibration_fraction": calibration_fraction,
        "test_fraction": test_fraction,
    }
    for name, part in given.items():
        if not 0 <= part < 1:
            raise ValueError(f"`{name}` must be from 0 to below 1. Received: {part}")
    train = 1 - math.fsum(given.values())
    if train <= 1e-9:
        raise ValueError(
            "`test_fraction`, `validation_fraction` and `calibration_fraction` must "
            f"leave some for training. Received: {', '.join(map(str, given.values()))}"
        )
    return (train, validation_fraction, calibration_fraction, test_fraction)


def assign_splits(num: int, fractions: tuple[float, ...]) -> np.ndarray:
    """Deals out `num` places so that each beginning of them has the fractions, too.

    Each place goes to the split that lags most behind its part; with the default
    fractions 10,000 places become 7,000, 500, 500 and 2,000.

    Args:
        num: Number of places.
        fractions: Part of each of `SPLITS`, with a sum of 1.

    Returns:
        Names of splits, shape `(num,)`.
    """
    counts = [0] * len(SPLITS)
    result = []
    for place in range(1, num + 1):
        lags = [f * place - c for f, c in zip(fractions, counts, strict=True)]
        # Rounding must not decide between equals.
        best = max(range(len(SPLITS)), key=lambda n: round(lags[n], 9))
        counts[best] += 1
        result.append(SPLITS[best])
    return np.array(result)
