import numpy as np
import pytest
from scipy.optimize import curve_fit

from mesa_keras.simulation.galaxies import templates as module
from mesa_keras.simulation.galaxies.emission_lines import LINE_NAMES, LINES, components
from mesa_keras.simulation.galaxies.templates import (
    SPEED_OF_LIGHT,
    STELLAR_SIGMA,
    TEMPLATE_SIGMA,
    load_templates,
    split_lines,
)


def gaussian(velocity, height, centre, sigma, level):
    return height * np.exp(-0.5 * ((velocity - centre) / sigma) ** 2) + level


def test_resolution_of_kcorrect_is_as_stated():
    # kcorrect's own file, untouched.
    table = module._read_file()
    velocity = np.log(table["wavelength"] / 5008.24) * SPEED_OF_LIGHT
    near = abs(velocity) < 1200
    flux = table["flux"][1][near]
    fit, _ = curve_fit(gaussian, velocity[near], flux / flux.max(), (1, 0, 250, 0.1))
    # Vacuum, not air: that would be 83 km/s away.
    assert fit[1] == pytest.approx(0, abs=10)
    assert abs(fit[2]) == pytest.approx(TEMPLATE_SIGMA, rel=0.02)
    steps = np.diff(np.log(table["wavelength"])) * SPEED_OF_LIGHT
    assert steps.mean() == pytest.approx(257.3, abs=0.05)


def test_taking_lines_out_keeps_all_light():
    table = module._read_file()
    wavelength, flux = table["wavelength"], table["flux"][1]
    stars, lines = split_lines(wavelength, flux)
    near = (wavelength > 4900) & (wavelength < 5060)
    step = np.gradient(wavelength)
    total = ((flux - stars) * step)[near].sum()
    assert lines[LINE_NAMES.index("[O III]")] == pytest.approx(total, rel=0.02)


def test_no_line_is_left_among_the_stars():
    table = module._read_file()
    wavelength = table["wavelength"]
    for number in (0, 1, 2):
        stars, _ = split_lines(wavelength, table["flux"][number])
        for centre in (3728.5, 5008.24, 6332.0, 6585.27, 6718.3):
            near = abs(wavelength / centre - 1) < 600 / SPEED_OF_LIGHT
            around = abs(wavelength / centre - 1) < 2000 / SPEED_OF_LIGHT
            level = np.median(stars[around & ~near])
            assert np.ptp(stars[near]) < 0.3 * level


def test_balmer_lines_fall_off_as_in_dusty_nebulae():
    lines = load_templates().lines[:3]
    # Case B is 2.86, and dust makes it larger (Osterbrock & Ferland 2006, table 4.4).
    ratio = lines[:, LINE_NAMES.index("H alpha")] / lines[:, LINE_NAMES.index("H beta")]
    assert np.all((ratio > 2.8) & (ratio < 5))
    assert not load_templates().lines[3:].any()


def test_sharpening_narrows_a_feature_and_keeps_its_area():
    grid = np.log(1000) + 257.4 / SPEED_OF_LIGHT * np.arange(2000)
    velocity = (grid - grid[1000]) * SPEED_OF_LIGHT
    flux = gaussian(velocity, 1.0, 0.0, TEMPLATE_SIGMA, 0.0)
    fine, sharp = module._sharpen(grid, flux[None])
    narrow = (fine - grid[1000]) * SPEED_OF_LIGHT
    near = abs(narrow) < 1500
    fit, _ = curve_fit(gaussian, narrow[near], sharp[0][near], (1, 0, 150, 0))
    assert abs(fit[2]) == pytest.approx(STELLAR_SIGMA, rel=0.03)
    assert sharp.sum() / 4 == pytest.approx(flux.sum(), rel=1e-6)


def test_parts_of_lines_add_up():
    wavelengths, parts, owners = components()
    assert len(wavelengths) == len(parts) == len(owners)
    np.testing.assert_allclose(np.bincount(owners, parts), np.ones(len(LINES)))


def test_stars_shine_and_weigh():
    templates = load_templates()
    optical = (templates.log_wavelength > np.log(2000)) & (
        templates.log_wavelength < np.log(11000)
    )
    assert np.all(templates.stars[:, optical] > 0)
    assert np.all(templates.mass > 0)
    assert templates.velocity_step == pytest.approx(257.3 / 4, abs=0.1)


def test_missing_kcorrect_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "kcorrect", None)
    with pytest.raises(ImportError, match=r"\.\[galaxies\]"):
        module.kcorrect_file("test")
