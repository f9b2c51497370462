import json

import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers.frame_claim import FrameClaim
from ost_classifier.claim_checks import CHECK_NAMES, CHECKS, check_claim
from ost_classifier.features import (
    CLAIM_NAMES,
    HEADER_VALUE_NAMES,
    STATISTIC_NAMES,
    FrameSettings,
    record_dtype,
    without_header,
)
from tests.ost_classifier.small_frames import decoded, pixels_of, write_frame


def named(inputs, name, names):
    return dict(zip(names, inputs[name].tolist(), strict=True))


def test_types_and_shapes_are_those_of_the_cache(tmp_path):
    path = write_frame(tmp_path / "a.fits", "flats")
    for settings in (FrameSettings(16, 20, 3), FrameSettings(8, 8, 1, "float16")):
        inputs = decoded(path, settings)
        dtype = record_dtype(settings)
        assert set(inputs) == set(dtype.names)
        for name, array in inputs.items():
            assert array.dtype == dtype[name].base, name
            assert array.shape == dtype[name].shape, name
        assert inputs["image"].max() > 0


def test_header_and_claims_are_read(tmp_path):
    inputs = decoded(write_frame(tmp_path / "a.fits", "bias"))
    claims = named(inputs, "claim", CLAIM_NAMES)
    assert claims["kind_bias"] == 1
    assert claims["claims_bias"] == 1
    assert claims["kind_flat"] == 0
    assert named(inputs, "header", HEADER_VALUE_NAMES)["exposure"] == 0
    assert np.isfinite(inputs["statistics"]).all()


def test_neither_name_nor_place_matter(tmp_path):
    path = write_frame(tmp_path / "bias_01.fits", "flats")
    copy = tmp_path / "night" / "x.fit"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    first, second = decoded(path), decoded(copy)
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])


def test_no_header_is_missing(tmp_path):
    path = write_frame(tmp_path / "a.fits", "flats")
    hidden = without_header(decoded(path))
    assert np.isnan(hidden["header"]).all()
    assert np.isnan(hidden["claim"]).all()
    assert np.isfinite(hidden["statistics"]).all()


def test_values_that_are_no_numbers_are_missing(tmp_path):
    hdu = fits.PrimaryHDU(pixels_of("flats", np.random.default_rng(0)))
    hdu.header["EXPTIME"] = "soon"
    hdu.header["AIRMASS"] = 1.3
    hdu.header["EGAIN"] = 1e300
    hdu.writeto(tmp_path / "a.fits")
    values = named(decoded(tmp_path / "a.fits"), "header", HEADER_VALUE_NAMES)
    assert np.isnan(values["exposure"])
    assert values["airmass"] == pytest.approx(1.3)
    assert np.isnan(values["gain"])


def test_settings_are_checked_and_fit_into_json():
    settings = FrameSettings(16, 20, 3, "float16")
    assert FrameSettings(**json.loads(json.dumps(vars(settings)))) == settings
    for wrong in ((0, 8, 1), (8, 8, 5), (8, 8, 1, "int8")):
        with pytest.raises(ValueError, match="must be"):
            FrameSettings(*wrong)


def claim(kind):
    return FrameClaim(kind, None, None, "")


def test_checks_compare_claims_with_pixels():
    quiet = dict.fromkeys(STATISTIC_NAMES, 0.0)
    starry = quiet | {"peak_cells": 5.0, "lines_strong": 3.0}
    nan = float("nan")
    found = check_claim(claim("bias"), starry, 0.0)
    assert found["closed_shutter_with_peaks"] > 0.8
    assert check_claim(claim("bias"), quiet, nan)["closed_shutter_with_peaks"] < 0
    assert check_claim(claim("flat"), starry, nan)["closed_shutter_with_peaks"] == 0
    assert check_claim(claim("light"), quiet, nan)["light_without_peaks"] < 0
    assert check_claim(claim("bias"), {}, 300.0)["bias_exposed"] > 0.9
    assert check_claim(claim("dark"), {}, 0.0)["dark_without_exposure"] > 0.9
    for kind in ("bias", "dark", None):
        found = check_claim(claim(kind), {"peak_cells": nan}, nan)
        assert found == dict.fromkeys(CHECK_NAMES, 0.0)
    assert {check.statistic for check in CHECKS.values()} <= set(STATISTIC_NAMES)
