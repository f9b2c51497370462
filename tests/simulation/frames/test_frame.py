import numpy as np
import pytest

from mesa_keras.simulation.frames import FRAME_CLASSES, FrameSimulation, simulate_frame

SIMULATION = FrameSimulation(seed=2, max_size=128, cameras=1000)
NUM = 24


@pytest.fixture(scope="module")
def frames():
    return {
        c: [simulate_frame(SIMULATION, c, n) for n in range(NUM)] for c in FRAME_CLASSES
    }


@pytest.mark.parametrize("label", FRAME_CLASSES)
def test_frames_are_images_that_fit(frames, label):
    for frame in frames[label]:
        assert frame.pixels.ndim == 2 or frame.pixels.shape[2] == 3
        assert min(frame.pixels.shape[:2]) > 10
        assert max(frame.pixels.shape[:2]) <= 128
        assert np.isfinite(frame.pixels).mean() > 0.3
        assert frame.truth["label"] == label
        assert frame.truth["height"] == frame.pixels.shape[0]
        assert frame.truth["dtype"] == str(frame.pixels.dtype)


@pytest.mark.parametrize("label", FRAME_CLASSES)
def test_a_frame_depends_on_its_key_alone(frames, label):
    again = simulate_frame(SIMULATION, label, 3)
    first = frames[label][3]
    np.testing.assert_array_equal(again.pixels, first.pixels)
    assert again.header == first.header
    assert again.truth == first.truth
    assert again.name == first.name


@pytest.mark.parametrize("label", FRAME_CLASSES)
def test_frames_differ_widely(frames, label):
    truths = [frame.truth for frame in frames[label]]
    assert len({t["camera"] for t in truths}) > NUM // 2
    assert len({t["night"] for t in truths}) > NUM // 2
    assert len({t["header"] for t in truths}) > 7
    assert len({t["dtype"] for t in truths}) >= 3
    assert len({frame.pixels.shape for frame in frames[label]}) > 10
    medians = [float(np.nanmedian(frame.pixels)) for frame in frames[label]]
    assert len({round(m, 3) for m in medians}) > NUM // 2


def test_frames_of_a_camera_share_its_properties():
    few = FrameSimulation(seed=2, max_size=96, cameras=2, nights=2)
    rows = [simulate_frame(few, c, n).truth for c in FRAME_CLASSES for n in range(6)]
    for camera in {row["camera"] for row in rows}:
        mine = [row for row in rows if row["camera"] == camera]
        for name in ("gain", "read_noise", "pedestal", "bits", "mosaic", "technology"):
            assert len({row[name] for row in mine}) == 1
        assert len({row["night"] for row in mine}) <= 2
    for night in {row["night"] for row in rows}:
        assert len({r["temperature"] for r in rows if r["night"] == night}) == 1


def levels(frames, label):
    """Typical light of raw frames in units of the range of the converter."""
    result = []
    for frame in frames[label]:
        if frame.truth["treatment"] == "raw" and frame.pixels.dtype == np.uint16:
            result.append(float(np.median(frame.pixels)) / 65535)
    return np.array(result)


def test_flats_are_brighter_than_closed_shutters(frames):
    assert np.median(levels(frames, "flats")) > 3 * np.median(levels(frames, "darks"))


def structure(frame):
    """How far the frame's 4 by 4 means are apart, in units of its local noise."""
    pixels = np.nan_to_num(frame.pixels.astype(float))
    pixels = pixels.mean(axis=-1) if pixels.ndim == 3 else pixels
    noise = np.median(np.abs(np.diff(pixels, axis=1))) + 1e-9
    h, w = (n // 4 * 4 for n in pixels.shape)
    blocks = pixels[:h, :w].reshape(4, h // 4, 4, w // 4).mean(axis=(1, 3))
    return np.ptp(blocks) / noise


def test_light_brings_structure(frames):
    dark = np.median([structure(frame) for frame in frames["bias"]])
    for label in FRAME_CLASSES[2:]:
        assert np.median([structure(f) for f in frames[label]]) > 2 * dark, label


def test_unknown_class():
    with pytest.raises(ValueError, match="`label` must be one of bias, darks"):
        simulate_frame(SIMULATION, "cats", 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", -1), ("cameras", 0), ("nights", 0), ("max_size", 63), ("max_size", 5000)],
)
def test_values_out_of_range(name, value):
    with pytest.raises(ValueError, match=rf"`{name}` must be .* Received: {value}"):
        FrameSimulation(**{name: value})


def test_frames_of_no_class():
    frames = [simulate_frame(SIMULATION, "unknown", n) for n in range(40)]
    assert len({frame.truth["scene"] for frame in frames}) >= 5
    for frame in frames:
        assert frame.truth["label"] == "unknown"
        assert frame.pixels.max() > frame.pixels.min()
