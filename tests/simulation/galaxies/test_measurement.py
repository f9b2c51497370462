import dataclasses

import numpy as np
import pytest

from mesa_keras.simulation.galaxies import image as image_module
from mesa_keras.simulation.galaxies.image import PIXEL_SCALE, render_galaxy
from mesa_keras.simulation.galaxies.measurement import measure_image, measured_columns
from mesa_keras.simulation.galaxies.neighbours import Neighbour
from tests.simulation.galaxies.plain_galaxy import FLUXES, ROUND, observation


def measure(seed, fluxes=FLUXES, structure=ROUND, place=None):
    seen = observation(seed if place is None else place)
    result = render_galaxy(np.random.default_rng(seed), fluxes, structure, seen)
    return measure_image(
        result.pixels.astype(np.float16), result.noise, seen.electrons, PIXEL_SCALE
    )


def test_magnitudes_come_back():
    """A Kron aperture holds about 95 % of the light: 0.05 mag."""
    misses = []
    for seed in range(15):
        found = measure(seed)
        assert set(found) == set(measured_columns())
        for band, flux in zip("grz", FLUXES, strict=True):
            true = 22.5 - 2.5 * np.log10(flux)
            misses.append(found[f"measured_mag_{band}"] - true)
    assert np.median(misses) == pytest.approx(0.05, abs=0.04)
    assert np.percentile(np.abs(misses), 80) < 0.12


def test_errors_are_those_of_the_scatter(monkeypatch):
    monkeypatch.setattr(image_module, "draw_neighbours", lambda *_: [])
    round_one = dataclasses.replace(ROUND, disc_axis_ratio=0.9)
    found = [measure(seed, FLUXES / 20, round_one, place=0) for seed in range(40)]
    values = np.array([x["measured_mag_r"] for x in found])
    errors = np.array([x["measured_mag_error_r"] for x in found])
    # The aperture is measured as well, which adds to the scatter.
    assert 0.6 < values.std() / np.median(errors) < 2.5


def test_larger_galaxies_measure_larger():
    sizes = []
    for scale in (0.5, 1.0, 2.0):
        scaled = dataclasses.replace(
            ROUND,
            bulge_radius=ROUND.bulge_radius * scale,
            disc_radius=ROUND.disc_radius * scale,
        )
        sizes.append(
            np.median(
                [measure(s, structure=scaled)["measured_radius"] for s in range(3)]
            )
        )
    assert sizes[0] < sizes[1] < sizes[2]


def test_flat_galaxies_measure_flat():
    flat, face_on = (
        measure(0, structure=dataclasses.replace(ROUND, disc_axis_ratio=q))
        for q in (0.25, 1.0)
    )
    assert flat["measured_axis_ratio"] < face_on["measured_axis_ratio"] - 0.15


def test_neighbours_are_taken_off(monkeypatch):
    star = Neighbour(x=25.0, y=5.0, fluxes=FLUXES, radius=0.0, ellipticity=np.zeros(2))
    monkeypatch.setattr(image_module, "draw_neighbours", lambda *_: [])
    alone = measure(0)
    monkeypatch.setattr(image_module, "draw_neighbours", lambda *_: [star])
    beside = measure(0)
    for name in ("measured_mag_r", "measured_mag_z"):
        assert beside[name] == pytest.approx(alone[name], abs=0.05)


def test_no_image_measures_nothing():
    pixels = np.full((152, 152, 3), np.nan, np.float16)
    found = measure_image(pixels, np.ones(3), np.ones(3), PIXEL_SCALE)
    assert set(found) == set(measured_columns())
    assert np.isnan(list(found.values())).all()


def test_an_empty_image_has_no_magnitude():
    pixels = np.full((152, 152, 3), -1.0, np.float16)
    found = measure_image(pixels, np.ones(3), np.ones(3), PIXEL_SCALE)
    assert np.isnan(found["measured_mag_r"])
    assert np.isnan(found["measured_mag_error_r"])
    assert np.isnan(found["measured_radius"])
