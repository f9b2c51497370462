import csv

import pytest

from mesa_keras.readers.frame_claim import read_claim
from ost_classifier.header_suggestions import (
    IMAGE_TYPES,
    SUGGESTION_COLUMNS,
    header_suggestions,
    write_header_suggestions,
)
from ost_classifier.night_log import NIGHT_LOG_COLUMNS, write_log, write_night_log


def entry(path="n/a.fits", label="flats", agreement="agree", **changes):
    verdict = {"class": label, "class_id": 2, "score": 0.95, "abstained": False}
    facts = {
        "night": "2026-07-14",
        "camera": "ST-8",
        "time": "2026-07-14T22:00:00",
        "object": "M 13",
        "filter": "R",
        "exposure": 5.0,
        "ccd_temp": -20.123456789,
        "binning_x": 2.0,
        "airmass": None,
        "format": "FITS",
    }
    claim = {"kind": "flat", "class": None, "spectrograph": None}
    return {
        "path": path,
        "result": {
            "path": path,
            **verdict,
            "pixel_verdict": dict(verdict),
            "header_claim": {**claim, "text": "IMAGETYP=Flat Field"},
            "agreement": agreement,
        },
        "warnings": [],
        "facts": facts | changes,
        "key": None,
    }


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_night_log_has_a_row_per_file_by_night_and_time(tmp_path):
    later = entry("n/b.fits", night="2026-07-15")
    earlier = entry("n/z.fits", time="2026-07-14T21:00:00", camera="two\nlines")
    defect = {
        "path": "n/broken.fits",
        "defect": "the file is empty",
        "facts": {},
        "warnings": [],
    }
    warned = entry()
    warned["warnings"] = ["a.fits: cube"]
    write_night_log(tmp_path / "log.csv", [later, warned, earlier, defect])
    rows = rows_of(tmp_path / "log.csv")
    assert list(rows[0]) == list(NIGHT_LOG_COLUMNS)
    assert [row["file"] for row in rows] == [
        *("broken.fits", "z.fits", "a.fits", "b.fits")
    ]
    assert rows[0]["note"] == "not read: the file is empty"
    assert rows[0]["class"] == ""
    assert rows[1]["camera"] == "two lines"
    assert rows[2]["note"] == "a.fits: cube"
    assert rows[2]["ccd_temp_c"] == "-20.1235"
    assert rows[2]["airmass"] == ""
    assert rows[2]["header_says"] == "IMAGETYP=Flat Field"


def test_files_are_named_below_the_folder_however_it_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = entry("elsewhere/a.fits")
    kept["key"] = {"path": str(tmp_path / "n" / "deep" / "a.fits")}
    rows = [entry("n/a.fits"), kept]
    for folder in ("n", tmp_path / "n"):
        write_night_log(tmp_path / "log.csv", rows, folder)
        found = [row["file"] for row in rows_of(tmp_path / "log.csv")]
        assert found == ["a.fits", "deep/a.fits"]


def test_log_is_a_line_per_file_whatever_its_name(tmp_path):
    lines = [("a\tb\n.fits", "first\nsecond"), ("\udcff.fits", "odd bytes")]
    write_log(tmp_path / "d.log", lines)
    found = (tmp_path / "d.log").read_bytes().splitlines()
    assert found == [b"a b .fits\tfirst second", b"\xff.fits\todd bytes"]


def test_a_name_that_is_no_text_stands_in_the_log_byte_by_byte(tmp_path):
    write_night_log(tmp_path / "log.csv", [entry("n/latin\udce9.fits")])
    assert b"latin\xe9.fits" in (tmp_path / "log.csv").read_bytes()


def test_a_suspect_header_gets_the_type_that_pixels_are_sure_of(tmp_path):
    suspect = entry("a.fits", "deep_sky", "header suspect")
    rows = header_suggestions([suspect, entry(), entry(agreement="pixels odd")])
    assert [row["file"] for row in rows] == ["a.fits"]
    assert rows[0]["keyword"] == "IMAGETYP"
    assert rows[0]["action"] == "replace"
    assert rows[0]["now"] == "Flat Field"
    assert rows[0]["suggested"] == "Light Frame"
    assert rows[0]["accept"] == ""
    assert write_header_suggestions(tmp_path / "s.csv", [suspect]) == 1
    assert list(rows_of(tmp_path / "s.csv")[0]) == list(SUGGESTION_COLUMNS)


def test_a_missing_type_is_added_where_all_evidence_agrees():
    none = entry(agreement="no claim")
    none["result"]["header_claim"] = None
    (row,) = header_suggestions([none])
    assert (row["keyword"], row["action"], row["now"]) == ("IMAGETYP", "add", "")
    none["result"]["class"] = "flat_dados"
    assert header_suggestions([none]) == []


def test_a_claim_by_the_object_s_name_is_not_overwritten():
    suspect = entry("a.fits", "flats", "header suspect")
    suspect["result"]["header_claim"]["text"] = "OBJECT=M 13"
    (row,) = header_suggestions([suspect])
    assert (row["keyword"], row["action"]) == ("IMAGETYP", "add")


def test_a_type_that_is_there_is_not_added_again():
    none = entry(agreement="no claim", type=["OBSTYPE", "CAL"])
    none["result"]["header_claim"] = None
    (row,) = header_suggestions([none])
    assert (row["keyword"], row["action"], row["now"]) == ("OBSTYPE", "replace", "CAL")


def test_a_type_that_is_right_stays():
    by_object = entry("a.fits", "deep_sky", "header suspect")
    by_object["result"]["header_claim"]["text"] = "OBJECT=flat"
    by_object["facts"]["type"] = ["IMAGETYP", "Light Frame"]
    by_instrument = entry("b.fits", "flats", "header suspect")
    by_instrument["result"]["header_claim"]["text"] = "IMAGETYP=FLAT; TELESCOP=BACHES"
    assert header_suggestions([by_object, by_instrument]) == []


@pytest.mark.parametrize(
    ("label", "exposure", "suggested"),
    [
        ("bias", 0.0, "Bias Frame"),
        ("bias", 60.0, None),
        ("bias", None, None),
        ("darks", 60.0, "Dark Frame"),
        ("darks", 0.0, None),
        ("flats", None, "Flat Field"),
    ],
)
def test_only_the_exposure_tells_a_bias_from_a_dark(label, exposure, suggested):
    suspect = entry("a.fits", label, "header suspect", exposure=exposure)
    suspect["result"]["header_claim"]["text"] = "IMAGETYP=Light Frame"
    rows = header_suggestions([suspect])
    assert [row["suggested"] for row in rows] == ([suggested] if suggested else [])


def test_nothing_is_suggested_for_tiff_or_where_pixels_are_unsure():
    assert header_suggestions([entry("a", "flats", "no claim", format="TIFF")]) == []
    unsure = entry("a", "deep_sky", "header suspect")
    unsure["result"]["pixel_verdict"]["score"] = 0.6
    assert header_suggestions([unsure]) == []
    unsure["result"]["pixel_verdict"] |= {"score": 0.9, "abstained": True}
    assert header_suggestions([unsure]) == []


@pytest.mark.parametrize(("kind", "words"), IMAGE_TYPES.items())
def test_what_is_suggested_is_understood_again(kind, words):
    assert read_claim({"IMAGETYP": words}).kind == kind
