"""Decoding a frame takes less than 1 GB, whatever the file holds."""

import gzip
import tracemalloc

import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers import FrameError, read_frame
from mesa_keras.readers.frame_layout import MAX_FRAME_BYTES
from ost_classifier.features import FrameSettings
from ost_classifier.frame_stream import decode_frame

# Of the 1 GB, NumPy, astropy and the interpreter take this much before any frame.
START_BYTES = 130e6
CASES = {
    "scaled 16 bits": ("int16", {"BSCALE": 0.5, "BZERO": 100.0}, "float32"),
    "16 bits with gaps": ("int16", {"BLANK": 1000}, "float32"),
    "unsigned 16 bits": ("int16", {"BZERO": 32768.0}, "uint16"),
    "32 bits": ("int32", {}, "int32"),
    "scaled 32 bits": ("int32", {"BSCALE": 0.5}, "float64"),
    "wide 32 bits": ("int32", {"WIDE": True}, "int32"),
    "wide 64 bits": ("int64", {"WIDE": True}, "int64"),
    "floats": ("float32", {}, "float32"),
    "floats with gaps": ("float32", {"GAPS": True}, "float32"),
    "doubles": ("float64", {}, "float64"),
    "colours": ("int16", {"BZERO": 32768.0, "SHAPE": (3, 800, 900)}, "uint16"),
    "colours of floats": ("float32", {"SHAPE": (3, 800, 900)}, "float32"),
}


def write(path, dtype, cards, scale=1):
    cards = dict(cards)
    *colours, height, width = cards.pop("SHAPE", (1200, 1600))
    shape = (*colours, height * scale, width)
    pixels = np.random.default_rng(0).normal(1000, 30, shape).astype(dtype)
    if cards.pop("WIDE", False):
        pixels.flat[0] = 2**31 - 1
    if cards.pop("GAPS", False):
        pixels.flat[::7] = np.nan
    # As they are stored: astropy must not turn the numbers round.
    head = fits.PrimaryHDU(pixels).header
    head.update(cards)
    stored = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
    content = head.tostring().encode() + stored + bytes(-len(stored) % 2880)
    path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize(
    ("case", "suffix"),
    [
        *((case, ".fits") for case in CASES),
        *((case, ".fits.gz") for case in ("scaled 16 bits", "doubles", "colours")),
    ],
)
def test_the_largest_frame_of_each_kind_takes_less_than_1_gb(tmp_path, case, suffix):
    dtype, cards, kind = CASES[case]
    sizes, peaks = [], []
    for scale in (1, 2):
        path = write(tmp_path / f"{scale}{suffix}", dtype, cards, scale)
        pixels = read_frame(path).pixels
        assert pixels.dtype == kind
        sizes.append(pixels.nbytes)
        del pixels
        tracemalloc.start()
        decode_frame(str(path), FrameSettings(64, 64))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Memory grows in proportion to the pixels, apart from blocks of fixed size.
    growth = (peaks[1] - peaks[0]) / (sizes[1] - sizes[0])
    peak = peaks[1] + growth * (MAX_FRAME_BYTES - sizes[1])
    assert START_BYTES + peak < 1e9


def test_scaled_integers_are_refused_by_the_size_of_their_floats(tmp_path, monkeypatch):
    path = write(tmp_path / "x.fits", "int16", {"BSCALE": 0.5})
    plain = write(tmp_path / "y.fits", "int16", {"BZERO": 32768.0})
    limit = 6 << 20
    monkeypatch.setattr("mesa_keras.readers.frame_layout.MAX_FRAME_BYTES", limit)
    assert read_frame(plain).pixels.shape == (1200, 1600)
    with pytest.raises(
        FrameError, match="1200 x 1600 pixels takes once scaled to floats 7 MB, more"
    ):
        read_frame(path)
