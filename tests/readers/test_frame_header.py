import math
from datetime import datetime

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mesa_keras.readers import (
    HEADER_VALUE_NAMES,
    camera_name,
    header_values,
    observing_night,
)
from mesa_keras.readers.frame_header import (
    bayer_pattern,
    bit_depth,
    filter_name,
    moment_text,
)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"EXPTIME": 30}, 30.0),
        ({"EXPTIME": "30,5"}, 30.5),
        ({"EXPTIME": "6,4E-05"}, 6.4e-5),
        ({"EXPTIME": "1,200.5"}, 1200.5),
        ({"EXPTIME": "1.200,5 s"}, 1200.5),
        ({"EXPTIME": "1,234,567.0 ms"}, 1234.567),
        ({"EXPTIME": "1,200"}, 1.2),
        ({"EXPOSURE": "1.5D1"}, 15.0),
        ({"EXPTIME": "500 ms"}, 0.5),
        ({"EXPTIME": "32us"}, 32e-6),
        ({"EXPTIME": "2.0 s"}, 2.0),
        ({"EXPTIME": "2 min"}, 120.0),
        ({"EXPTIME": "1/60"}, 1 / 60),
        ({"EXPTIME": "1/4000 s"}, 1 / 4000),
        ({"EXPOINUS": 64}, 64e-6),
        ({"EXPTIMMS": "250"}, 0.25),
        ({"EXPTIME": "unparsable", "EXPOINUS": 5000}, 0.005),
        ({"EXPTIME": -1, "EXPOSURE": 10.0}, 10.0),
        ({"EXPTIME": 0.0}, 0.0),
        ({"ESO DET WIN1 DIT1": 90.0}, 90.0),
        ({"TELESCOP": "TESS", "EXPOSURE": 0.02}, 1728.0),
        ({"EXPTIME": True}, math.nan),
        ({"EXPTIME": "inf"}, math.nan),
        ({"EXPTIME": float("nan")}, math.nan),
        ({"EXPTIME": 1e30}, math.nan),
        ({}, math.nan),
    ],
)
def test_exposure(header, seconds):
    found = header_values(header)["exposure"]
    np.testing.assert_allclose(found, seconds, rtol=1e-12)


@pytest.mark.parametrize(
    ("header", "binning"),
    [
        ({"XBINNING": 2, "YBINNING": 3}, (2, 3)),
        ({"XBINNING": "2", "YBINNING": "2.0"}, (2, 2)),
        ({"BINNING": "2x2"}, (2, 2)),
        ({"BINNING": "1X4"}, (1, 4)),
        ({"BINNING": 3}, (3, 3)),
        ({"CCDSUM": "1 2"}, (1, 2)),
        ({"CCDXBIN": 1, "CCDYBIN": 1}, (1, 1)),
        ({"BINAXIS1": 2, "BINAXIS2": 1}, (2, 1)),
        ({"XBINNING": 0, "YBINNING": "none"}, (math.nan, math.nan)),
        ({"BINNING": "fast"}, (math.nan, math.nan)),
    ],
)
def test_binning(header, binning):
    values = header_values(header)
    np.testing.assert_equal((values["binning_x"], values["binning_y"]), binning)


@pytest.mark.parametrize(
    ("header", "electrons", "setting"),
    [
        ({"EGAIN": 0.25, "GAIN": 120}, 0.25, 120),
        ({"GAIN": 2.45}, 2.45, math.nan),
        ({"GAIN": "1,7"}, 1.7, math.nan),
        ({"GAIN": 0, "OFFSET": 9}, math.nan, 0),
        ({"GAIN": 20, "OFFSET": 9}, math.nan, 20),
        ({"GAIN": 300}, math.nan, math.nan),
        ({"ISOSPEED": 800}, math.nan, 800),
    ],
)
def test_gain(header, electrons, setting):
    values = header_values(header)
    found = values["gain"], values["gain_setting"]
    np.testing.assert_equal(found, (electrons, setting))


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        *((-20.04, -20.04), ("-10,0", -10.0), ("-10 C", -10.0), ("+5.5 °C", 5.5)),
        *((173.15, -100.0), ("263.15 K", -10.0), (-999, math.nan), (9999, math.nan)),
        *(("14 F", -10.0), ("57.2 F", 14.0), ("57.2F", 14.0), ("-4 °F", -20.0)),
        *(("14,0 deg F", -10.0), ("14 degrees Fahrenheit", -10.0), ("14 [F]", -10.0)),
        *(("77.15 K", -196.0), ("263.15 kelvin", -10.0), ("263.15K", -10.0)),
        # Nothing is below 0 K, and cameras are no hotter than 100 °C.
        *(("-10 K", -10.0), ("120 C", math.nan), ("14 off", 14.0), ("5 OK", 5.0)),
    ],
)
def test_temperatures(text, celsius):
    values = header_values({"CCD-TEMP": text, "SET-TEMP": text})
    np.testing.assert_allclose(values["ccd_temp"], celsius, atol=1e-9)
    np.testing.assert_allclose(values["set_temp"], celsius, atol=1e-9)


def test_airmass_and_optics():
    values = header_values({"AIRMASS": "1,2", "FOCALLEN": "3200 mm", "XPIXSZ": 3.75})
    assert values["airmass"] == 1.2
    assert values["focal_length"] == 3200
    assert values["pixel_size"] == 3.75
    assert math.isnan(header_values({"AIRMASS": 0.0})["airmass"])


def test_what_is_given():
    header = {"FILTER": "V", "OBJECT": "none", "OBJCTRA": "14 29 56", "GRATPOS": "OUT"}
    values = header_values(header)
    assert values["filter_given"] == 1
    assert values["object_given"] == 0
    assert values["pointing_given"] == 1
    assert values["disperser_given"] == 0
    assert header_values({"GRATING": "R600"})["disperser_given"] == 1


def test_no_header_gives_no_values():
    values = header_values({})
    assert tuple(values) == HEADER_VALUE_NAMES
    assert all(math.isnan(value) for value in values.values())


@given(
    st.dictionaries(
        st.sampled_from(
            ("EXPTIME", "XBINNING", "BINNING", "CCD-TEMP", "GAIN", "FILTER")
        ),
        st.one_of(
            *(st.text(max_size=12), st.integers(), st.floats(), st.booleans()),
            st.none(),
        ),
    )
)
def test_any_header_gives_numbers(header):
    values = header_values(header)
    assert all(isinstance(value, float) for value in values.values())
    assert not any(math.isinf(value) for value in values.values())


def test_camera_name():
    assert camera_name({"INSTRUME": " ZWO  ASI120MC-S "}) == "ZWO ASI120MC-S"
    assert camera_name({"INSTRUME": "unknown", "DETECTOR": "E2V"}) == "E2V"
    assert camera_name({}) is None


def test_mosaic_and_bits():
    assert bayer_pattern({"BAYERPAT": "rggb"}) == "RGGB"
    assert bayer_pattern({"COLORTYP": "RAW16", "BAYERPAT": "'GRBG'"}) == "GRBG"
    assert bayer_pattern({"COLORTYP": "RGB"}) is None
    assert bit_depth({"BITDEPTH": 12}, np.dtype("u2")) == 12
    assert bit_depth({"BITDEPTH": 32}, np.dtype("u2")) == 16
    assert bit_depth({}, np.dtype("i4")) == 32
    assert bit_depth({"BITDEPTH": 12}, np.dtype("f4")) is None


@pytest.mark.parametrize(
    ("header", "night"),
    [
        ({"DATE-OBS": "2024-04-16T15:33:10.623"}, "2024-04-16"),
        ({"DATE-OBS": "2024-04-16T03:33:10"}, "2024-04-15"),
        ({"DATE-OBS": "2024-04-16", "TIME-OBS": "03:00:01"}, "2024-04-15"),
        ({"DATE-OBS": "2024-04-16", "UT": "22:00"}, "2024-04-16"),
        ({"DATE-OBS": "2024-04-16"}, "2024-04-16"),
        ({"DATE-OBS": "11/03/76", "UT": "17:38:00.00"}, "1976-03-11"),
        ({"DATE-OBS": "05.12.2009", "UT": "02:00:00"}, "2009-12-04"),
        # Hawaii: noon of the observatory is 22:21 UT.
        ({"DATE-OBS": "2020-01-02T05:00:00", "SITELONG": "-155 28 18"}, "2020-01-01"),
        ({"DATE-OBS": "2020-01-02T15:00:00", "SITELONG": "-155 28 18"}, "2020-01-01"),
        ({"DATE-OBS": "2020-01-02T15:00:00", "SITELONG": "W 155 28 18"}, "2020-01-01"),
        ({"DATE-OBS": "2020-01-02T15:00:00", "SITELONG": "155.47 W"}, "2020-01-01"),
        ({"DATE-OBS": "2020-01-02T15:00:00", "SITELONG": "-155d28m18s"}, "2020-01-01"),
        ({"DATE-OBS": "2020-01-02T10:00:00", "SITELONG": "149.1 E"}, "2020-01-02"),
        ({"DATE-OBS": "2020-01-02T15:00:00", "LONGITUD": 155.5}, "2020-01-02"),
        (
            {"DATE-OBS": "2020-01-02T10:00:00", "DATE-LOC": "2020-01-01T23:00:00"},
            "2020-01-01",
        ),
        ({"DAY-OBS": 20180810, "DATE-OBS": "2018-08-11T09:00:00"}, "2018-08-10"),
        ({"MJD-OBS": 58340.9}, "2018-08-10"),
        ({"JD": 2458341.4}, "2018-08-10"),
        ({"DATE-OBS": "2020-13-45T00:00:00"}, None),
        ({"DATE-OBS": "yesterday"}, None),
        ({"DATE-OBS": "0001-01-01T00:00:00"}, None),
        ({"DATE-OBS": "9999-12-31T23:59:59"}, None),
        ({}, None),
    ],
)
def test_observing_night(header, night):
    assert observing_night(header) == night


MOMENT_SPELLINGS = (
    *("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d %H:%M:%S"),
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y, %H:%M", "%d.%m.%YT%H:%M:%S", "%d.%m.%y %H:%M"),
    *("%d/%m/%y %H:%M:%S", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M", "%Y%m%dT%H%M%S.250Z"),
    *(
        "%Y%m%d %H:%M:%S",
        "%Y%m%dT%H:%M:%S",
        "%Y-%m-%d %I:%M:%S %p",
        "%d.%m.%Y %I:%M %p",
    ),
)


@given(st.datetimes(datetime(1960, 1, 2), datetime(2049, 1, 1)))
def test_a_night_is_the_same_however_its_date_is_written(moment):
    moment = moment.replace(second=0, microsecond=0)
    night = observing_night({"DATE-OBS": moment.isoformat()})
    for spelling in MOMENT_SPELLINGS:
        header = {"DATE-OBS": moment.strftime(spelling)}
        assert observing_night(header) == night, header
        if spelling.startswith("%d"):
            # Where the day stands first, texts would not sort by time.
            assert moment_text(header) == moment.isoformat()


@pytest.mark.parametrize(
    ("text", "night"),
    [
        ("15/07/2025", "2025-07-15"),
        ("7/15/2025 2:00:00 AM", "2025-07-14"),
        ("7/15/2025 2:00:00 PM", "2025-07-15"),
        ("15-07-2025", "2025-07-15"),
        ("05/05/2025", "2025-05-05"),
        ("05.07.2025", "2025-07-05"),
        # DD/MM/YY of the FITS standard of old; anything else could be the other order.
        ("05/07/99", "1999-07-05"),
        ("05/07/2025", None),
        ("05/07/2025 02:00:00", None),
        ("05-07-2025", None),
        ("05-07-09", None),
        ("31.02.2025", None),
        ("15.07/2025", None),
    ],
)
def test_the_order_of_day_and_month(text, night):
    assert observing_night({"DATE-OBS": text}) == night


def test_a_date_of_unknown_order_leaves_the_night_to_others():
    header = {"DATE-OBS": "05/07/2025", "MJD-OBS": 60861.083}
    assert observing_night(header) == "2025-07-04"


@given(st.datetimes(datetime(1850, 1, 1), datetime(2199, 1, 1)), st.floats(-180, 180))
def test_night_is_near_the_date(moment, longitude):
    date = moment.isoformat()
    night = observing_night({"DATE-OBS": date, "LONG-OBS": longitude})
    assert abs(np.datetime64(night) - np.datetime64(date[:10])).astype(int) <= 1


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ({"DATE-OBS": "2020-03-01T22:10:00.5"}, "2020-03-01T22:10:00.5"),
        ({"DATE-OBS": "2020-03-01", "TIME-OBS": "22:10:00"}, "2020-03-01T22:10:00"),
        ({"DATE-OBS": "01/03/99", "UT": "3:10:00"}, "1999-03-01T03:10:00"),
        ({"DATE-OBS": "2020-03-01", "UT": 79800.0}, "2020-03-01"),
        (
            {"DATE-OBS": "2020-03-01", "DATE-LOC": "2020-03-01T23:10:00"},
            "2020-03-01T23:10:00",
        ),
        ({"DATE-OBS": "2020-03-01", "DATE": "2024-01-01T10:00:00"}, "2020-03-01"),
        ({"DATE": "2024-01-01T10:00:00"}, "2024-01-01T10:00:00"),
        ({"MJD-OBS": 58340.9}, "2018-08-10T21:36:00"),
        ({"MJD": "58340.9"}, "2018-08-10T21:36:00"),
        ({"JD": 2458341.4}, "2018-08-10T21:36:00"),
        ({"MJD-OBS": 58340.9, "DATE": "2024-01-01T10:00:00"}, "2018-08-10T21:36:00"),
        ({"DATE-OBS": "2018-08-10", "MJD-OBS": 58340.9}, "2018-08-10T21:36:00"),
        # A whole day is but a date.
        ({"DATE-OBS": "2018-08-10", "MJD-OBS": 58340.0}, "2018-08-10"),
        ({"LOCTIME": "2018-08-10 23:36:00"}, "2018-08-10 23:36:00"),
        ({"LOCTIME": "10.08.2018 11:36:00 PM"}, "2018-08-10T23:36:00"),
        ({"DATE-OBS": "2018-08-10", "LOCTIME": "23:36:00"}, "2018-08-10T23:36:00"),
        ({"LOCTIME": "2018-08-10 23:36:00", "JD": 2458341.4}, "2018-08-10T21:36:00"),
        ({"UT-DATE": "2018-03-22", "UT-TIME": "04:10:05"}, "2018-03-22T04:10:05"),
        ({"LOCTIME": "23:36:00"}, None),
        ({"DATE-OBS": "spring of 2020"}, "spring of 2020"),
        ({"DATE-OBS": "N/A"}, None),
        ({"TIME-OBS": "22:10:00"}, None),
        ({}, None),
    ],
)
def test_moment(header, moment):
    assert moment_text(header) == moment


@given(st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1)))
def test_the_same_moment_as_a_julian_day(moment):
    moment = moment.replace(microsecond=0)
    days = (moment - datetime(1858, 11, 17)).total_seconds() / 86400
    assume(days % 1 not in (0.0, 0.5))
    for header in ({"MJD-OBS": days}, {"JD": days + 2400000.5}):
        found = datetime.fromisoformat(moment_text(header))
        assert abs((found - moment).total_seconds()) <= 1


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ({"FILTER": "V"}, "V"),
        ({"FILTER1": "open1-6", "FILTER2": "r_G0303"}, "r_G0303"),
        ({"FILTER": "Clear", "FILTER1": "none"}, "Clear"),
        ({}, None),
    ],
)
def test_filter_name(header, name):
    assert filter_name(header) == name
