"""Parts of the configuration of the AstroCLIP recipe."""

from dataclasses import dataclass

from mesa_keras.config_fields import NOT_NEGATIVE, POSITIVE, RATE, names, option

PART = (lambda value: 0 < value <= 1, "must lie in (0, 1]")


def limits(text: str) -> tuple[float, ...]:
    """Splits a comma list of numbers."""
    return tuple(float(part) for part in names(text))


@dataclass(frozen=True, kw_only=True)
class Circles:
    """Part of a spectrum's vector that made-up redshifts teach to follow redshifts."""

    shift_weight: float = option(
        2.0, "weight of the loss of this part; 0 leaves it out", rule=NOT_NEGATIVE
    )
    shift_limit: float = option(
        0.15, "largest made-up redshift, in ln(1 + z)", rule=NOT_NEGATIVE
    )
    shift_share: float = option(
        0.5, "share of each batch whose spectra are given made-up redshifts", rule=PART
    )
    shift_keep: float = option(
        0.9, "share of its wavelengths that such a spectrum keeps", rule=PART
    )
    shift_noise: float = option(
        0.5, "most noise added to it, in units of each bin's", rule=NOT_NEGATIVE
    )
    shift_jitter: float = option(
        0.1,
        "scatter of its level and of its slow shape, in e-foldings",
        rule=NOT_NEGATIVE,
    )
    num_circles: int = option(
        8,
        "circles that redshifts turn, two dimensions each; at most half of all "
        "dimensions",
        rule=POSITIVE,
    )
    circle_periods: tuple[float, ...] = option(
        (0.1, 1.2),
        "shortest and longest period of a circle, in ln(1 + z)",
        parse=limits,
    )
    circle_share: float = option(
        0.5,
        "share of the squared length of a spectrum's vector that circles have",
        rule=RATE,
    )
    circle_bins: int = option(
        2048,
        "bins of equal width in ln(wavelength) that circles are read off",
        rule=POSITIVE,
    )
    circle_filters: int = option(
        32, "filters of the convolutions that they are read off by", rule=POSITIVE
    )


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """What training pairs are changed by, at random."""

    augment: bool = option(True, "augment images and spectra")
    rotation: str = option(
        "any",
        "augmentation: how images are turned",
        choices=("any", "quarter", "none"),
    )
    max_shift: int = option(
        2, "augmentation: most pixels that images are moved", rule=NOT_NEGATIVE
    )
    image_noise: float = option(
        0.25,
        "augmentation: most noise added to images, in units of the sky's",
        rule=NOT_NEGATIVE,
    )
    spectrum_noise: float = option(
        0.3,
        "augmentation: most noise added to spectra, in units of each bin's",
        rule=NOT_NEGATIVE,
    )
    spectrum_losses: int = option(
        0, "augmentation: most stretches that a spectrum loses", rule=NOT_NEGATIVE
    )
