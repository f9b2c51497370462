"""One simulated galaxy: its image, its spectrum and its row of the catalogue."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np

from mesa_keras.simulation.frames.randomness import keyed_generator
from mesa_keras.simulation.galaxies.bands import (
    BANDS,
    MAX_REDSHIFT,
    BandFluxes,
    band_fluxes,
    magnitude,
)
from mesa_keras.simulation.galaxies.image import (
    PIXEL_SCALE,
    GalaxyImage,
    render_galaxy,
)
from mesa_keras.simulation.galaxies.measurement import measure_image
from mesa_keras.simulation.galaxies.observing import Observation, draw_observation
from mesa_keras.simulation.galaxies.sources import Sources, load_sources
from mesa_keras.simulation.galaxies.spectrograph import Exposure, draw_exposure
from mesa_keras.simulation.galaxies.spectrum import GalaxySpectrum, observe_spectrum
from mesa_keras.simulation.galaxies.stellar_light import (
    StellarLight,
    draw_light,
    moved_coefficients,
)
from mesa_keras.simulation.galaxies.structure import Structure, draw_structure
from mesa_keras.simulation.galaxies.templates import Templates, load_templates

NO_IMAGE = "no image was taken"
_NO_IMAGE_PART = 0.005
# Moved galaxies stay between these magnitudes in r: half of them are targets of the
# bright programme of DESI, half of the dark one, as far as their luminosity allows.
_BRIGHT, _DARK = (14.0, 19.5), (19.5, 22.0)
_ID_STEP = 10**9


@dataclasses.dataclass(frozen=True)
class GalaxySimulation:
    """What all galaxies of a survey are made from.

    Attributes:
        seed: Seed of the survey.
        shifted_fraction: Part of the objects that are moved to another redshift.
        sources: The real galaxies.
        templates: Their spectra.
        bands: The templates' fluxes in g, r and z.
    """

    seed: int
    shifted_fraction: float
    sources: Sources
    templates: Templates
    bands: BandFluxes


class SimulatedGalaxy(NamedTuple):
    """All of one object.

    Attributes:
        image: Nanomaggies per pixel, float16 of shape `(152, 152, 3)`; NaN without one.
        spectrum: Flux and inverse variance.
        row: Its columns of the index, without `split`.
    """

    image: np.ndarray
    spectrum: GalaxySpectrum
    row: dict[str, Any]


def galaxy_simulation(seed: int, shifted_fraction: float) -> GalaxySimulation:
    """Reads the real galaxies and fits the templates, in a few seconds.

    Raises:
        ImportError: If kcorrect or speclite is not installed.
        ValueError: If an argument is out of range.
    """
    if not 0 <= seed <= 9 * 10**9:
        raise ValueError(
            f"`seed` must be 0 or more, and at most {9 * 10**9}. Received: {seed}"
        )
    if not 0 <= shifted_fraction <= 1:
        raise ValueError(
            f"`shifted_fraction` must be from 0 to 1. Received: {shifted_fraction}"
        )
    return GalaxySimulation(
        seed=seed,
        shifted_fraction=shifted_fraction,
        sources=load_sources(),
        templates=load_templates(),
        bands=band_fluxes(),
    )


def source_of(simulation: GalaxySimulation, number: int) -> tuple[int, int]:
    """Source galaxy of an object, and how often that was used before.

    The sources are gone through in one random order, again and again.
    """
    num = len(simulation.sources)
    order = keyed_generator(simulation.seed, "order").permutation(num)
    return int(order[number % num]), number // num


def simulate_galaxy(simulation: GalaxySimulation, number: int) -> SimulatedGalaxy:
    """Simulates one object.

    All that is drawn depends on seed and number alone: neither on the size of the
    survey nor on the process.

    Args:
        simulation: What galaxies are made from.
        number: Number of the object in the survey, from 0.

    Raises:
        ImportError: If GalSim is not installed.
    """
    source, realization = source_of(simulation, number)

    def rng(part: str) -> np.random.Generator:
        return keyed_generator(simulation.seed, "galaxy", number, part)

    light, moved = _draw_light(simulation, rng("light"), source)
    other_source = int(rng("other").integers(len(simulation.sources)))
    other, _ = _draw_light(simulation, rng("other light"), other_source)
    structure = draw_structure(rng("structure"), light)
    observation = draw_observation(rng("observation"))
    image = render_galaxy(rng("image"), light.fluxes, structure, observation)
    exposure = draw_exposure(rng("exposure"), float(magnitude(light.fluxes[1])))
    spectrum = observe_spectrum(
        rng("spectrum"),
        light,
        other,
        image.fiber_fraction,
        exposure,
        simulation.templates,
    )
    has_image = bool(rng("no image").random() >= _NO_IMAGE_PART)
    # Measured on what is stored.
    pixels = image.pixels.astype(np.float16)
    if not has_image:
        pixels = np.full_like(pixels, np.nan)
    reasons = [spectrum.reason, "" if has_image else NO_IMAGE]
    row = {
        "object_id": simulation.seed * _ID_STEP + number,
        "source_id": source,
        "realization": realization,
        "ra": float(simulation.sources.ra[source]),
        "dec": float(simulation.sources.dec[source]),
        "redshift": light.redshift,
        "image_valid": has_image,
        "spectrum_valid": not spectrum.reason,
        "reason": "; ".join(filter(None, reasons)),
        "source_redshift": float(simulation.sources.redshift[source]),
        "moved": moved,
        "spectrum_fault": spectrum.fault,
        **_truth(light, structure, observation, exposure, image),
        **measure_image(pixels, image.noise, observation.electrons, PIXEL_SCALE),
    }
    return SimulatedGalaxy(pixels, spectrum, row)


def _draw_light(
    simulation: GalaxySimulation, rng: np.random.Generator, source: int
) -> tuple[StellarLight, bool]:
    coefficients = simulation.sources.coefficients[source]
    redshift = float(simulation.sources.redshift[source])
    moved = bool(rng.random() < simulation.shifted_fraction)
    limits = (_BRIGHT, _DARK)[int(rng.random() < 0.5)]
    place = float(rng.random())
    if moved:
        new = _new_redshift(simulation, coefficients, redshift, limits, place)
        coefficients = moved_coefficients(coefficients, redshift, new)
        redshift = new
    light = draw_light(
        rng, coefficients, redshift, simulation.templates, simulation.bands
    )
    return light, moved


def _new_redshift(
    simulation: GalaxySimulation,
    coefficients: np.ndarray,
    redshift: float,
    limits: tuple[float, float],
    place: float,
) -> float:
    """A redshift up to 1 at which the galaxy is as bright as those that are observed.

    Density grows linearly over the range that is open to its luminosity.
    """
    grid = simulation.bands.redshifts
    inside = (grid >= 0.01) & (grid <= min(1.0, MAX_REDSHIFT))
    grid = grid[inside]
    mixtures = moved_coefficients(coefficients, redshift, grid)
    stars = simulation.bands.stars[inside, BANDS.index("r")]
    seen = magnitude((stars * mixtures).sum(axis=1))
    open_to = grid[(seen >= limits[0]) & (seen <= limits[1])]
    if not open_to.size:
        return redshift
    return float(open_to[0] + (open_to[-1] - open_to[0]) * np.sqrt(place))


def _truth(
    light: StellarLight,
    structure: Structure,
    observation: Observation,
    exposure: Exposure,
    image: GalaxyImage,
) -> dict[str, Any]:
    """Columns that tell what was put in."""
    result: dict[str, Any] = {}
    for band, name in enumerate(BANDS):
        result[f"mag_{name}"] = float(magnitude(light.fluxes[band]))
    for band, name in enumerate(BANDS):
        result[f"abs_mag_{name}"] = float(light.rest_magnitudes[band])
    result |= {
        "stellar_mass": light.log_mass,
        "specific_star_formation": light.log_specific_rate,
        "metallicity": light.metallicity,
        "h_alpha_width": light.h_alpha_width,
        "velocity_dispersion": light.stellar_sigma,
        "early_type": structure.early,
        "bulge_fraction": float(structure.bulge_fractions[1]),
        "sersic_index": structure.sersic_index,
        "radius": structure.half_light_radius,
        "radius_kpc": structure.half_light_radius_kpc,
        "axis_ratio": structure.disc_axis_ratio,
        "position_angle": structure.position_angle,
        "fiber_fraction": image.fiber_fraction,
        "program": exposure.program,
        "exposure_s": exposure.seconds,
    }
    for band, name in enumerate(BANDS):
        result[f"seeing_{name}"] = float(observation.seeing[band])
        result[f"depth_{name}"] = float(observation.depth[band])
        result[f"sky_noise_{name}"] = float(image.noise[band])
    return result
