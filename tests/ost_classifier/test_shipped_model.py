from pathlib import Path

import pytest

from ost_classifier.calibrate_logits import saved_calibration
from ost_classifier.classes import OST_CLASSES
from ost_classifier.predict import SHIPPED_MODEL
from ost_classifier.service import ClassifierService
from ost_classifier.thresholds import PROFILES
from tests.small_ost import write_frame


@pytest.mark.parametrize("profile", PROFILES)
def test_it_comes_with_profiles_that_were_fitted_for_it(profile):
    service = ClassifierService(thresholds=profile)
    assert service.notes == ()
    assert service.classifier.class_names == OST_CLASSES
    assert profile in service.meta()["thresholds_source"]
    assert SHIPPED_MODEL.stat().st_size < 8e6
    saved = saved_calibration(service.classifier)
    assert set(saved.labels) == set(range(len(OST_CLASSES)))


def test_it_decides_a_bias_from_its_header_and_pixels(tmp_path):
    path = write_frame(tmp_path / "bias.fits", size=(512, 768))
    (row,) = ClassifierService().predict_paths([path])["results"]
    assert row["class"] == "bias"
    assert row["agreement"] == "agree"


def test_it_takes_every_real_and_every_bad_file(real_data):
    files = sorted(
        path
        for folder in ("frames", "bad_files")
        for path in (real_data / folder).rglob("*")
        if path.is_file() and path.suffix != ".csv"
    )
    found = ClassifierService(thresholds="prod_precision", tta=True).predict_paths(
        files
    )
    done = [row["path"] for part in ("results", "defects") for row in found[part]]
    assert sorted(done) == [str(path) for path in files]
    decided = [row for row in found["results"] if "/frames/" in row["path"]]
    assert len(decided) == 29


def test_real_frames_of_cameras_that_were_never_simulated_are_told(real_data):
    files = sorted((real_data / "frames").glob("*/*"))
    rows = ClassifierService().predict_paths(files)["results"]
    assert len(rows) == 29
    labels = [Path(row["path"]).parent.name for row in rows]
    for verdicts, least in ((rows, 0.85), ([r["pixel_verdict"] for r in rows], 0.75)):
        right = [v["class"] == label for v, label in zip(verdicts, labels, strict=True)]
        assert sum(right) / len(right) >= least
