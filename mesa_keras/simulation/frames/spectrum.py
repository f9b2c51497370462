"""Spectra as functions of wavelength, and how a detector sees them."""

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, pick, uniform

BALMER = (6562.8, 4861.3, 4340.5, 4101.7, 3970.1, 3889.1, 3835.4, 3797.9, 3770.6)
# Fraunhofer lines that stand out at low resolution: wavelength, equivalent width.
METALS = (
    (3933.7, 14.0), (3968.5, 11.0), (4226.7, 1.5), (4271.8, 0.8), (4305.0, 5.0),
    (4383.5, 1.2), (4404.8, 0.9), (4668.0, 0.6), (4957.6, 0.8), (5167.3, 1.2),
    (5172.7, 1.5), (5183.6, 1.8), (5269.5, 1.0), (5328.0, 0.7), (5890.0, 1.0),
    (5895.9, 0.8), (6102.7, 0.3), (6122.2, 0.4), (6162.2, 0.4), (6494.9, 0.4),
    (8498.0, 1.2), (8542.1, 3.0), (8662.1, 2.5),
)  # fmt: skip
# Bands of molecules: head, and length over which they fade to the red.
TITANIUM_OXIDE = (
    (4761, 90), (4954, 100), (5167, 130), (5448, 120), (5847, 130), (6158, 150),
    (6651, 170), (7054, 200), (7589, 200), (8432, 150),
)  # fmt: skip
TELLURIC = (
    (6278, 12, 0.06), (6872, 18, 0.3), (7190, 60, 0.18), (7605, 25, 0.55),
    (8170, 70, 0.12), (9350, 120, 0.45),
)  # fmt: skip
SKY_LINES = (
    (5577.3, 1.0), (6300.3, 0.7), (6363.8, 0.25), (5890.0, 0.3), (5895.9, 0.2),
    (4358.3, 0.4), (5460.7, 0.6), (4046.6, 0.2), (5769.6, 0.2), (5790.7, 0.2),
    (7276, 0.2), (7316, 0.25), (7341, 0.2), (7524, 0.2), (7751, 0.3), (7794, 0.4),
    (7821, 0.3), (7853, 0.2), (7914, 0.3), (7964, 0.4), (7993, 0.4), (8344, 0.4),
    (8399, 0.5), (8430, 0.4), (8465, 0.3), (8504, 0.2), (8778, 0.4), (8827, 0.5),
    (8867, 0.4), (8885, 0.6), (8919, 0.6), (8958, 0.4),
)  # fmt: skip
NEBULAR = (
    (3727.4, 1.2), (3868.8, 0.6), (4101.7, 0.25), (4340.5, 0.45), (4363.2, 0.1),
    (4471.5, 0.05), (4685.7, 0.15), (4861.3, 1.0), (4958.9, 1.6), (5006.8, 4.8),
    (5875.6, 0.15), (6300.3, 0.1), (6548.1, 0.4), (6562.8, 3.0), (6583.5, 1.2),
    (6716.4, 0.25), (6730.8, 0.22), (7135.8, 0.2), (9068.6, 0.3),
)  # fmt: skip


def planck(wavelength: np.ndarray, kelvin: float) -> np.ndarray:
    """Photons per wavelength of a black body, 1 at its largest in the range."""
    x = 1.4388e8 / (wavelength * kelvin)
    flux = wavelength**-4.0 / np.expm1(np.minimum(x, 80.0))
    return np.asarray(flux / flux.max())


def gaussian_lines(
    wavelength: np.ndarray, lines: np.ndarray, sigma: float
) -> np.ndarray:
    """Sum of Gaussians of area `strength`, in units of peak at that sigma.

    Args:
        wavelength: Evenly spaced grid in Angstrom.
        lines: Wavelengths and strengths, `(lines, 2)`.
        sigma: Width in Angstrom.
    """
    result = np.zeros(wavelength.size)
    step = abs(wavelength[1] - wavelength[0])
    reach = int(np.ceil(5 * sigma / step)) + 1
    first = min(wavelength[0], wavelength[-1])
    for line, strength in lines:
        place = round((line - first) / step)
        low, high = max(place - reach, 0), min(place + reach + 1, wavelength.size)
        if low < high:
            part = first + step * np.arange(low, high)
            result[low:high] += strength * np.exp(-0.5 * ((part - line) / sigma) ** 2)
    return result if wavelength[0] < wavelength[-1] else result[::-1]


def detector_response(rng: np.random.Generator, wavelength: np.ndarray) -> np.ndarray:
    """Throughput of optics and silicon, 1 at its best in the range."""
    peak, blue, red = uniform(rng, 5200, 7000), uniform(rng, 900, 2200), 2600.0
    width = np.where(wavelength < peak, blue, red * uniform(rng, 0.6, 1.2))
    response = np.exp(-0.5 * ((wavelength - peak) / width) ** 2)
    return np.asarray(response / max(response.max(), 1e-9))


def stellar_spectrum(
    rng: np.random.Generator, wavelength: np.ndarray, sigma: float
) -> tuple[str, np.ndarray]:
    """A star's kind and spectrum, about 1 at its brightest."""
    kind = pick(rng, {"OB": 2, "A": 3, "FG": 3, "K": 2, "M": 1.5, "Be": 0.7, "WR": 0.4})
    kelvin = {"OB": 22000, "A": 9000, "FG": 6000, "K": 4500, "M": 3400, "Be": 18000,
              "WR": 40000}[kind] * uniform(rng, 0.85, 1.2)  # fmt: skip
    flux = planck(wavelength, kelvin)
    depth = {"OB": 2.5, "A": 10, "FG": 3, "K": 1, "M": 0.3, "Be": 2, "WR": 0}[kind]
    if depth:
        width = float(np.hypot(sigma, 6.0 if kind == "A" else 3.0))
        lines = np.array([(w, depth * 0.9**i) for i, w in enumerate(BALMER)])
        flux *= np.exp(-gaussian_lines(wavelength, lines, width) / (2.5 * width))
    if kind in ("FG", "K", "M"):
        strength = {"FG": 1.0, "K": 2.0, "M": 2.0}[kind] * uniform(rng, 0.6, 1.4)
        width = float(np.hypot(sigma, 1.0))
        lines = np.array(METALS) * [1, strength]
        flux *= np.exp(-gaussian_lines(wavelength, lines, width) / (2.5 * width))
    if kind == "M":
        for head, length in TITANIUM_OXIDE:
            fade = (wavelength - head) / length
            flux *= 1 - uniform(rng, 0.2, 0.6) * np.exp(-np.abs(fade)) * (fade > 0)
    if kind == "Be":
        lines = np.array([(w, 0.4**i) for i, w in enumerate(BALMER[:4])])
        flux += uniform(rng, 0.2, 3) * gaussian_lines(wavelength, lines, sigma + 2)
    if kind == "WR":
        lines = np.array(
            [(4686, 1.0), (4650, 0.8), (5696, 0.5), (5808, 0.7), (6563, 0.4)]
        )
        flux += uniform(rng, 0.3, 2) * gaussian_lines(wavelength, lines, sigma + 15)
    return kind, flux


def telluric(wavelength: np.ndarray) -> np.ndarray:
    """What the air lets through."""
    passed = np.ones(wavelength.size)
    for centre, width, depth in TELLURIC:
        passed *= 1 - depth * np.exp(-0.5 * ((wavelength - centre) / width) ** 2)
    return passed


def nebular_spectrum(
    rng: np.random.Generator, wavelength: np.ndarray, sigma: float
) -> np.ndarray:
    """Emission lines of gas, with some continuum, about 1 at its brightest."""
    lines = np.array(NEBULAR)
    lines[:, 1] *= np.exp(rng.normal(0.0, 0.7, len(lines)))
    width = sigma + (uniform(rng, 5, 25) if chance(rng, 0.2) else 0.0)
    flux = gaussian_lines(wavelength, lines, width)
    flux = flux / max(flux.max(), 1e-9)
    return np.asarray(flux + uniform(rng, 0, 0.1) * planck(wavelength, 9000))
