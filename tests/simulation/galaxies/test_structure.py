import dataclasses

import numpy as np
import pytest
from scipy.special import gammaincinv

from mesa_keras.simulation.galaxies import structure as module
from mesa_keras.simulation.galaxies.distances import kpc_per_arcsec
from mesa_keras.simulation.galaxies.structure import (
    DISC_THICKNESS,
    SERSIC_INDICES,
    draw_structure,
)
from tests.simulation.galaxies.lights import light_of


def draw_many(light, num=300):
    return [draw_structure(np.random.default_rng(n), light) for n in range(num)]


def with_colour(colour: float, magnitude_r: float, redshift: float = 0.1):
    light = light_of(0, redshift)
    rest = np.array([magnitude_r + colour, magnitude_r, magnitude_r - 0.6])
    return dataclasses.replace(light, rest_magnitudes=rest)


def test_red_galaxies_are_bulges_and_blue_ones_discs():
    red, blue = (draw_many(with_colour(c, -21.5)) for c in (0.8, 0.5))
    assert np.mean([x.early for x in red]) > 0.9
    assert np.mean([x.early for x in blue]) < 0.1
    fractions = [np.mean([x.bulge_fractions[1] for x in y]) for y in (red, blue)]
    assert fractions[0] > fractions[1] + 0.3
    assert {x.sersic_index for x in red + blue} <= set(SERSIC_INDICES)


@pytest.mark.parametrize(
    ("colour", "magnitude_r", "kpc"),
    # Read off figure 4 of Shen et al. 2003 and the relation's constants.
    [(0.85, -22.5, 6.0), (0.85, -20.5, 1.8), (0.4, -21.0, 3.7), (0.4, -19.0, 2.1)],
)
def test_sizes_follow_luminosity(colour, magnitude_r, kpc):
    sizes = [
        x.half_light_radius_kpc for x in draw_many(with_colour(colour, magnitude_r))
    ]
    assert np.median(sizes) == pytest.approx(kpc, rel=0.2)


def test_the_same_length_spans_less_far_away():
    near, far = (with_colour(0.5, -21.5, z) for z in (0.05, 0.5))
    for light in (near, far):
        one = draw_structure(np.random.default_rng(3), light)
        scale = kpc_per_arcsec(light.redshift)
        assert one.half_light_radius * scale == pytest.approx(one.half_light_radius_kpc)
    sizes = [
        np.median([x.half_light_radius for x in draw_many(light)])
        for light in (near, far)
    ]
    assert sizes[0] > 4 * sizes[1]


def test_bulge_and_disc_together_have_the_radius():
    for one in draw_many(with_colour(0.65, -21.5), 50):
        fraction = one.bulge_fractions[1]
        inside = fraction * module._enclosed(
            one.half_light_radius / one.bulge_radius, one.sersic_index
        ) + (1 - fraction) * module._enclosed(
            one.half_light_radius / one.disc_radius, 1
        )
        assert inside == pytest.approx(0.5, abs=1e-4)


def test_enclosed_light():
    assert module._enclosed(1.0, 4.0) == pytest.approx(0.5)
    assert module._enclosed(100.0, 1.0) == pytest.approx(1.0)
    # An exponential disc holds 90 % within 3.89 scale lengths.
    radius = 3.8897 / gammaincinv(2, 0.5)
    assert module._enclosed(radius, 1.0) == pytest.approx(0.9, abs=1e-4)


def test_discs_are_seen_from_all_sides():
    many = draw_many(with_colour(0.45, -21.0))
    ratios = np.array([x.disc_axis_ratio for x in many])
    assert ratios.min() >= DISC_THICKNESS
    assert ratios.max() <= 1
    # The cosine of the inclination is uniform: half are flatter than about 0.53.
    assert np.median(ratios) == pytest.approx(0.53, abs=0.06)
    angles = np.array([x.position_angle for x in many])
    assert np.all((angles >= 0) & (angles < 180))
    assert abs(angles.mean() - 90) < 10


def test_bulges_are_redder():
    for one in draw_many(with_colour(0.6, -21.0), 40):
        fractions = one.bulge_fractions
        assert fractions[0] <= fractions[1] <= fractions[2]
        assert np.all((fractions >= 0) & (fractions <= 1))
