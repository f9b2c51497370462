import numpy as np
import pytest

from mesa_keras.simulation.frames.echelle import Echelle, draw_echelle
from tests.simulation.frames.plain_shots import plain_camera, plain_shot

PLAIN = Echelle(
    length=500,
    width=200,
    upright=False,
    reverse=False,
    orders=np.array([40, 41, 42]),
    centres=np.array([50.0, 100.0, 150.0]),
    bow=0.0,
    tilt=0.0,
    coverage=1.0,
    half_width=4.0,
    lean=0.0,
    constant=2.263e5,
    sigma=1.0,
    fibres=((0.0, 1.0),),
)


def flat_light(wavelength):
    return np.ones_like(wavelength)


def box(distance):
    return (np.abs(distance) < 1).astype(float)


def test_orders_follow_the_grating_equation():
    for order in PLAIN.orders:
        wavelength = PLAIN.wavelengths(int(order))
        assert wavelength[250] == pytest.approx(2.263e5 / order, rel=1e-4)
        # One free spectral range of the middle order, in units of the wavelength.
        span = (wavelength[-1] - wavelength[0]) / wavelength.mean()
        assert span == pytest.approx(1 / 41, rel=1e-3)


def test_orders_stand_at_their_places_and_are_brightest_at_blaze():
    image = PLAIN.image(flat_light, box)
    lit = image[:, 250] > 0.5 * image.max()
    np.testing.assert_array_equal(np.flatnonzero(np.diff(lit.astype(int)) == 1) + 1,
                                  [47, 97, 147])  # fmt: skip
    assert np.argmax(image[100]) == pytest.approx(250, abs=2)
    assert image[100, 0] < 0.7 * image[100, 250]
    assert image[75].max() == 0


def test_a_line_shows_where_its_order_has_it():
    line = PLAIN.wavelengths(41)[300]

    def flux(wavelength):
        return np.exp(-0.5 * ((wavelength - line) / 0.3) ** 2)

    image = PLAIN.image(flux, box)
    row, column = np.unravel_index(np.argmax(image), image.shape)
    assert abs(row - 100) < 4
    assert column == pytest.approx(300, abs=1)


def test_drawn_echelles_show_orders_on_every_detector():
    counts = []
    for number in range(80):
        shape = [(128, 512), (300, 300), (400, 120)][number % 3]
        echelle = draw_echelle(plain_shot(plain_camera(*shape, number=number)))
        image = echelle.on_detector(echelle.image(flat_light, box))
        assert image.shape == shape
        assert np.isfinite(image).all()
        on_detector = (echelle.centres > 0) & (echelle.centres < echelle.width)
        assert on_detector.sum() >= 3
        counts.append(len(echelle.orders))
    assert max(counts) > 3 * min(counts)
