import numpy as np
import pytest

from mesa_keras.simulation.frames.classes import FRAME_CLASSES
from mesa_keras.simulation.frames.empty_pixels import with_empty_pixels
from mesa_keras.simulation.frames.processing import take_frame
from mesa_keras.simulation.frames.scene import Scene
from mesa_keras.simulation.frames.treatment import Treatment, draw_treatment
from tests.simulation.frames.plain_shots import plain_camera, plain_shot

SHAPE = (120, 160)


def frame(treatment, seconds=10.0, axis=None, seed=0, **changes):
    light = np.linspace(1.0, 2.0, SHAPE[1], dtype=np.float32) * np.float32(20000)
    scene = Scene(
        kind="",
        seconds=seconds,
        electrons=np.tile(light, (SHAPE[0], 1)),
        dispersion_axis=axis,
    )
    camera = plain_camera(*SHAPE, **changes)
    return take_frame(plain_shot(camera, treatment=treatment, seed=seed), scene)


@pytest.mark.parametrize("label", FRAME_CLASSES)
def test_most_frames_are_raw_and_some_are_not(label):
    rng = np.random.default_rng(0)
    kinds = [draw_treatment(rng, label).kind for _ in range(300)]
    assert 0.45 < kinds.count("raw") / 300 < 0.9
    assert len(set(kinds)) >= 3


def test_raw_values_are_whole_numbers():
    for seed in range(12):
        pixels = frame(Treatment(), seed=seed)
        assert pixels.shape == SHAPE
        assert (pixels == np.rint(pixels)).all()


def test_zeroed_values_lose_the_pedestal():
    treatment = Treatment(kind="zeroed", zeroed=True)
    for seed in range(8):
        pixels = frame(treatment, seed=seed).astype(float)
        scale = 65535 if pixels.max() < 2 else 1
        assert scale * pixels[:, 0].mean() == pytest.approx(10000, rel=0.02)


@pytest.mark.parametrize("axis", [None, 1])
def test_normalised_flats_are_about_one(axis):
    treatment = Treatment(kind="normalised", normalised=True, zeroed=True)
    for seed in range(6):
        pixels = frame(treatment, axis=axis, seed=seed)
        assert pixels.dtype == np.float32
        assert 0.7 < np.median(pixels) < 1.1


def test_a_lamp_flat_may_lose_its_spectrum():
    treatment = Treatment(kind="normalised", normalised=True, zeroed=True)
    slopes = set()
    for seed in range(12):
        row = frame(treatment, axis=1, seed=seed).mean(axis=0)
        slopes.add(round(float(row[-20:].mean() / row[:20].mean())))
    assert slopes == {1, 2}


def test_stretched_frames_fill_their_type():
    treatment = Treatment(kind="stretched", stretched=True, zeroed=True)
    kinds = set()
    for seed in range(30):
        pixels = frame(treatment, seed=seed)
        top = 1.0 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
        assert 0 <= pixels.min() < pixels.max() <= top
        assert pixels.max() > 0.5 * top
        kinds.add((pixels.dtype.name, pixels.ndim))
    assert {name for name, _ in kinds} == {"uint8", "uint16", "float32"}
    assert {ndim for _, ndim in kinds} == {2, 3}


def test_colour_cameras_give_colour_images_at_times():
    shapes = {frame(Treatment(), seed=s, mosaic="RGGB").shape for s in range(40)}
    assert SHAPE in shapes
    assert (*SHAPE, 3) in shapes
    assert (SHAPE[0] // 2, SHAPE[1] // 2, 3) in shapes


def test_pixels_without_data_are_zero_or_nan():
    pixels = np.full((80, 90), 5.0, dtype=np.float32)
    pixels[40, 45] = 9.0
    whole, emptied = 0, 0
    for seed in range(200):
        result = with_empty_pixels(np.random.default_rng(seed), pixels)
        empty = np.isnan(result) | (result == 0)
        assert (result[~empty] == pixels[~empty]).all()
        whole += not empty.any()
        emptied += 0 < empty.mean() < 0.7
    assert whole > 100
    assert emptied > 20
    assert not np.isnan(pixels).any()


def test_whole_numbers_cannot_be_nan():
    pixels = np.full((80, 90), 5, dtype=np.int16)
    for seed in range(50):
        result = with_empty_pixels(np.random.default_rng(seed), pixels)
        assert result.dtype == np.int16
        assert set(np.unique(result)) <= {0, 5}
