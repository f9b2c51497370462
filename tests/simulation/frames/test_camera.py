import pytest

from mesa_keras.simulation.frames.camera import draw_camera
from mesa_keras.simulation.frames.detectors import DetectorFormat


@pytest.fixture(scope="module")
def cameras():
    return [draw_camera(1, number) for number in range(600)]


def test_a_camera_depends_on_seed_and_number_alone(cameras):
    assert draw_camera(1, 17) == cameras[17]
    assert draw_camera(2, 17) != cameras[17]


def test_cameras_are_possible(cameras):
    for camera in cameras:
        assert 8 <= camera.bits <= 16
        assert camera.bits + camera.shift <= 16
        assert 0 <= camera.pedestal < 0.12 * 2**camera.bits
        assert camera.gain > 0
        assert 0 < camera.saturation <= camera.full_well
        assert min(camera.format.height, camera.format.width) >= 48
        assert max(camera.format.height, camera.format.width) <= 4096
        assert camera.format.width % 2 == camera.format.height % 2 == 0


def test_cameras_are_many(cameras):
    assert {c.bits for c in cameras} >= {8, 10, 12, 14, 16}
    assert {c.shift for c in cameras} >= {0, 2, 4}
    assert {c.mosaic for c in cameras} == {None, "RGGB", "BGGR", "GRBG", "GBRG"}
    assert {c.technology for c in cameras} == {"ccd", "cmos"}
    assert min(c.gain for c in cameras) < 0.15
    assert max(c.gain for c in cameras) > 8
    assert any(c.pedestal == 0 for c in cameras)
    assert any(c.pedestal > 2000 for c in cameras)
    assert any(c.format.is_strip for c in cameras)
    assert min(c.format.width for c in cameras) < 400
    assert max(c.format.width for c in cameras) > 3800


@pytest.mark.parametrize("max_size", [64, 200, 1024])
def test_max_size_caps_every_side(max_size):
    formats = [draw_camera(1, n, max_size).format for n in range(200)]
    assert max(max(f.height, f.width) for f in formats) <= max_size
    assert any(f.shrink < 1 for f in formats)
    assert any(f.window < 1 for f in formats)


def test_strips_are_long():
    assert DetectorFormat(1024, 128, 1.0, 13.0, 1, 1.0).is_strip
    assert not DetectorFormat(1024, 768, 1.0, 13.0, 1, 1.0).is_strip
