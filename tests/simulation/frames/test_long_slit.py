import dataclasses

import numpy as np
import pytest

from mesa_keras.simulation.frames.long_slit import Opening, Slit, draw_slit
from mesa_keras.simulation.frames.spectrum import gaussian_lines
from tests.simulation.frames.plain_shots import plain_camera, plain_shot

PLAIN = Slit(
    length=400,
    width=100,
    upright=False,
    reverse=False,
    first=5000.0,
    dispersion=2.0,
    sigma=2.0,
    tilt=0.0,
    bow=0.0,
    trace_tilt=0.0,
    trace_bow=0.0,
    openings=(Opening(-1.0, 2.0, 1.0),),
)


def line_image(slit, wavelength=5300.0):
    lines = np.array([(wavelength, 1.0)])
    return slit.dispersed(gaussian_lines(slit.wavelengths, lines, slit.line_width))


def test_a_line_stands_at_its_pixel():
    image = line_image(PLAIN)
    assert image.shape == (100, 400)
    # (5300 - 5000) / 2 Angstrom per pixel.
    assert (np.abs(np.argmax(image, axis=1) - 150) <= 1).all()
    width = np.sqrt(
        np.average((np.arange(400) - 150) ** 2, weights=np.maximum(image[50], 0))
    )
    assert width == pytest.approx(2.0, rel=0.1)


def test_wavelength_may_fall_along_the_axis():
    image = line_image(dataclasses.replace(PLAIN, reverse=True))
    assert (np.abs(np.argmax(image, axis=1) - 250) <= 1).all()


def test_tilt_and_bow_move_the_line_along_the_slit():
    tilted = np.argmax(line_image(dataclasses.replace(PLAIN, tilt=10.0)), axis=1)
    assert abs(tilted[0] - tilted[-1]) == pytest.approx(10, abs=1.5)
    bowed = np.argmax(line_image(dataclasses.replace(PLAIN, bow=8.0)), axis=1)
    assert abs(bowed[0] - bowed[50]) == pytest.approx(8, abs=1.5)
    assert bowed[0] == pytest.approx(bowed[-1], abs=1)


def test_openings_let_light_through():
    openings = (Opening(0.1, 0.3, 0.5), Opening(0.4, 0.6, 1.0))
    slit = dataclasses.replace(PLAIN, openings=openings)
    light = slit.illumination(0.5)[:, 0]
    np.testing.assert_allclose(light[[5, 20, 35, 50, 80]], [0, 0.5, 0, 1, 0], atol=1e-3)


def test_the_slit_follows_the_path_of_a_spectrum():
    slit = dataclasses.replace(PLAIN, openings=(Opening(0.4, 0.6, 1.0),), trace_tilt=20)
    light = slit.illumination(0.5)
    assert slit.bent(light).shape == (100, 400)
    rows = np.arange(100)
    left, right = (np.average(rows, weights=slit.bent(light)[:, x]) for x in (0, -1))
    assert right - left == pytest.approx(20, abs=1)
    assert PLAIN.bent(light) is light


def test_the_image_turns_with_the_spectrograph():
    image = line_image(PLAIN)
    assert PLAIN.on_detector(image).shape == (100, 400)
    turned = dataclasses.replace(PLAIN, upright=True).on_detector(image)
    assert turned.shape == (400, 100)


def test_drawn_slits_fit_the_detector_and_differ():
    slits = []
    for number in range(150):
        camera = plain_camera(120, 300, number=number)
        slit = draw_slit(plain_shot(camera))
        shape = (slit.width, slit.length)
        assert (shape if not slit.upright else shape[::-1]) == (120, 300)
        assert 3300 < slit.wavelengths[len(slit.wavelengths) // 2] < 10300
        assert slit == draw_slit(plain_shot(camera))
        slits.append(slit)
    assert {1, 3} < {len(s.openings) for s in slits}
    assert {s.upright for s in slits} == {True, False}
    assert {s.reverse for s in slits} == {True, False}
    assert max(s.dispersion for s in slits) > 10 * min(s.dispersion for s in slits)
