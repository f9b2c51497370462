import astropy.visualization
import numpy as np
import pytest

from mesa_keras.report import ShownObject, asinh_rgb, similar_objects_figure
from mesa_keras.report.similar_objects import smoothed

WAVELENGTH = np.linspace(3600, 9800, 400)


def shown(label="a", seed=0, **changes):
    rng = np.random.default_rng(seed)
    parts = {
        "image": rng.normal(0.1, 0.05, (12, 12, 3)).astype(np.float16),
        "flux": rng.normal(5, 1, 400).astype(np.float32),
        "ivar": np.ones(400, np.float32),
    }
    return ShownObject(label=label, **{**parts, **changes})


def test_draws_images_and_spectra_in_lines():
    objects = [shown("query $1"), shown("hit", 1), shown("hit", 2)]
    figure = similar_objects_figure(objects, WAVELENGTH, "Title", "units")
    assert len(figure.axes) == 9
    assert [len(axes.images) for axes in figure.axes[::3]] == [1, 1, 1]
    assert [len(axes.lines) for axes in figure.axes[2::3]] == [1, 1, 1]
    assert figure.axes[1].texts[0].get_text() == r"query \$1"
    assert "units" in figure.axes[8].get_xlabel()
    figure.draw_without_rendering()


def test_says_what_is_missing():
    objects = [
        shown(image=None, flux=None, ivar=None),
        shown(image=np.full((4, 4, 3), np.nan), flux=np.full(400, np.nan)),
        shown(ivar=np.zeros(400)),
    ]
    figure = similar_objects_figure(objects, WAVELENGTH, "Title")
    words = [t.get_text() for axes in figure.axes for t in axes.texts]
    assert words.count("no image") == 2
    assert words.count("no spectrum") == 3
    figure.draw_without_rendering()


def test_lines_are_shown_whole_and_noise_at_the_ends_is_not():
    ivar = np.full(400, 100.0)
    flux = np.full(400, 5.0)
    flux[200:220] = 50
    ivar[:20], flux[:20] = 0.01, 900
    figure = similar_objects_figure([shown(flux=flux, ivar=ivar)], WAVELENGTH, "t")
    low, high = figure.axes[2].get_ylim()
    assert low == 0
    assert 35 < high < 80


def test_pictures_match_the_published_stretch():
    image = np.random.default_rng(0).gamma(1, 0.1, (20, 20, 3))
    weighted = [image[..., k] * w for k, w in enumerate((6.0, 3.4, 2.2))]
    expected = astropy.visualization.make_lupton_rgb(
        *weighted[::-1], minimum=-0.03, stretch=0.23, Q=4.6
    )
    # Astropy's levels are whole numbers, cut off.
    np.testing.assert_allclose(asinh_rgb(image), expected / 255, atol=0.012)


def test_pictures_stay_in_range_and_mark_missing_pixels():
    image = np.full((3, 3, 3), 1e4)
    image[0] = -5
    image[1, 1, 2] = np.nan
    picture = asinh_rgb(image)
    assert picture.min() >= 0
    assert picture.max() <= 1
    assert picture[1, 1].tolist() == [0.5, 0.5, 0.5]
    assert picture[0].max() == 0


def test_smoothing_weighs_by_inverse_variance():
    rng = np.random.default_rng(0)
    ivar = rng.uniform(0.1, 2, 300)
    np.testing.assert_allclose(smoothed(np.full(300, 3.0), ivar, 5.0), 3.0)
    flux = np.full(300, 3.0)
    flux[100:110], ivar[100:110] = 1e6, 0
    flux[200] = np.nan
    np.testing.assert_allclose(smoothed(flux, ivar, 5.0), 3.0)
    ivar[50:120] = 0
    found = smoothed(flux, ivar, 5.0)
    assert np.isnan(found[80:90]).all()
    assert np.isfinite(found[[45, 125]]).all()


def test_rejects():
    with pytest.raises(ValueError, match="at least the query"):
        similar_objects_figure([], WAVELENGTH, "t")
    with pytest.raises(ValueError, match="`image` must have shape"):
        asinh_rgb(np.ones((4, 4)))
