import dataclasses

import numpy as np
import pytest

from mesa_keras.simulation.galaxies import simulated_galaxy as module
from mesa_keras.simulation.galaxies.bands import magnitude
from mesa_keras.simulation.galaxies.simulated_galaxy import (
    NO_IMAGE,
    galaxy_simulation,
    simulate_galaxy,
    source_of,
)


def test_all_of_an_object(simulation):
    galaxy = simulate_galaxy(simulation, 0)
    row = galaxy.row
    assert galaxy.image.shape == (152, 152, 3)
    assert galaxy.image.dtype == np.float16
    assert galaxy.spectrum.flux.shape == (7781,)
    assert row["object_id"] == 0
    assert row["redshift"] > 0
    assert row["image_valid"]
    for band in "grz":
        assert row[f"measured_mag_{band}"] == pytest.approx(row[f"mag_{band}"], abs=0.4)


def test_an_object_depends_on_seed_and_number_alone(simulation):
    first, again = (simulate_galaxy(simulation, 5) for _ in range(2))
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.spectrum.flux, again.spectrum.flux)
    assert str(first.row) == str(again.row)
    other_seed = dataclasses.replace(simulation, seed=1)
    other = simulate_galaxy(other_seed, 5)
    assert other.row["object_id"] == 10**9 + 5
    assert other.row["source_id"] != first.row["source_id"]
    assert not np.array_equal(other.image, first.image)


def test_sources_are_all_used_before_one_is_used_again(simulation):
    num = len(simulation.sources)
    sources = [source_of(simulation, n) for n in (0, 1, num, num + 1)]
    assert sources[0][0] == sources[2][0]
    assert sources[1][0] == sources[3][0]
    assert sources[0][0] != sources[1][0]
    assert [realization for _, realization in sources] == [0, 0, 1, 1]
    order = module.keyed_generator(0, "order").permutation(num)
    assert len(np.unique(order)) == num


def test_realizations_of_a_source_differ(simulation):
    num = len(simulation.sources)
    first, second = (simulate_galaxy(simulation, n) for n in (3, num + 3))
    assert first.row["source_id"] == second.row["source_id"]
    assert second.row["realization"] == 1
    assert first.row["position_angle"] != second.row["position_angle"]
    assert not np.array_equal(first.spectrum.flux, second.spectrum.flux)


def draw(simulation, number):
    source, _ = source_of(simulation, number)
    rng = module.keyed_generator(simulation.seed, "galaxy", number, "light")
    light, moved = module._draw_light(simulation, rng, source)
    return light, moved, float(simulation.sources.redshift[source])


def test_redshifts_follow_the_catalogue_unless_moved(simulation):
    lights = [draw(simulation, n) for n in range(1500)]
    moved = np.array([m for _, m, _ in lights])
    assert moved.mean() == pytest.approx(0.3, abs=0.04)
    redshift = np.array([light.redshift for light, _, _ in lights])
    own = np.array([z for _, _, z in lights])
    np.testing.assert_array_equal(redshift[~moved], own[~moved])
    assert redshift.min() > 0.009
    assert 0.85 < redshift.max() <= 1
    # Some are beyond what the recipe takes, and the range between is filled.
    assert 0.02 < (redshift[moved] > 0.8).mean() < 0.1
    assert np.all(np.histogram(redshift, np.arange(0, 0.81, 0.1))[0] > 10)


def test_moved_galaxies_are_such_as_are_observed(simulation):
    all_moved = dataclasses.replace(simulation, shifted_fraction=1.0)
    lights = [draw(all_moved, n)[0] for n in range(600)]
    seen = np.array([float(magnitude(light.fluxes[1])) for light in lights])
    assert np.percentile(seen, 1) > 13.9
    assert np.percentile(seen, 99) < 22.1
    assert 0.4 < (seen < 19.5).mean() < 0.65
    # Those that went far are luminous.
    far = np.array([light.redshift > 0.7 for light in lights])
    luminosity = np.array([light.rest_magnitudes[1] for light in lights])
    assert luminosity[far].mean() < luminosity[~far].mean() - 1


def test_nothing_is_moved_on_demand(simulation):
    still = dataclasses.replace(simulation, shifted_fraction=0.0)
    assert not any(draw(still, n)[1] for n in range(50))


def test_missing_image(simulation, monkeypatch):
    monkeypatch.setattr(module, "_NO_IMAGE_PART", 1.0)
    galaxy = simulate_galaxy(simulation, 2)
    assert np.isnan(galaxy.image).all()
    assert not galaxy.row["image_valid"]
    assert NO_IMAGE in galaxy.row["reason"]
    assert np.isnan(galaxy.row["measured_mag_r"])
    assert np.isfinite(galaxy.row["mag_r"])


@pytest.mark.parametrize(
    ("seed", "fraction", "words"),
    [
        (-1, 0.2, "`seed` must be 0 or more"),
        (10**10, 0.2, "at most 9000000000"),
        (0, -0.1, "`shifted_fraction` must be from 0 to 1"),
        (0, float("nan"), "`shifted_fraction` must be from 0 to 1"),
    ],
)
def test_wrong_arguments(seed, fraction, words):
    with pytest.raises(ValueError, match=words):
        galaxy_simulation(seed, fraction)
