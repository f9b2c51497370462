import dataclasses

import numpy as np
import pytest

from mesa_keras.simulation.frames.processing import converted
from mesa_keras.simulation.frames.readout import read_out
from mesa_keras.simulation.frames.scene import Scene
from mesa_keras.simulation.frames.treatment import Treatment
from tests.simulation.frames.plain_shots import plain_camera, plain_shot

SHAPE = (200, 300)


def camera_with(part, **changes):
    camera = plain_camera(*SHAPE)
    return dataclasses.replace(
        camera, **{part: dataclasses.replace(getattr(camera, part), **changes)}
    )


def test_bias_is_the_pedestal_and_the_read_noise():
    values = read_out(plain_shot(plain_camera(*SHAPE)), Scene(kind="", seconds=0.0))
    assert values.dtype == np.float32
    # The electronics drift by 0.2 % of the pedestal from frame to frame.
    assert np.mean(values) == pytest.approx(500, abs=5)
    assert np.std(values) == pytest.approx(10 / 2, rel=0.02)


def test_light_brings_its_noise():
    light = np.full(SHAPE, 8000.0, dtype=np.float32)
    shot = plain_shot(plain_camera(*SHAPE))
    values = read_out(shot, Scene(kind="", seconds=1.0, electrons=light))
    assert np.mean(values) == pytest.approx(500 + 8000 / 2, abs=5)
    assert np.std(values) == pytest.approx(np.sqrt(8000 + 100) / 2, rel=0.02)
    assert (light == 8000).all()


@pytest.mark.parametrize(("temperature", "factor"), [(20, 1), (14, 0.5), (26, 2)])
def test_dark_current_grows_with_time_and_temperature(temperature, factor):
    camera = camera_with("dark", rate=4.0, doubling=6.0)
    shot = plain_shot(camera)
    night = dataclasses.replace(shot.night, sensor_temperature=temperature)
    values = read_out(
        dataclasses.replace(shot, night=night), Scene(kind="", seconds=300.0)
    )
    assert np.mean(values) - 500 == pytest.approx(factor * 4 * 300 / 2, rel=0.02)


def test_clamped_dark_current_leaves_its_noise():
    camera = camera_with("dark", rate=4.0, clamped=True)
    values = read_out(plain_shot(camera), Scene(kind="", seconds=300.0))
    assert np.mean(values) == pytest.approx(500, abs=5)
    assert np.std(values) == pytest.approx(np.sqrt(1200 + 100) / 2, rel=0.02)


def test_dark_current_alone_never_fills_the_detector():
    camera = camera_with("dark", rate=1000.0)
    values = read_out(plain_shot(camera), Scene(kind="", seconds=3600.0))
    assert np.mean(values) * 2 < 0.3 * camera.saturation


def test_hot_pixels_stay_where_they_are():
    camera = camera_with("dark", rate=1.0, hot_fraction=0.002)
    frames = [
        read_out(plain_shot(camera, seed=0), Scene(kind="", seconds=s))
        for s in (60.0, 600.0)
    ]
    short, long = (frame > np.median(frame) + 50 for frame in frames)
    assert 10 < long.sum() < 0.01 * long.size
    assert (short & ~long).sum() < 0.2 * short.sum()


def test_a_mean_of_frames_has_less_noise():
    shot = plain_shot(plain_camera(*SHAPE), treatment=Treatment(averaged=25))
    values = read_out(shot, Scene(kind="", seconds=0.0))
    assert np.std(values) == pytest.approx(1.0, rel=0.02)


def test_full_pixels_are_cut():
    light = np.full(SHAPE, 5e5, dtype=np.float32)
    values = read_out(
        plain_shot(plain_camera(*SHAPE)), Scene(kind="", seconds=1.0, electrons=light)
    )
    assert np.mean(values) == pytest.approx(500 + 1e5 / 2, rel=0.01)


def test_full_pixels_spill_along_their_column():
    light = np.zeros(SHAPE, dtype=np.float32)
    light[100, 150] = 2e6
    shot = plain_shot(plain_camera(*SHAPE, blooms=True))
    values = read_out(shot, Scene(kind="", seconds=1.0, electrons=light))
    full = values > 45000
    assert full[:, 150].sum() == pytest.approx(2e6 / 1e5, abs=4)
    assert full.sum() == full[:, 150].sum()


def test_overscan_sees_no_light_and_is_cut_off_reduced_frames():
    light = np.full(SHAPE, 8000.0, dtype=np.float32)
    scene = Scene(kind="", seconds=1.0, electrons=light)
    camera = camera_with("pattern", overscan=0.1)
    values = read_out(plain_shot(camera), scene)
    assert np.mean(values[:, -30:]) == pytest.approx(500, abs=5)
    assert np.mean(values[:, :-30]) == pytest.approx(4500, abs=5)
    reduced = read_out(plain_shot(camera, treatment=Treatment(kind="reduced")), scene)
    assert np.mean(reduced[:, -30:]) == pytest.approx(4500, abs=10)


def test_gaps_between_chips_are_dark():
    light = np.full(SHAPE, 8000.0, dtype=np.float32)
    camera = camera_with("pattern", chips=2)
    scene = Scene(kind="", seconds=1.0, electrons=light)
    level = read_out(plain_shot(camera), scene).mean(axis=0)
    dark = np.flatnonzero(level < 1000)
    np.testing.assert_array_equal(dark, [150, 151, 152])


def test_colour_filters_pass_their_colour():
    light = np.full(SHAPE, 20000.0, dtype=np.float32)
    shot = plain_shot(plain_camera(*SHAPE, mosaic="RGGB"))
    scene = Scene(kind="", seconds=1.0, electrons=light, colour=(0.8, 0.5, 0.1))
    values = read_out(shot, scene)
    assert np.mean(values[::2, ::2]) == pytest.approx(500 + 8000, rel=0.01)
    assert np.mean(values[::2, 1::2]) == pytest.approx(500 + 5000, rel=0.01)
    assert np.mean(values[1::2, ::2]) == pytest.approx(500 + 5000, rel=0.01)
    assert np.mean(values[1::2, 1::2]) == pytest.approx(500 + 1000, rel=0.01)


@pytest.mark.parametrize(
    ("bits", "shift", "dtype", "step", "top"),
    [
        (8, 0, np.uint8, 1, 255),
        (12, 0, np.uint16, 1, 4095),
        (12, 4, np.uint16, 16, 65520),
        (14, 2, np.uint16, 4, 65532),
        (16, 0, np.uint16, 1, 65535),
    ],
)
def test_the_converter_rounds_cuts_and_shifts(bits, shift, dtype, step, top):
    camera = plain_camera(*SHAPE, bits=bits, shift=shift)
    values = np.linspace(-50, 1e6, 60000, dtype=np.float32).reshape(SHAPE)
    digits = converted(plain_shot(camera), values)
    assert digits.dtype == dtype
    assert digits.min() == 0
    assert digits.max() == top
    assert (digits % step == 0).all()
