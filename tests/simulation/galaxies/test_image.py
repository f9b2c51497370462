import dataclasses

import numpy as np
import pytest

from mesa_keras.simulation.galaxies import image as module
from mesa_keras.simulation.galaxies import neighbours
from mesa_keras.simulation.galaxies.image import (
    IMAGE_SIZE,
    PIXEL_SCALE,
    render_galaxy,
)
from mesa_keras.simulation.galaxies.neighbours import Neighbour, draw_neighbours
from tests.simulation.galaxies.plain_galaxy import FLUXES, ROUND, observation


def moments(image):
    axis = np.arange(len(image)) - (len(image) - 1) / 2
    total = image.sum()
    x, y = (image * axis[None, :]).sum() / total, (image * axis[:, None]).sum() / total
    xx = (image * (axis[None, :] - x) ** 2).sum() / total
    yy = (image * (axis[:, None] - y) ** 2).sum() / total
    return x, y, xx, yy


def test_all_light_is_in_the_image():
    result = render_galaxy(np.random.default_rng(0), FLUXES, ROUND, observation())
    np.testing.assert_allclose(result.target.sum((0, 1)), FLUXES, rtol=0.01)
    assert result.pixels.shape == (IMAGE_SIZE, IMAGE_SIZE, 3)
    assert result.target.min() > -1e-4


def test_shape_and_place():
    result = render_galaxy(np.random.default_rng(1), FLUXES, ROUND, observation())
    x, y, xx, yy = moments(result.target[..., 1].astype(float))
    assert abs(x) < 0.55
    assert abs(y) < 0.55
    # An angle of 0 is along the rows.
    assert xx > 1.5 * yy
    turned = dataclasses.replace(ROUND, position_angle=90.0)
    result = render_galaxy(np.random.default_rng(1), FLUXES, turned, observation())
    _, _, xx, yy = moments(result.target[..., 1].astype(float))
    assert yy > 1.5 * xx


def test_noise_is_that_of_the_depth():
    seen = observation(2)
    dark = render_galaxy(np.random.default_rng(0), FLUXES * 1e-9, ROUND, seen)
    for band in range(3):
        pixels = dark.pixels[..., band].ravel()
        spread = np.percentile(pixels, [15.87, 50])
        assert spread[1] - spread[0] == pytest.approx(dark.noise[band], rel=0.1)
    # A point source of that magnitude, weighted by its profile, is at 5 sigma.
    psf = module._draw(module._psf(seen, 1), 64, np.zeros(2))
    flux = 10 ** (-0.4 * (seen.depth[1] - 22.5))
    signal = flux * np.sqrt((psf**2).sum()) / dark.noise[1]
    assert signal == pytest.approx(5, rel=1e-3)


def test_bright_pixels_have_photon_noise(monkeypatch):
    monkeypatch.setattr(module, "draw_neighbours", lambda *_: [])
    seen = observation()
    residuals, expected = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        result = render_galaxy(rng, FLUXES * 100, ROUND, seen)
        bright = result.target[..., 1] > 5
        residuals.append((result.pixels - result.target)[..., 1][bright])
        expected.append(result.target[..., 1][bright] / seen.electrons[1])
    ratio = np.concatenate(residuals) / np.sqrt(np.concatenate(expected))
    assert ratio.std() == pytest.approx(1, abs=0.1)


def test_fibre_takes_less_of_a_larger_galaxy():
    seen = observation()
    parts = []
    for size in (0.05, 1.0, 3.0):
        scaled = dataclasses.replace(
            ROUND,
            bulge_radius=ROUND.bulge_radius * size,
            disc_radius=ROUND.disc_radius * size,
        )
        result = render_galaxy(np.random.default_rng(0), FLUXES, scaled, seen)
        parts.append(result.fiber_fraction)
    assert parts[0] == pytest.approx(1, abs=0.05)
    assert parts[0] > parts[1] > parts[2] > 0


def test_values_suit_half_precision():
    """The brightest galaxy does not overflow, and the noise is not rounded away."""
    fluxes = 10 ** (0.4 * (22.5 - np.array([12.7, 12.0, 11.3])))
    result = render_galaxy(np.random.default_rng(0), fluxes, ROUND, observation())
    half = result.pixels.astype(np.float16)
    assert np.isfinite(half).all()
    faint = abs(result.pixels[..., 0]) < 5 * result.noise[0]
    error = (half.astype(np.float32) - result.pixels)[..., 0][faint]
    assert error.std() < 0.005 * result.noise[0]


@pytest.mark.parametrize("radius", [0.0, 0.6])
def test_neighbours_keep_their_light(radius):
    seen = observation()
    other = Neighbour(
        x=10.0, y=-20.0, fluxes=FLUXES, radius=radius, ellipticity=np.array([0.1, 0.0])
    )
    image = module._draw_neighbours([other], seen, 1)
    assert image.sum() == pytest.approx(FLUXES[1], rel=0.05)
    row, column = np.unravel_index(image.argmax(), image.shape)
    assert column == pytest.approx(75.5 + 10, abs=1)
    assert row == pytest.approx(75.5 - 20, abs=1)


def test_no_neighbour_is_flatter_than_a_disc_seen_from_its_edge():
    """Beyond an ellipticity of 1 isophotes are open, and the profile is no number."""
    draws = np.random.default_rng(0)
    found = np.array([neighbours._ellipticity(draws) for _ in range(100_000)])
    modulus = np.hypot(*found.T)
    assert modulus.max() == pytest.approx(0.9)
    assert (modulus < 0.899).mean() > 0.9999
    flat = np.array([0.0, 0.9])
    other = Neighbour(x=0.0, y=0.0, fluxes=FLUXES, radius=2.0, ellipticity=flat)
    image = module._draw_neighbours([other], observation(), 1)
    assert np.isfinite(image).all()
    assert image.min() >= 0


def test_number_of_neighbours():
    counts, reds = [], []
    for seed in range(200):
        found = draw_neighbours(np.random.default_rng(seed), IMAGE_SIZE, PIXEL_SCALE)
        counts.append(len(found))
        reds += [other.fluxes[1] for other in found]
    # About 30 sources brighter than r = 23.2 per square arcmin.
    assert np.mean(counts) / (IMAGE_SIZE * PIXEL_SCALE / 60) ** 2 == pytest.approx(
        30, rel=0.4
    )
    assert np.median(22.5 - 2.5 * np.log10(reds)) > 21.5


def test_colours_of_stars_lie_on_their_locus():
    stars = [
        other
        for seed in range(400)
        for other in draw_neighbours(
            np.random.default_rng(seed), IMAGE_SIZE, PIXEL_SCALE
        )
        if other.radius == 0
    ]
    magnitudes = 22.5 - 2.5 * np.log10([star.fluxes for star in stars])
    g_r, r_z = -np.diff(magnitudes, axis=1).T
    assert np.all((g_r > 0.2) & (g_r < 1.6))
    # Dwarfs of type G, K and M.
    for colour, expected in ((0.5, 0.21), (1.0, 0.51), (1.4, 1.19)):
        near = abs(g_r - colour) < 0.05
        assert np.median(r_z[near]) == pytest.approx(expected, abs=0.08)


def test_seeing_and_depth_are_those_of_the_survey():
    many = [observation(seed) for seed in range(300)]
    seeing = np.median([x.seeing for x in many], axis=0)
    depth = np.median([x.depth for x in many], axis=0)
    np.testing.assert_allclose(seeing, [1.29, 1.18, 1.11], rtol=0.03)
    np.testing.assert_allclose(depth, [24.15, 23.55, 22.65], atol=0.06)


def test_missing_galsim_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "galsim", None)
    with pytest.raises(ImportError, match=r"\.\[galaxies\]"):
        module._galsim()
