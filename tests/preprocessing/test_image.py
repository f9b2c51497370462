import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.preprocessing import frame_image, stretch
from mesa_keras.preprocessing.image_codes import plane_codes


def stars(seed=0, shape=(200, 240), level=1000.0, sigma=5.0):
    generator = np.random.default_rng(seed)
    plane = generator.normal(level, sigma, shape)
    y, x = np.mgrid[: shape[0], : shape[1]]
    for _ in range(12):
        cy, cx = generator.uniform(10, shape[0] - 10), generator.uniform(10, 190)
        plane += 4000 * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 8)
    return np.rint(plane).astype(np.uint16)


@pytest.mark.parametrize("dtype", ["uint8", "float16"])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_shape_type_and_range(dtype, channels):
    image = frame_image(stars(), 32, 48, channels, dtype=dtype)
    assert image.shape == (32, 48, channels)
    assert image.dtype == np.dtype(dtype)
    assert image.min() >= 0
    assert image.max() <= (255 if dtype == "uint8" else 1)


def test_types_agree():
    image = frame_image(stars(), 32, 32, 3, dtype="float16")
    bytes_ = frame_image(stars(), 32, 32, 3, dtype="uint8")
    np.testing.assert_allclose(image, bytes_ / 255.0, atol=0.003)


def test_hot_pixel_does_not_flatten_a_frame():
    plane = stars()
    before = frame_image(plane, 64, 64, 2, dtype="float16").astype(float)
    plane[100, 100] = 65535
    after = frame_image(plane, 64, 64, 2, dtype="float16").astype(float)
    changed = np.sort(np.abs(after - before).max(axis=2), axis=None)
    assert changed[-5] < 0.1
    assert before[..., 0].std() > 0.05


@pytest.mark.parametrize("factor", [2, 3, 16])
def test_gain_and_offset_do_not_matter(factor):
    plane = stars().astype(np.uint32)
    for other in (plane * factor, plane + 777, plane.astype(np.float32) / 1000.0):
        difference = frame_image(plane, 40, 40, 3).astype(int) - frame_image(
            other, 40, 40, 3
        )
        assert np.abs(difference).max() <= 3


def test_transpose_of_a_frame_gives_the_transpose():
    image = frame_image(stars(), 40, 50, 3)
    turned = frame_image(np.ascontiguousarray(stars().T), 50, 40, 3)
    difference = image.astype(int) - turned.transpose(1, 0, 2)
    assert np.abs(difference).max() <= 1


def test_noise_alone_is_even_in_the_second_channel_and_a_flat_is_not():
    generator = np.random.default_rng(0)
    y, x = np.mgrid[-1:1:300j, -1:1:300j]
    bias = generator.normal(1000, 10, (300, 300)).astype(np.uint16)
    level = 20000 * (1 - 0.3 * (x**2 + y**2))
    flat = generator.normal(level, np.sqrt(level)).astype(np.uint16)
    contrast = [
        np.ptp(frame_image(plane, 32, 32, 2)[..., 1].astype(int))
        for plane in (bias, flat)
    ]
    assert contrast[0] <= 20 < 60 < contrast[1]


def test_single_bright_pixels_show_in_the_third_channel():
    plane = np.random.default_rng(0).normal(1000, 5, (512, 512)).astype(np.uint16)
    plane[100, 200] = 1500
    image = frame_image(plane, 32, 32, 3)
    assert np.unravel_index(image[..., 2].argmax(), (32, 32)) == (6, 12)
    assert image[6, 12, 2] > 1.5 * np.median(image[..., 2])


def test_mosaic_is_binned_whether_named_or_seen():
    plane = stars()
    mosaic = plane.copy()
    mosaic[::2, ::2] += 400
    named = frame_image(mosaic, 100, 120, 1, bayer="RGGB")
    np.testing.assert_array_equal(frame_image(mosaic, 100, 120, 1), named)
    plain = frame_image(plane, 100, 120, 1, bayer="RGGB")
    assert np.abs(named.astype(int) - plain).mean() < 3


def test_colours_are_averaged():
    plane = stars()
    colour = np.stack([plane, plane + 30, plane - 30], axis=2)
    np.testing.assert_array_equal(
        frame_image(colour, 32, 32, 3), frame_image(plane, 32, 32, 3)
    )
    close = frame_image(colour.astype(np.float32), 32, 32, 1).astype(int)
    assert np.abs(close - frame_image(plane, 32, 32, 1)).max() <= 2


def test_measured_codes_give_the_same():
    plane = stars()
    np.testing.assert_array_equal(
        frame_image(plane_codes(plane), 32, 32, 3), frame_image(plane, 32, 32, 3)
    )


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int16, np.float32]),
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
    )
)
def test_any_frame_gives_an_image(plane):
    image = frame_image(plane, 7, 5, 3, dtype="float16")
    assert np.isfinite(image).all()
    assert image.min() >= 0
    assert image.max() <= 1


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int64]),
        hnp.array_shapes(max_dims=2, max_side=9),
    )
)
def test_any_stretch_is_between_black_and_white(plane):
    stretched = stretch(np.where(np.abs(plane) < 1e30, plane, np.nan))
    assert stretched.dtype == np.float32
    assert ((stretched >= 0) & (stretched <= 1)).all()


def test_stretch_keeps_the_order_and_clips_outliers():
    values = np.random.default_rng(0).normal(size=10000)
    stretched = stretch(values)
    assert (np.diff(stretched[np.argsort(values)]) >= 0).all()
    values[3] = 1e9
    np.testing.assert_allclose(
        np.delete(stretch(values), 3), np.delete(stretched, 3), atol=0.05
    )


def test_stretch_without_contrast():
    assert (stretch(np.ones((3, 3))) == 0.5).all()
    assert (stretch(np.full((3, 3), np.nan)) == 0.5).all()


@pytest.mark.parametrize(
    "kwargs", [{"channels": 0}, {"channels": 4}, {"channels": 1, "dtype": "int8"}]
)
def test_wrong_arguments(kwargs):
    with pytest.raises(ValueError, match="`channels` must be 1, 2 or 3"):
        frame_image(stars(), 8, 8, **kwargs)
