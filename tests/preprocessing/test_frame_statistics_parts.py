"""The parts of the statistics on arrays whose answers are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.preprocessing.frame_statistics_levels import (
    bounded_skew,
    histogram,
    level_statistics,
    parts_per_million,
    signed_log,
)
from mesa_keras.preprocessing.frame_statistics_lines import highest_bump, line_extrema
from mesa_keras.preprocessing.frame_statistics_noise import noise_statistics
from mesa_keras.preprocessing.frame_statistics_peaks import peak_statistics
from mesa_keras.preprocessing.frame_statistics_profiles import strip_profiles
from mesa_keras.preprocessing.frame_statistics_ridges import ridge_statistics
from mesa_keras.preprocessing.frame_statistics_smooth import smooth_part
from mesa_keras.preprocessing.frame_statistics_structure import (
    coarse_map,
    structure_statistics,
)
from mesa_keras.preprocessing.image_area import cell_extremes
from mesa_keras.preprocessing.image_noise import frame_tiles, tile_noise
from mesa_keras.preprocessing.image_quantiles import quantiles


@given(hnp.arrays(np.uint16, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_histogram_is_exact(codes):
    levels = histogram(codes)
    values, counts = np.unique(codes, return_counts=True)
    np.testing.assert_array_equal(np.flatnonzero(levels.counts), values)
    np.testing.assert_array_equal(levels.counts[values], counts)
    assert levels.quantile(0.5) == np.percentile(codes, 50, method="inverted_cdf")
    assert levels.above(int(values[0])) == pytest.approx(1 - counts[0] / codes.size)
    assert levels.above(-1) == 1.0
    assert levels.above(65535) == 0.0


def test_histogram_of_a_large_frame_keeps_the_mosaic():
    codes = np.zeros((3000, 2000), np.uint16)
    codes[1::2] = 1
    levels = histogram(codes)
    assert levels.counts[:2].sum() >= 1 << 21
    assert levels.counts[0] == pytest.approx(levels.counts[1], rel=0.01)


@pytest.mark.parametrize(("values", "step"), [([5, 9, 21], 4), ([7], 1), ([3, 4], 1)])
def test_step_between_codes(values, step):
    assert histogram(np.array([values], np.uint16)).step == step


def test_levels_of_two_values():
    codes = np.full((100, 100), 100, np.uint16)
    codes[:30] = 300
    found = level_statistics(histogram(codes), 10.0, 0.0, 1000.0, 0.0)
    assert found["level_median"] == pytest.approx(0.1)
    assert found["two_levels"] == pytest.approx(1.0)
    assert found["upper_share"] == pytest.approx(0.3)
    assert found["half_filled"] == pytest.approx(0.3)
    assert found["above_5"] == pytest.approx(np.log10(1 + 0.3e6))
    assert found["highest"] == pytest.approx(np.log10(21))
    assert found["entropy"] == pytest.approx(0.8813, abs=1e-3)


def test_logarithms():
    assert signed_log(9.0) == 1.0
    assert signed_log(-99.0) == -2.0
    assert parts_per_million(0.0) == 0.0
    assert parts_per_million(-1e-17) == 0.0
    assert parts_per_million(1.0) == pytest.approx(6.0)


def test_bounded_skew():
    values = np.random.default_rng(0).exponential(size=(2, 20000))
    # The skewness of an exponential distribution is 2.
    np.testing.assert_allclose(bounded_skew(values), 2 / np.sqrt(5), atol=0.03)
    np.testing.assert_allclose(bounded_skew(-values), -bounded_skew(values))
    assert bounded_skew(np.ones(5)) == 0.0


@given(
    hnp.arrays(np.float32, st.integers(1, 50), elements=st.floats(-9, 9, width=32)),
    st.floats(0, 1),
)
def test_quantiles_are_values_of_the_right_rank(values, fraction):
    (found,) = quantiles(values, fraction)
    assert found in values
    assert np.sum(values < found) <= round(fraction * (values.size - 1))


def test_smooth_part_of_a_line_is_the_line():
    line = np.stack([3.0 * np.arange(200) + 7, -np.arange(200.0)])
    np.testing.assert_allclose(smooth_part(line, 12), line, atol=1e-9)


def test_smooth_part_passes_over_lines_and_short_profiles():
    profile = np.zeros((1, 240))
    profile[0, 100:105] = 50.0
    assert np.abs(smooth_part(profile, 10)).max() == 0
    np.testing.assert_array_equal(smooth_part(np.ones((2, 5)), 10), np.ones((2, 5)))


def test_extrema_of_a_comb():
    points = np.arange(400.0)
    comb = sum(np.exp(-((points - place) ** 2) / 8) for place in range(20, 390, 25))
    found = line_extrema(comb - comb.mean(), 0.01)
    assert 2 ** found["num_peaks"] - 1 == 15
    assert found["spacing_scatter"] == pytest.approx(0.0, abs=1e-9)
    # The width of a Gaussian of deviation 2, at half its height above the mean.
    assert 2 ** found["peak_width"] == pytest.approx(4.3, abs=1.0)
    assert line_extrema(np.zeros(100), 1.0)["num_peaks"] == 0


def test_bump_in_some_strips():
    fine = np.random.default_rng(0).normal(0, 1, (8, 300))
    fine[:6, 150:154] += 30
    found = highest_bump(fine, 1.0)
    assert found["bump_strips"] == pytest.approx(6 / 8)
    assert 2 ** found["bump_width"] == pytest.approx(4, abs=2)
    assert found["bump"] > 1


def test_strips_average_across_and_drop_stars():
    plane = np.tile(np.arange(300, dtype=np.uint16), (200, 1))
    plane[100, 50] = 60000
    vertical, horizontal = strip_profiles(plane)
    assert vertical.shape == (8, 200)
    assert horizontal.shape == (8, 300)
    np.testing.assert_allclose(horizontal, np.tile(np.arange(300.0), (8, 1)))
    assert np.ptp(vertical, axis=1).max() < 2000


def test_strips_of_long_frames_do_not_overflow():
    vertical, _ = strip_profiles(np.full((3, 300_000), 65535, np.uint16))
    np.testing.assert_allclose(vertical, 65535)


def ridge_frame(spectrum):
    y, x = np.mgrid[:200, :600].astype(float)
    centre = 90 + 0.03 * x
    light = 3000 * np.exp(-((y - centre) ** 2) / 18) * spectrum(x)
    noise = np.random.default_rng(0).normal(0, 5, light.shape)
    return np.rint(light + 500 + noise).astype(np.uint16)


def test_ridge_with_and_without_lines():
    def lines(x):
        return 1 - 0.6 * (np.sin(x / 4) > 0.9)

    with_lines, without = (
        ridge_statistics(plane, strip_profiles(plane)[0], 5.0)
        for plane in (ridge_frame(lines), ridge_frame(lambda x: 1 + 0 * x))
    )
    assert with_lines["ridge_lines"] > 0.3
    assert with_lines["ridge_contrast"] > without["ridge_contrast"] + 0.5
    assert with_lines["ridge_skew"] < -0.3
    # 18 pixels in 200 from end to end; strips reach from centre to centre.
    assert 10 ** with_lines["ridge_tilt"] - 1 == pytest.approx(79, abs=20)


@pytest.mark.parametrize("edge", [0, 199])
def test_ridge_along_an_edge_stays_inside(edge):
    plane = np.full((200, 400), 500, np.uint16)
    # It leaves the edge in the last strip only: a parabola goes beyond.
    plane[edge, :350] = 9000
    plane[100, 350:] = 9000
    found = ridge_statistics(plane, strip_profiles(plane)[0], 3.0)
    assert np.isfinite(list(found.values())).all()


def test_ridges_of_small_frames_are_zero():
    plane = np.ones((10, 40), np.uint16)
    found = ridge_statistics(plane, strip_profiles(plane)[0], 1.0)
    assert set(found.values()) == {0.0}


def test_noise_of_a_white_and_of_a_smooth_frame():
    white = np.random.default_rng(0).normal(1000, 20, (300, 300)).astype(np.uint16)
    y, x = np.mgrid[:300, :300]
    wave = (1000 + 300 * np.sin(x / 15) * np.sin(y / 15)).astype(np.uint16)
    found = []
    for plane in (white, wave):
        tiles = frame_tiles(plane)
        noise = tile_noise(tiles)
        found.append(noise_statistics(tiles, noise, max(noise.min(), 0.3), 0.0, 900.0))
    assert found[0]["correlation"] == pytest.approx(0.0, abs=0.03)
    assert found[0]["next_high"] == pytest.approx(0.0, abs=0.01)
    assert found[0]["far_high"] == pytest.approx(0.0, abs=0.01)
    assert found[1]["correlation"] > 0.95
    assert found[1]["far_high"] > 0.4 > 0 > found[1]["next_low"]


def structure(cells, noise=1.0):
    return structure_statistics(cells, noise / 4, noise, 0.0, 100.0)


def test_structure_of_planes_bowls_and_rows():
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    slope = structure(1000 + 50 * x)
    assert slope["tilt_share"] == pytest.approx(1.0, abs=1e-6)
    assert slope["vignetting"] == pytest.approx(0.0, abs=1e-6)
    assert slope["profile_share_strong"] == pytest.approx(1.0, abs=1e-6)
    bowl = structure(1000 - 50 * (x**2 + y**2))
    assert bowl["smooth_share"] == pytest.approx(1.0, abs=1e-3)
    assert bowl["tilt_share"] == pytest.approx(0.0, abs=1e-3)
    assert bowl["vignetting"] == pytest.approx(-1.0, abs=1e-3)
    assert bowl["profile_share_strong"] == pytest.approx(0.5, abs=0.01)
    glow = structure(1000 + 80 * np.exp(-((x - 1) ** 2 + (y - 1) ** 2) * 20))
    assert glow["corner_glow"] > 1.0


def test_coarse_map_is_of_medians():
    cells = np.arange(50 * 49, dtype=float).reshape(50, 49)
    coarse = coarse_map(cells)
    assert coarse.shape == (24, 24)
    assert coarse[0, 0] == np.sort(cells[:2, :2], axis=None)[2]
    np.testing.assert_array_equal(coarse_map(cells[:5, :3]), cells[:5, :3])


def test_peaks_of_one_star_and_one_hot_pixel():
    y, x = np.mgrid[:96, :96]
    star = 2000 * np.exp(-((y - 30) ** 2 + (x - 40) ** 2) / 8)
    plane = np.rint(1000 + star).astype(np.uint16)
    plane[70, 71] = 3000
    cells = plane.reshape(24, 4, 24, 4).mean(axis=(1, 3))
    level = np.full(cells.shape, 1000.0)
    binned = plane.reshape(48, 2, 48, 2).sum(axis=(1, 3))
    found = peak_statistics(
        plane,
        *cell_extremes(plane, 24, 24, np.minimum, np.maximum),
        *cell_extremes(binned, 24, 24, np.maximum),
        level,
        10.0,
    )
    assert 0 < found["single_pixels"] < 0.5
    assert found["peak_neighbours_low"] < found["peak_neighbours_high"]
    assert found["dip_cells"] == 0
    assert found["peak_height_range"] >= 0
