"""What a folder of frames gives, also one that is not as it should be."""

import os

import numpy as np
import pytest

from ost_classifier.data import load_data
from ost_classifier.frame_list import check_folds, list_frames
from tests.ost_classifier.small_frames import CLASSES, load, small, write_folder
from tests.ost_classifier.small_frames import write_frame as frame

COUNTS = {"bias": 3, "flats": 2, "deep_sky": 2}


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "data", COUNTS)


def test_labels_nights_and_cameras(folder, tmp_path):
    data = load(folder, tmp_path / "cache")
    assert data.class_names == ("bias", "flats", "deep_sky")
    assert data.counts() == {**COUNTS, "unknown": 0}
    assert set(data.night) == {"2024-03-01"}
    assert set(data.camera) == {"camera 0"}
    assert data.warnings == ()
    inputs = data.take([1, 4]).inputs()
    assert inputs["image"].shape == (2, 16, 16, 1)
    np.testing.assert_array_equal(data.inputs([4])["image"][0], inputs["image"][1])


def test_tables_and_folders_say_more_than_headers(folder, tmp_path):
    frame(folder / "bias" / "night one" / "x.fits", "bias")
    frame(folder / "unknown" / "y.fits", "dragon")
    (folder / "frames.csv").write_text(
        "file,label,instrument,night\nbias/000.fits,flats,cam,n7\nabsent.fits,a,b,c\n"
    )
    data = load(folder, tmp_path / "cache")
    known = dict(zip(data.file, zip(data.camera, data.night, strict=True), strict=True))
    assert known["bias/000.fits"] == ("cam", "n7")
    assert known["bias/night one/x.fits"] == ("camera 0", "night one")
    label = dict(zip(data.file, data.label.tolist(), strict=True))
    # The folder is the label; the table of labels is another one.
    assert label["bias/000.fits"] == 0
    assert label["unknown/y.fits"] == data.unknown_id == 3


def test_a_table_of_labels_overrides_the_folders(folder, tmp_path):
    loose = frame(folder / "x.fits", "flats")
    far = frame(tmp_path / "far.fits", "flats")
    table = tmp_path / "labels.csv"
    table.write_text(
        f"file,label\nbias/000.fits,flats\n{loose.resolve()},flats\n{far},bias\n"
    )
    notes = load(folder, tmp_path / "cache").warnings
    assert "1 frames stand in no class folder" in notes[0]
    data = load(folder, tmp_path / "cache", labels_csv=table)
    label = dict(zip(data.file, data.label.tolist(), strict=True))
    assert label["bias/000.fits"] == label["x.fits"] == 1
    assert label[str(far)] == 0
    assert data.warnings == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file\nbias/000.fits\n", "the column `label` is missing"),
        ("file,label\nbias/9.fits,flats\n", r"'bias/9.fits' is neither in"),
        ("file,label\na,flats\na,bias\n", "line 3 says otherwise of 'a'"),
        ("file,label\nbias/000.fits,moon\n", "'moon' .of bias/000.fits. is no class"),
        (b"\xff\xfe\x00", "is not a CSV table"),
    ],
)
def test_bad_tables_of_labels(folder, tmp_path, content, message):
    table = tmp_path / "labels.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=message):
        load(folder, tmp_path / "cache", labels_csv=table, classes=CLASSES)


def test_files_that_cannot_be_read_are_listed(folder, tmp_path):
    (folder / "bias" / "broken.fits").write_bytes(b"SIMPLE  = no more")
    (folder / "flats" / "empty.tif").write_bytes(b"")
    (folder / "flats" / "gone.fits").symlink_to(tmp_path / "nowhere.fits")
    data = load(folder, tmp_path / "cache")
    assert set(data.faults) == {
        "bias/broken.fits",
        "flats/empty.tif",
        "flats/gone.fits",
    }
    assert all(data.faults.values())
    # The file stands before its fault; not a second time in it.
    assert not any(str(data.path) in fault for fault in data.faults.values())
    assert len(data) == sum(COUNTS.values())


def test_links_and_loops(folder, tmp_path):
    other = frame(tmp_path / "archive" / "z.fits", "bias")
    (folder / "bias" / "linked.fits").symlink_to(other)
    (folder / "bias" / "loop").symlink_to(folder)
    data = load(folder, tmp_path / "cache")
    assert data.counts()["bias"] == 4
    assert sum(data.counts().values()) == 8


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_permissions(folder, tmp_path):
    (folder / "bias" / "000.fits").chmod(0)
    data = load(folder, tmp_path / "cache")
    assert "ermission denied" in data.faults["bias/000.fits"]


def test_no_frame_no_class_and_nothing_readable(tmp_path):
    empty = tmp_path / "empty"
    (empty / "bias").mkdir(parents=True)
    with pytest.raises(ValueError, match="holds no frame"):
        load(empty, tmp_path / "cache")
    frame(empty / "bias" / "a.fits", "bias")
    with pytest.raises(ValueError, match=r"two classes or more.*Received: bias"):
        load(empty, tmp_path / "cache")
    (empty / "bias" / "a.fits").write_bytes(b"")
    (empty / "flats").mkdir()
    (empty / "flats" / "b.fits").write_bytes(b"")
    with pytest.raises(ValueError, match=r"no file can be read; bias/a\.fits"):
        load(empty, tmp_path / "cache")
    with pytest.raises(FileNotFoundError, match="`data_dir` must be a folder"):
        load_data("", small().frame_settings, cache_dir=tmp_path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "absent", tmp_path / "cache")


def test_unknown_class_folders_and_empty_classes(folder, tmp_path):
    with pytest.raises(ValueError, match=r"the label 'deep_sky' .* is no class"):
        load(folder, tmp_path / "cache", classes=("bias", "flats"))
    data = load(folder, tmp_path / "cache", classes=(*CLASSES, "darks"))
    assert "class darks has no frame that can be read" in data.warnings


def test_the_fingerprint_follows_files_and_labels(folder, tmp_path):
    first = load(folder, tmp_path / "cache").fingerprint
    assert load(folder, tmp_path / "cache").fingerprint == first
    os.utime(folder / "bias" / "000.fits", (5, 5))
    second = load(folder, tmp_path / "cache").fingerprint
    (folder / "bias" / "000.fits").rename(folder / "flats" / "000b.fits")
    third = load(folder, tmp_path / "cache").fingerprint
    assert len({first, second, third}) == 3


@pytest.mark.slow
def test_several_processes(tmp_path):
    folder = write_folder(tmp_path / "data", dict.fromkeys(CLASSES, 10))
    settings = small().frame_settings
    cache = tmp_path / "cache"
    data = load_data(folder, settings, cache_dir=cache, workers=2)
    again = load(folder, tmp_path / "other")
    assert data.fingerprint == again.fingerprint
    for name, array in data.inputs().items():
        np.testing.assert_array_equal(array, again.inputs()[name])


def test_as_many_folds_as_frames_of_the_rarest_class(tmp_path):
    folder = write_folder(tmp_path / "data", {"bias": 3, "flats": 2, "unknown": 1})
    listed, _ = list_frames(folder)
    for kfold in (0, 2):
        check_folds(listed, kfold)
    with pytest.raises(ValueError, match=r"\('flats', 2\)\. Received: kfold=3"):
        check_folds(listed, 3)
