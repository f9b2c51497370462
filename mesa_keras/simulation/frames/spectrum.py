"""Spectra as functions of wavelength, and how a detector sees them."""

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, pick, uniform
from mesa_keras.simulation.frames.solar_atlas import transmission

BALMER = (6562.8, 4861.3, 4340.5, 4101.7, 3970.1, 3889.1, 3835.4, 3797.9, 3770.6)
HELIUM_STAR = (4026.2, 4471.5, 4921.9, 5015.7, 5875.6, 6678.2, 7065.2)
# Bands of molecules: head, and length over which they fade to the red.
TITANIUM_OXIDE = (
    (4761, 90), (4954, 100), (5167, 130), (5448, 120), (5847, 130), (6158, 150),
    (6651, 170), (7054, 200), (7589, 200), (8432, 150),
)  # fmt: skip
SWAN_BANDS = ((4737, -160), (5165, -170), (5635, -150), (6191, -120))
SKY_LINES = (
    (5577.3, 1.0), (6300.3, 0.7), (6363.8, 0.25), (5890.0, 0.3), (5895.9, 0.2),
    (4358.3, 0.4), (5460.7, 0.6), (4046.6, 0.2), (5769.6, 0.2), (5790.7, 0.2),
    (6863.9, 0.15), (6923.2, 0.15), (7244.9, 0.15), (7276.4, 0.25), (7316.3, 0.25),
    (7340.9, 0.3), (7524.1, 0.2), (7571.7, 0.15), (7712.2, 0.15), (7750.6, 0.4),
    (7794.1, 0.5), (7821.5, 0.4), (7853.3, 0.25), (7913.7, 0.5), (7964.6, 0.5),
    (7993.3, 0.5), (8025.8, 0.3), (8062.4, 0.1), (8344.6, 0.5), (8399.2, 0.6),
    (8430.2, 0.6), (8465.4, 0.4), (8504.6, 0.3), (8778.3, 0.5), (8827.1, 0.7),
    (8885.9, 0.8), (8919.6, 0.9), (8958.1, 0.6), (9001.6, 0.3), (9375.9, 0.6),
    (9419.7, 0.6), (9476.9, 0.4), (9502.8, 0.3), (9567.6, 0.3), (9872.1, 0.5),
    (9914.7, 0.4), (10014.1, 0.4),
)  # fmt: skip
NEBULAR = (
    (3727.4, 1.2), (3868.8, 0.6), (4101.7, 0.25), (4340.5, 0.45), (4363.2, 0.1),
    (4471.5, 0.05), (4685.7, 0.15), (4861.3, 1.0), (4958.9, 1.6), (5006.8, 4.8),
    (5875.6, 0.15), (6300.3, 0.1), (6548.1, 0.4), (6562.8, 3.0), (6583.5, 1.2),
    (6716.4, 0.25), (6730.8, 0.22), (7135.8, 0.2), (9068.6, 0.3), (9531.0, 0.7),
)  # fmt: skip
_KELVIN = {"OB": 22000, "A": 9200, "FG": 6000, "K": 4500, "M": 3300, "C": 3300,
           "Be": 18000, "WR": 40000, "nova": 12000}  # fmt: skip


def planck(wavelength: np.ndarray, kelvin: float) -> np.ndarray:
    """Photons per wavelength of a black body, 1 at its largest in the range."""
    x = 1.4388e8 / (wavelength * kelvin)
    flux = wavelength**-4.0 / np.expm1(np.minimum(x, 80.0))
    return np.asarray(flux / flux.max())


def gaussian_lines(
    wavelength: np.ndarray, lines: np.ndarray, sigma: float
) -> np.ndarray:
    """Sum of Gaussians whose peaks are the strengths.

    Args:
        wavelength: Evenly spaced grid in Angstrom, rising or falling.
        lines: Wavelengths and strengths, `(lines, 2)`.
        sigma: Width in Angstrom.
    """
    step = abs(float(wavelength[1] - wavelength[0]))
    first, last = sorted((float(wavelength[0]), float(wavelength[-1])))
    margin = 5 * sigma
    near = lines[(lines[:, 0] > first - margin) & (lines[:, 0] < last + margin)]
    reach = int(np.ceil(margin / step)) + 1
    # Each line reaches the same number of pixels: all are added at once.
    middle = np.rint((near[:, 0] - first) / step).astype(int)
    place = middle[:, None] + np.arange(-reach, reach + 1)[None, :]
    offset = first + step * place - near[:, :1]
    light = near[:, 1:] * np.exp(-0.5 * (offset / sigma) ** 2)
    inside = (place >= 0) & (place < wavelength.size)
    result = np.bincount(place[inside], light[inside], minlength=wavelength.size)
    return result if wavelength[0] < wavelength[-1] else result[::-1]


def detector_response(
    rng: np.random.Generator, wavelength: np.ndarray, edges: float = 0.1
) -> np.ndarray:
    """Throughput of optics and silicon, 1 at its best in the range.

    Args:
        rng: Generator.
        wavelength: In Angstrom.
        edges: How often a filter cuts one side of the range off.
    """
    peak, blue = uniform(rng, 5000, 7200), uniform(rng, 900, 2400)
    red = uniform(rng, 1500, 3200)
    width = np.where(wavelength < peak, blue, red)
    response = np.exp(-0.5 * ((wavelength - peak) / width) ** 2)
    if chance(rng, edges):
        # The edge of an order-sorting or broad-band filter.
        edge, soft = uniform(rng, 3800, 9000), uniform(rng, 5, 60)
        side = pick(rng, (-1.0, 1.0))
        cut = 1 / (1 + np.exp(np.clip(side * (wavelength - edge) / soft, -40, 40)))
        response = response * (cut if cut.max() > 0.5 else 1.0)
    return np.asarray(response / max(response.max(), 1e-9))


def stellar_spectrum(
    rng: np.random.Generator, wavelength: np.ndarray, sigma: float
) -> tuple[str, np.ndarray]:
    """A star's kind and spectrum, about 1 at its brightest.

    Args:
        rng: Generator; it chooses the star.
        wavelength: Evenly spaced grid in Angstrom.
        sigma: Width of a line in Angstrom.
    """
    kind = pick(rng, {"OB": 2, "A": 3, "FG": 3, "K": 2, "M": 1.5, "C": 0.3, "Be": 0.8,
                      "WR": 0.4, "nova": 0.5})  # fmt: skip
    flux = planck(wavelength, _KELVIN[kind] * uniform(rng, 0.85, 1.2))
    air = uniform(rng, 0.5, 2.0)
    strength = {"OB": 0.1, "A": 0.3, "FG": 1.0, "K": 1.8, "M": 2.0, "C": 1.5}
    flux *= transmission(wavelength, 2.5 * sigma, strength.get(kind, 0.0), air)
    depth = {"OB": 0.5, "A": 1.5, "FG": 0.5, "K": 0.1}.get(kind, 0.0)
    if depth:
        width = float(np.hypot(sigma, {"A": 9.0, "OB": 3.5}.get(kind, 2.0)))
        share = depth * {"A": 9.0, "OB": 3.5}.get(kind, 2.0) / width
        lines = np.array([(w, share * 0.93**i) for i, w in enumerate(BALMER)])
        flux *= np.exp(-gaussian_lines(wavelength, lines, width))
    if kind == "OB":
        lines = np.array([(w, 0.3 / np.hypot(sigma, 1)) for w in HELIUM_STAR])
        flux *= np.exp(-gaussian_lines(wavelength, lines, float(np.hypot(sigma, 1))))
    for head, length in {"M": TITANIUM_OXIDE, "C": SWAN_BANDS}.get(kind, ()):
        fade = (wavelength - head) / length
        flux *= 1 - uniform(rng, 0.2, 0.65) * np.exp(-np.abs(fade)) * (fade > 0)
    return kind, flux + _emission(rng, kind, wavelength, sigma)


def _emission(
    rng: np.random.Generator, kind: str, wavelength: np.ndarray, sigma: float
) -> np.ndarray | float:
    """Bright lines of stars that have them."""
    if kind == "Be":
        lines = np.array([(w, 0.35**i) for i, w in enumerate(BALMER[:4])])
        return uniform(rng, 0.2, 3) * gaussian_lines(wavelength, lines, sigma + 2)
    if kind == "WR":
        table = [(4650, 0.8), (4686, 1.0), (5411, 0.3), (5696, 0.5), (5808, 0.7),
                 (6563, 0.4), (7115, 0.2)]  # fmt: skip
        lines = np.array(table)
        lines[:, 1] *= rng.uniform(0.2, 1.5, len(lines))
        return uniform(rng, 0.3, 2) * gaussian_lines(wavelength, lines, sigma + 15)
    if kind == "nova":
        lines = np.array([(w, 0.5**i) for i, w in enumerate(BALMER[:4])])
        width = sigma + uniform(rng, 8, 40)
        return uniform(rng, 0.5, 6) * gaussian_lines(wavelength, lines, width)
    return 0.0


def nebular_spectrum(
    rng: np.random.Generator, wavelength: np.ndarray, sigma: float
) -> np.ndarray:
    """Emission lines of gas, with some continuum, about 1 at its brightest."""
    lines = np.array(NEBULAR)
    lines[:, 1] *= np.exp(rng.normal(0.0, 0.7, len(lines)))
    if chance(rng, 0.3):
        lines[:, 0] *= 1 + uniform(rng, 0.0, 0.15)
    width = sigma + (uniform(rng, 5, 25) if chance(rng, 0.2) else 0.0)
    flux = gaussian_lines(wavelength, lines, width)
    flux = flux / max(flux.max(), 1e-9)
    glow = uniform(rng, 0, 0.15) * planck(wavelength, uniform(rng, 4000, 12000))
    return np.asarray(flux + glow)


def sky_spectrum(
    rng: np.random.Generator, wavelength: np.ndarray, sigma: float
) -> np.ndarray:
    """The night sky: lines of oxygen, hydroxyl and lamps on a faint continuum."""
    lines = np.array(SKY_LINES)
    town = uniform(rng, 0.0, 2.0)
    lamps = np.isin(np.round(lines[:, 0], 1), (4358.3, 5460.7, 4046.6, 5769.6, 5790.7))
    lines[lamps, 1] *= town
    glow = uniform(rng, 0.02, 0.3) * planck(wavelength, 5000)
    if chance(rng, 0.25):
        # Moonlight and twilight carry the lines of the Sun.
        glow = glow + uniform(rng, 0.1, 1) * daylight(wavelength, sigma)
    return np.asarray(gaussian_lines(wavelength, lines, sigma) + glow)


def daylight(wavelength: np.ndarray, sigma: float) -> np.ndarray:
    """Sunlight with its dark lines and those of the air."""
    light = planck(wavelength, 6500) * transmission(wavelength, 2.5 * sigma)
    return np.asarray(light)


def lamp_continuum(rng: np.random.Generator, wavelength: np.ndarray) -> np.ndarray:
    """A filament, or a white diode with its blue peak; 1 at its brightest."""
    if chance(rng, 0.85):
        return planck(wavelength, uniform(rng, 2300, 3400))
    blue = np.exp(-0.5 * ((wavelength - uniform(rng, 4450, 4600)) / 100) ** 2)
    phosphor = np.exp(-0.5 * ((wavelength - uniform(rng, 5500, 5900)) / 550) ** 2)
    light = 1e-3 + uniform(rng, 0.3, 1.5) * blue + phosphor
    return np.asarray(light / light.max())
