"""Header values in the dialects of cameras and observatories.

The cards are from the public sources that `test_frame_claim_programs` and
`test_frame_claim_observatories` name, and from headers on the pages of the programs.
"""

import math

import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers import header_values, observing_night
from mesa_keras.readers.fits_frame_header import header_dict


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        # Dwarf II, SGP, Andor SOLIS, TNG, NIRPS, Subaru IRCS, UHRF, SDSS, DEIMOS
        ({"EXP": 15.0}, 15.0),
        ({"EXPOSURE": 30}, 30.0),
        ({"EXPTIME": "53.907456"}, 53.907456),
        ({"EXPTIME": "60."}, 60.0),
        ({"EXP1TIME": 60.0}, 60.0),
        ({"EXPOSED": 1800.0}, 1800.0),
        ({"ELAPTIME": 900, "TTIME": 900}, 900.0),
        ({"ESO DET WIN1 DIT1": 90.0, "ESO DET DIT": 1.0}, 90.0),
        ({"ESO DET SEQ1 DIT": 5.573}, 5.573),
        ({"EXPMS": 12.5}, 0.0125),
        ({"TEXPOSUR": 0.02}, 0.02),  # the spectrographs of the VTT
        ({"EXPTIME": "3.00000000000E+002"}, 300.0),
        # Written by hand and by old programs
        ({"EXPOSURE": "00:05:00"}, 300.0),
        ({"EXPTIME": "0:01:30.5"}, 90.5),
        ({"EXPTIME": "1m30s"}, 90.0),
        ({"EXPTIME": "2 min 5 s"}, 125.0),
        ({"EXPTIME": "2min30s"}, 150.0),
        ({"EXPTIME": "0h05m30s"}, 330.0),
        ({"EXPTIME": "1h30m"}, 5400.0),
        ({"EXPTIME": "30 seconds"}, 30.0),
        ({"EXPTIME": "0.5 sec."}, 0.5),
        ({"EXPTIME": "500 millisec"}, 0.5),
        ({"EXPTIME": "500 msecs"}, 0.5),
        ({"EXPTIME": "500 microsecs"}, 0.0005),
        ({"EXPTIME": "2 minute"}, 120.0),
        # Of minutes and seconds, or of hours and minutes?
        ({"EXPTIME": "1:30"}, math.nan),
    ],
)
def test_exposure(header, seconds):
    np.testing.assert_allclose(header_values(header)["exposure"], seconds)


@pytest.mark.parametrize(
    ("header", "binning"),
    [
        ({"BINNING": "2*2     "}, (2, 2)),  # Dwarf II
        ({"CCDSUM": "1 1"}, (1, 1)),  # NOIRLab, LCO, CFHT, SALT
        ({"CCDBIN1": 1, "CCDBIN2": 2}, (1, 2)),  # DECam, MegaPrime
        ({"COLBIN": 1, "ROWBIN": 2}, (1, 2)),  # SDSS
        ({"DETXBIN": 2, "DETYBIN": 1}, (2, 1)),  # NOT
        ({"BIN-FCT1": 1, "BIN-FCT2": 2}, (1, 2)),  # Subaru
        ({"BINNING": "1,2"}, (1, 2)),  # Keck
        ({"BINNING": "1 x 2"}, (1, 2)),
        ({"BINNING": "(2, 2)"}, (2, 2)),
        ({"BINNING": "Bin2"}, (2, 2)),
        ({"BINNING": "2 by 4"}, (2, 4)),
        ({"HBIN": 1, "VBIN": 4}, (1, 4)),  # Andor SOLIS
        ({"ESO DET BINX": 2, "ESO DET BINY": 2}, (2, 2)),
        ({"HBINNING": 1, "VBINNING": 2}, (1, 2)),  # FISS
        ({"BINNING": "2x2x2"}, (math.nan, math.nan)),
        ({"BINNING": "2x2 (average)"}, (2, 2)),
        ({"BINNING": "2 x 1 [on chip]"}, (2, 1)),
        ({"BINNING": "2x2 sum"}, (2, 2)),
        ({"BINNING": "3 (mean)"}, (3, 3)),
        ({"BINNING": "2 frames"}, (math.nan, math.nan)),
        ({"BINNING": "2x2 (3x3)"}, (math.nan, math.nan)),
    ],
)
def test_binning(header, binning):
    values = header_values(header)
    np.testing.assert_equal((values["binning_x"], values["binning_y"]), binning)


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ({"T_CCDTV": -101.158}, "ccd_temp", -101.158),  # HSC [C]
        ({"DETTEM": -133.13}, "ccd_temp", -133.13),  # MegaPrime [C]
        ({"DET-TMP": 172.15}, "ccd_temp", -101.0),  # Subaru [K]
        ({"TEMPDET": "-118.2"}, "ccd_temp", -118.2),  # DEIMOS [C]
        ({"CAMTEMP": "-51"}, "ccd_temp", -51.0),
        ({"TEMPERAT": -10.0}, "ccd_temp", -10.0),  # SGP
        ({"CCD-TEMP": "248.15 K"}, "ccd_temp", -25.0),
        # The temperature of the instrument, not of the detector
        ({"ESO INS TEMP1 VAL": 14.2}, "ccd_temp", math.nan),
        ({"CVF": 5.0}, "gain", 5.0),  # PRISM
        ({"T_GAIN1": 3.53}, "gain", 3.53),  # HSC
        ({"GAINA": 4.5934, "GAINB": 4.4014}, "gain", 4.5934),  # DECam
        ({"EGAIN": 0.1226, "GAIN": 300, "OFFSET": 8}, "gain", 0.1226),  # SharpCap
        ({"EGAIN": 0.1226, "GAIN": 300, "OFFSET": 8}, "gain_setting", 300),
        ({"GAIN": 120, "EGAIN": 1.00224}, "gain_setting", 120),  # APT
        ({"SECZ-STR": "1.122"}, "airmass", 1.122),  # Subaru
        ({"ESO TEL AIRM START": 1.05}, "airmass", 1.05),
        ({"AIRMASS": "1.332408494005141"}, "airmass", 1.332408494005141),
        ({"XPIXELSZ": 7.52}, "pixel_size", 7.52),  # PRISM
        ({"PIXSIZE1": 13.5}, "pixel_size", 13.5),  # MegaPrime
        ({"CCDXPIXE": 0.000013}, "pixel_size", 13.0),  # ING, LCO [m]
        ({"DETPXSZ1": 0.015}, "pixel_size", 15.0),  # Subaru [mm]
        ({"PIXWIDTH": 0.009}, "pixel_size", 9.0),  # WinScan [mm]
        ({"GAIN": 90}, "gain", math.nan),  # DDO's is a setting
        ({"DETTEMP1": 173.0}, "ccd_temp", -100.15),  # CSST [K]
        ({"ALGRNM": "Grism_#4"}, "disperser_given", 1),  # ALFOSC
        ({"ALGRNM": "Open (Lyot)"}, "disperser_given", 0),
        ({"GRM_ID": "LR-B"}, "disperser_given", 1),  # DOLORES
        ({"GRM_ID": "OPEN"}, "disperser_given", 0),
        ({"GRATING": "<NO GRATING>"}, "disperser_given", 0),  # Goodman
        ({"GRATING": "MIRROR"}, "disperser_given", 0),  # GMOS
        ({"GRATING": "No. 4"}, "disperser_given", 1),
        ({"GRANAME": "400/8500"}, "disperser_given", 1),  # LRIS
        ({"FLT_ID": "V_Joh"}, "filter_given", 1),
        ({"OBJECT": "Autosave Image"}, "object_given", 0),  # MaxIm DL
        ({"OBJECT": "##NODATA##"}, "object_given", 0),  # Subaru
    ],
)
def test_value(header, name, value):
    np.testing.assert_allclose(header_values(header)[name], value, atol=1e-9)


@pytest.mark.parametrize(
    ("header", "night"),
    [
        # DECam's calendar date of the night
        (
            {"DATE-OBS": "2013-09-01T09:02:55.75", "DTCALDAT": "2013-08-31"},
            "2013-08-31",
        ),
        # MegaPrime in Hawaii
        (
            {
                "DATE-OBS": "2008-11-01",
                "UTC-OBS": "14:33:32.40",
                "LONGITUD": -155.468876,
            },
            "2008-10-31",
        ),
        # HSC without a longitude: the time of day is universal
        ({"DATE-OBS": "2013-11-02", "UT": "06:15:55.927"}, "2013-11-01"),
        ({"DATE-OBS": "2013-11-02", "MJD": 56598.26106}, "2013-11-01"),
        # A whole day is but a date.
        ({"DATE-OBS": "2013-11-02", "MJD-OBS": 56598}, "2013-11-02"),
        # Magellan, SDSS, DBSP, Andor SOLIS, PRISM
        ({"UT-DATE": "2018-03-22", "UT-TIME": "04:10:05"}, "2018-03-21"),
        ({"DATE-OBS": "2006-09-20", "TAIHMS": "06:01:22.73"}, "2006-09-19"),
        ({"UTSHUT": "2020-01-20T03:00:00.0"}, "2020-01-19"),
        ({"FRAME": "2017-06-13T01:15:00.000"}, "2017-06-12"),
        ({"FRAME": 407, "DATE-OBS": "2006-09-20"}, "2006-09-20"),
        (
            {"DATE-OBS": "2022-07-26T01:35:23.2", "SITELONG": "-68:10:48:00"},
            "2022-07-25",
        ),
        ({"STRTIME": "2013-07-17T18:15:00.000"}, "2013-07-17"),  # FISS
        # Old: day, month, year; in America the month first, where that is plain
        ({"DATE-OBS": "28/03/93", "UT": "07:18:51"}, "1993-03-27"),
        ({"DATE-OBS": "10/24/2012", "TIME-OBS": "02:00:00"}, "2012-10-23"),
        ({"DATE-OBS": "24/10/2012", "TIME-OBS": "02:00:00"}, "2012-10-23"),
        ({"DATE-OBS": "2001-12-09", "TIME-OBS": "17:11:18.09"}, "2001-12-09"),
        ({"DATE-OBS": "20201222", "UTSTART": "23:10:00"}, "2020-12-22"),
    ],
)
def test_night(header, night):
    assert observing_night(header) == night


@pytest.mark.parametrize(
    ("value", "comment", "seconds"),
    [
        (160000, "exposure time in ms", 160.0),
        (20, "[ms] Exposure time", 0.02),
        (20, "Exposure time (ms)", 0.02),
        (20, "exposure time, milliseconds", 0.02),
        (20, "exp. time in msecs", 0.02),
        (20, "exposure (millisec)", 0.02),
        (20, "exposure time in millisecs.", 0.02),
        (20, "milliseconds", 0.02),
        (20, "Exposure time milliseconds", 0.02),
        (20, "exposure: msec", 0.02),
        (20, "exposure time in usecs", 2e-5),
        (20.0, "exposure time to the millisecond", 20.0),
        (20.0, "exposure time min", 20.0),
        (20.0, "exposure time, seconds; msecs are cut", 20.0),
        (20, "Temps de pose en ms", 0.02),
        (20, "ms", 0.02),
        (20, "exposure time in microseconds", 2e-5),
        (5, "exposure in minutes", 300.0),
        (20.0, "[s] Exposure duration", 20.0),
        (20.0, "Exposure time in seconds", 20.0),
        (20.0, "exposure time to the ms", 20.0),
    ],
)
def test_unit_of_the_exposure_in_the_comment(value, comment, seconds):
    header = fits.Header([("EXPTIME", value, comment)])
    values = header_values(header_dict(header, header))
    np.testing.assert_allclose(values["exposure"], seconds)


@pytest.mark.parametrize(
    ("value", "comment", "celsius"),
    [
        (14.0, "CCD temperature in F", -10.0),
        (14, "[F] CCD temperature", -10.0),
        (57.2, "CCD temperature (F)", 14.0),
        (57.2, "CCD temperature (deg F)", 14.0),
        (57.2, "temperature, degrees Fahrenheit", 14.0),
        (57.2, "temperature, F", 14.0),
        (77.15, "[K] detector temperature", -196.0),
        (263.15, "Detector temperature in Kelvin", -10.0),
        (263.15, "detector temperature", -10.0),
        (14.0, "CCD temperature in C", 14.0),
        (14.0, "[degC] CCD temperature", 14.0),
        (14.0, "CCD temperature in front of the filter", 14.0),
        (-10.0, "CCD temp, fan on", -10.0),
        ("14 F", "CCD temperature", -10.0),
    ],
)
@pytest.mark.parametrize("key", ["CCD-TEMP", "SET-TEMP", "DETTEMP"])
def test_unit_of_the_temperature_in_the_comment(key, value, comment, celsius):
    header = fits.Header([(key, value, comment)])
    values = header_values(header_dict(header, header))
    name = "set_temp" if key == "SET-TEMP" else "ccd_temp"
    np.testing.assert_allclose(values[name], celsius, atol=1e-9)
