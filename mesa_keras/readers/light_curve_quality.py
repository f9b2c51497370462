"""Which cadences of an archive's light curve are fit for use.

References:
    Kepler Archive Manual (KDMC-10008-006), table 2-3: the flags' meanings; left out are
    those that say that a cadence is useless (attitude tweaks, safe mode, coarse and
    Earth point, desaturation, manual exclusion, detector anomaly, no data, and the
    thruster firings of K2). Corrected cosmic rays, rolling bands and outliers stay:
    among them are transits.
    TESS Archive Manual, section 9: flags recommended to be left out (attitude tweaks,
    safe mode, coarse and Earth point, argabrightening, desaturation, manual exclusion,
    impulsive outliers, scattered light, bad calibration).
    QLP data product description: bit 13, from sector 56 on bit 31, marks cadences of
    low precision.
"""

import numpy as np

KEPLER_UNUSABLE = sum(1 << (bit - 1) for bit in (1, 2, 3, 4, 6, 9, 15, 17, 21))
TESS_UNUSABLE = sum(1 << (bit - 1) for bit in (1, 2, 3, 4, 5, 6, 8, 10, 13, 15))
QLP_UNUSABLE = TESS_UNUSABLE | 1 << 30
QUALITY_CHOICES = ("recommended", "strict", "none")


def check_quality(quality: str) -> None:
    """Raises `ValueError` unless the choice is one of `QUALITY_CHOICES`."""
    if quality not in QUALITY_CHOICES:
        raise ValueError(
            f"`quality` must be one of {', '.join(QUALITY_CHOICES)}. "
            f"Received: {quality!r}"
        )


def usable(flags: np.ndarray, product: str, quality: str) -> np.ndarray:
    """Returns where a cadence may be used.

    Args:
        flags: Integer flags of the cadences, shape `(cadences,)`.
        product: "Kepler", "K2", "SPOC" or "QLP"; "lightkurve" has made its own choice,
            which "recommended" keeps; of others any flag counts.
        quality: "recommended" leaves out what the missions' manuals say, "strict" every
            flagged cadence, "none" keeps all.

    Returns:
        Boolean array of shape `(cadences,)`.
    """
    if quality == "none":
        return np.ones(flags.shape, dtype=bool)
    masks = {
        "Kepler": KEPLER_UNUSABLE,
        "K2": KEPLER_UNUSABLE,
        "SPOC": TESS_UNUSABLE,
        "QLP": QLP_UNUSABLE,
        "lightkurve": 0,
    }
    bits = masks.get(product, -1) if quality == "recommended" else -1
    return np.asarray(flags.astype(np.int64) & bits == 0)
