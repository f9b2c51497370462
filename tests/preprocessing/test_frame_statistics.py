"""What each kind of frame must show in its statistics, and what must not matter."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.preprocessing import (
    STATISTIC_MEANINGS,
    STATISTIC_NAMES,
    frame_statistics,
)
from mesa_keras.preprocessing.image_codes import plane_codes

SHAPE = (420, 560)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
ALONG, ACROSS = X / SHAPE[1], Y / SHAPE[0]


def exposed(light, seed=0, pedestal=500.0, noise=6.0, gain=1.0):
    """A frame of mean electrons: photon noise, read noise and pedestal."""
    generator = np.random.default_rng(seed)
    electrons = generator.poisson(np.broadcast_to(light, SHAPE))
    counts = pedestal + gain * (electrons + generator.normal(0, noise, SHAPE))
    return np.clip(np.rint(counts), 0, 65535).astype(np.uint16)


def spots(number, width, peak, seed=1):
    generator = np.random.default_rng(seed)
    light = np.zeros(SHAPE)
    for _ in range(number):
        y, x = (int(generator.uniform(15, n - 15)) for n in SHAPE)
        near = np.s_[y - 12 : y + 13, x - 12 : x + 13]
        shape = np.exp(-((Y[near] - y) ** 2 + (X[near] - x) ** 2) / (2 * width**2))
        light[near] += peak * shape
    return light


def bias(seed=0):
    return exposed(np.zeros(SHAPE), seed)


def dark(seed=0):
    plane = exposed(np.full(SHAPE, 20.0), seed)
    place = np.random.default_rng(seed).integers(0, plane.size, 800)
    plane.ravel()[place] += (
        np.random.default_rng(2).integers(500, 8000, 800).astype("u2")
    )
    return plane


def flat(seed=0):
    return exposed(25000 * (1 - 0.5 * ((ALONG - 0.5) ** 2 + (ACROSS - 0.5) ** 2)), seed)


def sky(seed=0):
    return exposed(100 + spots(60, 1.7, 3000), seed)


def lines(places, width=1.5, tilt=0.0):
    return sum(
        np.exp(-((X - place - tilt * Y) ** 2) / (2 * width**2)) for place in places
    )


PLACES = np.random.default_rng(5).uniform(20, 540, 25)


def arc(seed=0):
    return exposed(50 + 8000 * lines(PLACES, tilt=0.01), seed)


def trace(seed=0):
    return exposed(20 + 2000 * np.exp(-((Y - 200 - 0.02 * X) ** 2) / 12), seed)


def solar(seed=0):
    return exposed(20000 * (1 - 0.6 * np.clip(lines(PLACES, 3.0), 0, 1)), seed)


def orders(seed=0, spectrum=1.0):
    light = np.zeros(SHAPE)
    for number in range(18):
        centre = 20 + 22 * number + 0.03 * X + 4e-5 * (X - 280) ** 2
        light += np.exp(-((Y - centre) ** 2) / 18)
    return exposed(
        20 + 6000 * light * spectrum * (1 - (2 * ALONG - 1) ** 2 * 0.8), seed
    )


def star_orders(seed=0):
    return orders(seed, spectrum=1 - 0.5 * np.clip(lines(PLACES, 2.0), 0, 1))


KINDS = {
    function.__name__: function
    for function in map(
        cache, (bias, dark, flat, sky, arc, trace, solar, orders, star_orders)
    )
}


@pytest.fixture(scope="module")
def found():
    return {name: frame_statistics(make()) for name, make in KINDS.items()}


def test_every_statistic_has_a_meaning(found):
    assert tuple(found["bias"]) == STATISTIC_NAMES
    assert 50 <= len(STATISTIC_NAMES) <= 110
    assert all(len(text) > 10 for text in STATISTIC_MEANINGS.values())


def test_all_are_finite_and_moderate(found):
    for statistics in found.values():
        values = np.array(list(statistics.values()))
        assert np.isfinite(values).all()
        assert np.abs(values).max() < 20


def differing(first, second, tolerance):
    return {
        name: (first[name], second[name])
        for name in STATISTIC_NAMES
        if abs(first[name] - second[name]) > tolerance
    }


@pytest.mark.parametrize("kind", KINDS)
def test_two_axes_are_sorted(kind, found):
    turned = frame_statistics(np.ascontiguousarray(KINDS[kind]().T))
    # Tiles and blocks are not cut at the same pixels: what remains is their noise.
    assert len(differing(found[kind], turned, 0.3)) <= 4


@pytest.mark.parametrize("kind", KINDS)
def test_flips_do_not_matter(kind, found):
    flipped = frame_statistics(KINDS[kind]()[::-1, ::-1])
    assert len(differing(found[kind], flipped, 0.3)) <= 7


ABSOLUTE = {"level_median", "photon_index", "step_size", "noise_steps"}


@pytest.mark.parametrize("kind", KINDS)
def test_gain_and_shifted_bits_do_not_matter(kind):
    plane = KINDS[kind]()
    first = frame_statistics(plane)
    for other in (plane.astype(np.int32) * 7, plane.astype(np.float32) / 900):
        second = frame_statistics(other)
        changed = set(differing(first, second, 0.1)) - ABSOLUTE
        assert len(changed - {"structure_over_level", "highest"}) <= 1


def test_shifted_bits_are_seen_and_do_not_matter():
    first, second = (frame_statistics(sky() * factor) for factor in (1, 4))
    assert second["step_size"] - first["step_size"] == 2.0
    assert second["photon_index"] == pytest.approx(first["photon_index"], abs=0.01)
    changed = set(differing(first, second, 0.05))
    assert changed <= {"step_size", "level_median", "structure_over_level"}


@pytest.mark.parametrize("kind", KINDS)
def test_pedestal_does_not_matter(kind, found):
    lifted = frame_statistics(KINDS[kind]().astype(np.int32) + 900)
    relative = {"structure_over_level"}
    assert set(differing(found[kind], lifted, 0.1)) <= ABSOLUTE | relative


@pytest.mark.parametrize("kind", KINDS)
def test_noise_seed_hardly_matters(kind, found):
    other = frame_statistics(KINDS[kind](seed=7))
    assert len(differing(found[kind], other, 0.4)) <= 5


def test_hot_pixels_and_stars_differ_by_sharpness(found):
    hot, star = found["dark"], found["sky"]
    assert hot["single_pixels"] > 0.9 > 0.1 > star["single_pixels"]
    assert hot["peak_neighbours"] < 0.1 < 0.5 < star["peak_neighbours"]
    assert hot["wide_gain"] < -0.5 < 0.1 < star["wide_gain"]
    assert hot["above_20"] > 3
    assert found["bias"]["above_5"] < 1.5


def test_number_of_stars_is_found(found):
    per_million = 10 ** found["sky"]["peaks_per_pixel"] - 1
    stars = per_million * 1e-6 * SHAPE[0] * SHAPE[1]
    # A star may lie in more than one cell.
    assert 60 <= stars <= 60 * 30


def test_flat_is_smooth_and_its_structure_many_times_its_noise(found):
    assert found["flat"]["structure"] > 1.0 > 0.3 > found["bias"]["structure"]
    assert found["flat"]["smooth_share"] > 0.95 > 0.3 > found["bias"]["smooth_share"]
    assert found["flat"]["vignetting"] < -0.9


def test_photon_noise_follows_the_level():
    steep = exposed(20000 * ALONG**2 + 50)
    assert frame_statistics(steep)["noise_follows_level"] > 0.95
    assert abs(frame_statistics(bias())["noise_follows_level"]) < 0.6


def test_lines_of_a_lamp_are_coherent_emission(found):
    assert found["arc"]["coherence_strong"] > 0.5
    assert found["arc"]["emission_strong"] > 0.8
    assert 2 ** found["arc"]["num_peaks_strong"] - 1 == pytest.approx(25, abs=8)
    assert 1.5 <= 2 ** found["arc"]["peak_width_strong"] <= 9
    assert abs(found["bias"]["coherence_strong"]) < 0.2
    assert abs(found["sky"]["coherence_strong"]) < 0.3


def test_solar_lines_are_coherent_absorption(found):
    assert found["solar"]["coherence_strong"] > 0.8
    assert found["solar"]["emission_strong"] < -0.4
    assert found["solar"]["skew_tails"] < -0.3


def test_trace_is_one_bump_in_every_strip(found):
    assert found["trace"]["bump_strong"] > 1.5
    assert found["trace"]["bump_strips_strong"] == 1.0
    assert found["trace"]["concentration_strong"] > 0.4
    assert found["bias"]["bump_strips_strong"] < 0.5
    assert found["sky"]["bump_strips_strong"] < 0.9


def test_orders_are_many_and_regular(found):
    assert found["orders"]["period_strong"] > 0.6
    assert 2 ** found["orders"]["period_count_strong"] == pytest.approx(19, abs=2)
    assert found["orders"]["coherence_shifted_strong"] > 0.7
    assert found["arc"]["period_strong"] < 0.5


def test_spectrum_along_orders_tells_star_from_lamp(found):
    star, lamp = found["star_orders"], found["orders"]
    assert star["ridge_contrast_strong"] > lamp["ridge_contrast_strong"] + 0.5
    assert star["ridge_skew_strong"] < -0.2


def test_mosaic_shows(found):
    plane = flat().copy()
    plane[::2, ::2] //= 2
    assert frame_statistics(plane)["mosaic"] > 1.5 > found["flat"]["mosaic"]


def test_saturation_shows(found):
    plane = np.minimum(sky(), 800)
    assert frame_statistics(plane)["saturated"] > 2
    assert found["sky"]["saturated"] == 0


def test_missing_pixels_are_counted_and_left_out(found):
    plane = sky().astype(np.float32)
    plane[:40] = np.nan
    statistics = frame_statistics(plane)
    assert statistics["missing_fraction"] == pytest.approx(4.98, abs=0.02)
    assert statistics["wide_gain"] == pytest.approx(found["sky"]["wide_gain"], abs=0.2)
    assert np.isnan(statistics["level_median"])
    assert np.isnan(list(statistics.values())).sum() == 1


def test_level_is_a_part_of_the_camera_s_range():
    plane = np.full((50, 50), 1000, np.uint16)
    assert frame_statistics(plane)["level_median"] == pytest.approx(1000 / 65535)
    assert frame_statistics(plane, bits=12)["level_median"] == pytest.approx(
        1000 / 4095
    )
    # Twelve bits cannot hold this, so the values are shifted.
    assert frame_statistics(plane * 16, bits=12)["level_median"] < 0.25


def test_master_frame_of_a_bias_is_still_no_flat():
    frames = [bias(seed).astype(np.float32) for seed in range(8)]
    master = frame_statistics(np.mean(frames, axis=0))
    assert master["structure"] < 0.5
    assert master["smooth_share"] < 0.4
    assert master["peak_cells"] < 2


def test_measured_codes_give_the_same(found):
    assert frame_statistics(plane_codes(sky())) == found["sky"]


@settings(max_examples=20)
@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.int16, np.uint16, np.float32, np.int64]),
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=30),
    )
)
def test_any_frame_gives_numbers(plane):
    statistics = frame_statistics(plane)
    missing = {name for name, value in statistics.items() if not np.isfinite(value)}
    assert missing <= {"level_median"}


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 500), (500, 1), (2, 2), (15, 17), (300, 9)]
)
@pytest.mark.parametrize("value", [0, 7, 65535])
def test_constant_and_tiny_frames(shape, value):
    statistics = frame_statistics(np.full(shape, value, np.uint16))
    assert np.isfinite(list(statistics.values())).all()
    assert statistics["above_5"] == 0
    assert statistics["peak_cells"] == 0
    assert statistics["num_peaks_strong"] == 0


def test_what_is_no_frame():
    with pytest.raises(ValueError, match="`plane` must be a non-empty array"):
        frame_statistics(np.ones((3, 3, 3)))
