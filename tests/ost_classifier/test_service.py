import json
import sys
import warnings

import numpy as np
import pytest

import ost_classifier
from ost_classifier.agreement import VERDICTS
from ost_classifier.calibrate import calibrate_model
from ost_classifier.predict import FrameClassifier
from ost_classifier.service import ClassifierService
from ost_classifier.thresholds import Thresholds, save_thresholds
from tests.small_ost import make_model, write_frame


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "m.keras")


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("night")
    kinds = ["Bias Frame", "Flat Field", "Light Frame", "Dark Frame", None]
    found = [
        write_frame(folder / f"{i}.fits", "Bias Frame", i, IMAGETYP=kind)
        for i, kind in enumerate(kinds)
    ]
    (folder / "broken.fits").write_bytes(b"SIMPLE  = nothing more")
    return [*found, folder / "broken.fits", folder / "absent.fits"]


def test_every_file_is_a_result_or_a_defect(model, paths):
    service = ClassifierService(model, include_probs=True)
    found = service.predict_paths(paths, batch_size=2)
    assert [row["path"] for row in found["results"]] == [str(p) for p in paths[:5]]
    assert [row["path"] for row in found["defects"]] == [str(p) for p in paths[5:]]
    assert found["defects"][1]["reason"] == "No such file or directory"
    assert "\n" not in found["defects"][0]["reason"]
    names = [*service.classifier.class_names, "unknown"]
    for row in found["results"]:
        assert set(row) == {
            *("path", "class", "class_id", "score", "abstained", "pixel_verdict"),
            *("header_claim", "agreement", "probabilities"),
        }
        assert names[row["class_id"]] == row["class"]
        assert row["score"] == row["probabilities"][row["class"]]
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        assert row["agreement"] in VERDICTS
    claims = [row["header_claim"] for row in found["results"]]
    assert [claim and claim["kind"] for claim in claims] == [
        *("bias", "flat", "light", "dark", None),
    ]
    assert claims[0]["classes"] == ["bias"]
    assert claims[1]["classes"] == ["flats", "flat_dados", "flat_baches"]
    assert found["results"][4]["agreement"] == "no claim"
    meta = found["meta"]
    assert (meta["frames"], meta["defects"]) == (5, 2)
    assert meta["classes"] == list(service.classifier.class_names)
    json.dumps(found, allow_nan=False)


def test_order_batches_and_repeats_do_not_matter(model, paths):
    service = ClassifierService(model)
    first = service.predict_paths(paths[:5], batch_size=5)["results"]
    again = service.predict_paths([*paths[4::-1], paths[0]], batch_size=2)["results"]
    assert [row["path"] for row in again] == [row["path"] for row in first[::-1]] + [
        first[0]["path"]
    ]
    for one, two in zip(first[::-1], again, strict=False):
        assert one["class"] == two["class"]
        assert one["score"] == pytest.approx(two["score"], abs=1e-5)


def test_the_score_is_that_of_the_class_that_thresholds_choose(model, paths):
    values = np.ones(11)
    values[4] = 0.0
    found = ClassifierService(
        model, thresholds=values, include_probs=True
    ).predict_paths(paths[:3])
    for row in found["results"]:
        assert row["class"] == "flat_dados"
        assert row["score"] == row["probabilities"]["flat_dados"]
        assert row["score"] < max(row["probabilities"].values())


def test_abstaining_and_the_number_of_unknown(model, paths):
    service = ClassifierService(
        model, thresholds=1.0, abstain_unknown=True, unknown_id=99, tta=True
    )
    found = service.predict_paths(paths[:2])
    for row in found["results"]:
        assert (row["class"], row["class_id"], row["abstained"]) == (
            "unknown",
            99,
            True,
        )
        assert row["pixel_verdict"]["class_id"] == 99
    assert found["meta"]["unknown_id"] == 99
    with pytest.raises(ValueError, match="none of the classes' numbers 0 to 10"):
        ClassifierService(model, unknown_id=3)


def test_a_header_changes_the_verdict_but_not_that_of_the_pixels(model, tmp_path):
    one = write_frame(tmp_path / "a.fits", IMAGETYP="Bias Frame")
    two = write_frame(tmp_path / "b.fits", IMAGETYP="Flat Field", EXPTIME=30.0)
    first, second = ClassifierService(model).predict_paths([one, two])["results"]
    assert first["pixel_verdict"] == second["pixel_verdict"]
    assert first["score"] != second["score"]


def test_a_model_carries_its_operating_point(model, paths, tmp_path):
    classifier = FrameClassifier(model)
    point = classifier.operating_point()
    changed = point.with_thresholds(
        Thresholds(classifier.class_names, (0.25,) * 11, temperature=2.0)
    )
    calibrate_model(classifier, changed, None, tmp_path / "new" / "c.keras")
    meta = ClassifierService(tmp_path / "new" / "c.keras").meta()
    assert meta["temperature"] == 2
    assert set(meta["thresholds"].values()) == {0.25}
    with pytest.raises(ValueError, match=r"must end in \.keras"):
        calibrate_model(classifier, changed, None, tmp_path / "c.h5")


def test_the_verdict_of_the_pixels_has_a_temperature_of_its_own(model, paths, tmp_path):
    names = FrameClassifier(model).class_names
    found = []
    for pixels in (1.0, 5.0):
        made = Thresholds(names, (0.0,) * 11, temperature=1.0, pixel_temperature=pixels)
        save_thresholds(tmp_path / "t.json", made)
        service = ClassifierService(model, thresholds=tmp_path / "t.json")
        found.append(service.predict_paths(paths[:3])["results"])
    for sure, unsure in zip(*found, strict=True):
        assert unsure["score"] == pytest.approx(sure["score"], abs=1e-6)
        pixels = [row["pixel_verdict"] for row in (sure, unsure)]
        assert pixels[0]["class"] == pixels[1]["class"]
        # The softmax of logits divided by 5 is flatter.
        assert 1 / 11 < pixels[1]["score"] < pixels[0]["score"]


def test_says_what_is_to_be_known_of_thresholds(model, tmp_path):
    made = Thresholds(
        FrameClassifier(model).class_names,
        (0.5,) * 11,
        model_weights="of another",
        described={"optimistic": True},
    )
    save_thresholds(tmp_path / "t.json", made, "other.keras")
    notes = ClassifierService(model, thresholds=tmp_path / "t.json").notes
    assert "was fitted for another model than m.keras" in notes[0]
    assert "was fitted to the frames that it was scored on" in notes[1]
    (note,) = ClassifierService(model, abstain_unknown=True).notes
    assert "no frame is ever unknown" in note
    assert "--thresholds prod_precision" in note
    assert ClassifierService(model, thresholds=0.1, abstain_unknown=True).notes == ()


def test_rejects(model, paths, tmp_path):
    with pytest.raises(ValueError, match="`batch_size` must be at least 1"):
        ClassifierService(model).predict_paths(paths, batch_size=0)
    with pytest.raises(ValueError, match="`workers` must be at least 1"):
        ClassifierService(model, workers=0).predict_paths(paths)
    with pytest.raises(TypeError, match=r"`paths` must be a list of files.*0\.fits"):
        ClassifierService(model).predict_paths(str(tmp_path / "0.fits"))
    with pytest.raises(FileNotFoundError):
        ClassifierService(tmp_path / "absent.keras")


def test_nothing_asked_is_nothing_found(model):
    found = ClassifierService(model).predict_paths([])
    assert (found["results"], found["defects"]) == ([], [])


def test_threads_leave_the_warning_filters_alone(model, paths):
    before = list(warnings.filters)
    ClassifierService(model, workers=4).predict_paths(paths * 3)
    assert warnings.filters == before


def test_the_package_names_the_service():
    assert ost_classifier.ClassifierService is ClassifierService
    assert "ClassifierService" in dir(ost_classifier)
    with pytest.raises(AttributeError, match="no attribute 'Service'"):
        ost_classifier.Service  # noqa: B018
    assert "ost_classifier.service" in sys.modules


@pytest.mark.slow
def test_processes_find_the_same_as_threads(model, tmp_path):
    paths = [write_frame(tmp_path / f"{i}.fits", seed=i) for i in range(18)]
    threads = ClassifierService(model).predict_paths(paths)
    processes = ClassifierService(model, processes=True, workers=2).predict_paths(paths)
    for one, two in zip(threads["results"], processes["results"], strict=True):
        assert one["path"] == two["path"]
        assert one["class"] == two["class"]
        assert one["score"] == pytest.approx(two["score"], abs=1e-5)


def test_every_real_frame_is_decided(model, real_data):
    frames = sorted(
        p
        for p in (real_data / "frames").rglob("*")
        if p.is_file() and p.suffix != ".csv"
    )
    found = ClassifierService(model).predict_paths(frames)
    assert found["defects"] == []
    assert len(found["results"]) == len(frames) == 29


def test_every_bad_file_is_decided_or_refused_in_a_sentence(model, real_data):
    files = sorted(p for p in (real_data / "bad_files").iterdir() if p.suffix != ".csv")
    found = ClassifierService(model).predict_paths(files)
    refused = {row["path"] for row in found["defects"]}
    decided = {row["path"] for row in found["results"]}
    assert refused | decided == {str(path) for path in files}
    assert not refused & decided
    for row in found["defects"]:
        assert 5 < len(row["reason"]) < 300
        assert "\n" not in row["reason"]
        assert "Error:" not in row["reason"]
