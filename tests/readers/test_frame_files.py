"""Every real and every broken file: read, or refused with one sentence."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from mesa_keras.readers import (
    FrameError,
    camera_name,
    claimed_classes,
    find_frames,
    header_values,
    observing_night,
    read_claim,
    read_frame,
)

REFUSED = {
    *("ascii.fits", "group.fits", "group_invalid.fits", "memtest.fits", "one_d.fits"),
    *("random_groups.fits", "table.fits", "zero_byte.fits", "zerowidth.fits"),
}
CLASSES = (
    *("bias", "darks", "flats", "deep_sky", "flat_dados", "spectrum_dados"),
    *("wavelength_calibration_dados", "flat_baches", "spectrum_baches"),
    *("wavelength_calibration_baches", "einsteinturm"),
)


def test_bad_files_are_read_or_refused(real_data):
    refused = {}
    for path in find_frames(real_data / "bad_files"):
        try:
            frame = read_frame(path)
        except FrameError as error:
            refused[path] = str(error)
        else:
            assert frame.plane().ndim == 2
            assert frame.pixels.dtype.isnative
            header_values(frame.header)
            read_claim(frame.header)
    assert {path.name for path in refused} == REFUSED
    for path, sentence in refused.items():
        assert sentence.startswith(f"{path}: ")
        assert sentence.endswith(".")
        assert "\n" not in sentence


@pytest.mark.slow
def test_bad_files_take_little_memory(real_data):
    program = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from mesa_keras.readers import FrameError, find_frames, read_frame\n"
        "for path in find_frames(sys.argv[1]):\n"
        "    try: read_frame(path)\n"
        "    except FrameError: pass\n"
        # Not getrusage: its peak is the parent's where that was larger when it forked.
        "status = Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+) kB', status).group(1)) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(real_data / "bad_files")],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert int(done.stdout) < 1000


def test_card_that_breaks_the_rules(real_data):
    frame = read_frame(real_data / "bad_files" / "unparsable_exptime_card.fit")
    assert frame.pixels.shape == (960, 1280)
    assert frame.bayer == "GRBG"
    assert frame.header["EXPTIME"] == "6,4E-05"
    assert header_values(frame.header)["exposure"] == 6.4e-5
    assert header_values(frame.header)["ccd_temp"] == 26.0
    assert observing_night(frame.header) == "2024-04-16"
    assert camera_name(frame.header) == "ZWO ASI120MC-S"


def test_real_frames_are_read(real_data):
    table = pd.read_csv(real_data / "frames" / "frames.csv")
    for row in table.itertuples():
        frame = read_frame(real_data / "frames" / row.file)
        height, width = (int(n) for n in row.shape.split("x"))
        assert frame.plane().shape == (height, width)
        assert frame.pixels.dtype == np.dtype(row.dtype)


def test_claims_of_real_frames_agree_with_their_class(real_data):
    table = pd.read_csv(real_data / "frames" / "frames.csv")
    claimed, against = 0, []
    for row in table[table.label.isin(CLASSES)].itertuples():
        header = read_frame(real_data / "frames" / row.file).header
        mask = claimed_classes(read_claim(header), CLASSES)
        claimed += mask.any()
        if mask.any() and not mask[CLASSES.index(row.label)]:
            against.append(row.file)
    assert claimed >= 15
    # A flat made of many lamp exposures, under the header of one exposure on the sky.
    assert against == ["flat_dados/sprat__v_slit_red_1.fits.gz"]
