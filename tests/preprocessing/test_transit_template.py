import numpy as np
import pytest

from mesa_keras.preprocessing.transit_template import (
    CHORDS,
    LIMB_DARKENING,
    RADIUS_RATIOS,
    mean_dip,
    shape_row,
    transit_shapes,
)
from mesa_keras.simulation import transit_duration, transit_flux

ORBIT = {"period": 20.0, "epoch": 0.0, "scaled_semimajor_axis": 30.0}


@pytest.mark.parametrize("exposure", [1e-4, 0.02])
@pytest.mark.parametrize(
    ("ratio", "chord"),
    [(0.06, 0.45), (0.12, 0.6), (0.12, 0.85), (0.36, 0.0), (0.9, 0.25)],
)
def test_shapes_are_those_of_batman(ratio, chord, exposure):
    impact = chord * (1 + ratio)
    days = np.linspace(-0.3, 0.3, 301)
    model = ORBIT | {
        "radius_ratio": ratio,
        "impact": impact,
        "limb_darkening": LIMB_DARKENING,
    }
    deepest = 1 - transit_flux(0.0, **model)
    expected = (1 - transit_flux(days, exposure_days=exposure, **model)) / deepest
    duration = float(transit_duration(20.0, 30.0, ratio, impact)) / 24
    area = transit_shapes().area[shape_row(ratio, chord)][None]
    dip = mean_dip(area, days, np.array([duration]), exposure)[0, 0]
    np.testing.assert_allclose(dip, expected, atol=0.02)


def test_v_shape():
    shapes = transit_shapes()
    v = shapes.v_shape.reshape(len(RADIUS_RATIOS), len(CHORDS))
    assert (np.diff(v, axis=1) >= 0).all()
    assert (np.diff(v, axis=0) >= 0).all()
    # Of a body of a fiftieth on a central chord: (1.02 - 0.98) / 1.02.
    assert v[0, 0] == pytest.approx(0.04 / 1.02)
    assert v[-1, -1] == 1


def test_discs_without_limb_darkening_have_flat_floors():
    shapes = transit_shapes()
    slope = np.diff(shapes.flat_area[0]) * 128
    np.testing.assert_allclose(slope[:115], 1.0, atol=1e-6)


def test_mean_dip_of_several_durations():
    shapes = transit_shapes()
    days = np.array([-0.2, 0.0, 0.04])
    dip = mean_dip(shapes.area[:3], days, np.array([0.1, 0.3]), 1e-3)
    assert dip.shape == (2, 3, 3)
    assert (dip[0, :, 0] == 0).all()
    np.testing.assert_allclose(dip[:, :, 1], 1, atol=1e-3)
    assert (dip[1, :, 2] > dip[0, :, 2]).all()


@pytest.mark.parametrize(
    ("days", "duration", "exposure"),
    [(np.nan, 0.1, 0.01), (0.0, np.nan, 0.01), (0.0, 0.0, 0.01), (0.0, 0.1, np.nan)],
)
def test_what_is_no_number_is_refused(days, duration, exposure):
    area = transit_shapes().area[:1]
    with pytest.raises(ValueError, match="must be finite"):
        mean_dip(area, np.array([days]), np.array([duration]), exposure)
