"""No night of a camera stands in two parts."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mesa_keras.pipelines.frame_cache import CachedFrames
from ost_classifier.data import OstData
from ost_classifier.split import frame_groups, labelled, split_folds, split_frames
from tests.ost_classifier.small_frames import small

NAMES = ("bias", "flats", "deep_sky")


def make(label, night, camera):
    count = len(label)
    return OstData(
        path=Path("data"),
        file=np.array([f"{i:04d}.fits" for i in range(count)]),
        label=np.asarray(label, np.int32),
        class_names=NAMES,
        night=np.asarray(night, str),
        camera=np.asarray(camera, str),
        row=np.arange(count),
        frames=CachedFrames([], np.dtype("f4")),
        faults={},
        warnings=(),
        fingerprint="",
    )


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    camera = rng.integers(0, 12, 600)
    night = rng.integers(0, 6, 600)
    return make(
        rng.integers(0, 3, 600), [f"n{n}" for n in night], [f"c{c}" for c in camera]
    )


@pytest.mark.parametrize("split_by", ["night", "camera"])
def test_parts_share_no_group(data, split_by):
    parts, notes = split_frames(data, small(split_by=split_by))
    assert notes == []
    assert sum(map(len, parts.values())) == len(data)
    groups = [set(frame_groups(part, split_by)) for part in parts.values()]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    for part in parts.values():
        assert set(part.label) == {0, 1, 2}
    assert len(parts["train"]) > 0.6 * len(data)
    if split_by == "camera":
        assert not set(parts["train"].camera) & set(parts["validation"].camera)


def test_frames_of_unknown_origin_are_on_their_own(data):
    data = dataclasses.replace(data, night=np.where(data.label == 0, "", data.night))
    assert len(set(frame_groups(data, "night")[data.label == 0])) <= 12
    nothing = make([0, 1, 2], ["", "", "n"], ["", "", ""])
    assert len(set(frame_groups(nothing, "night"))) == 3
    assert frame_groups(nothing, "camera")[2] == "file 0002.fits"
    assert len(set(frame_groups(data, "file"))) == len(data)


def test_too_few_nights_are_divided_by_file_and_that_is_said(data):
    one = dataclasses.replace(data, night=np.full(600, "n"), camera=np.full(600, "c"))
    parts, notes = split_frames(one, small())
    assert "1 different nights are too few for 3 parts" in notes[0]
    assert len(parts["validation"]) == pytest.approx(60, abs=3)


def test_a_class_with_one_frame_is_learned_from(data):
    label = np.zeros(600, int)
    label[300:] = 1
    label[77] = 2
    for seed in range(8):
        single = dataclasses.replace(data, label=label)
        parts, notes = split_frames(single, small(seed=seed))
        assert 2 in parts["train"].label
        assert "deep_sky (1)" in notes[-1]


def test_a_class_of_a_single_night_is_learned_from(data):
    label = np.where(frame_groups(data, "night") == "c3 night n2", 2, data.label % 2)
    for seed in range(8):
        night = dataclasses.replace(data, label=label)
        assert 2 in split_frames(night, small(seed=seed))[0]["train"].label


@pytest.mark.parametrize("seed", range(4))
def test_few_frames_of_each_class_are_shared_out(seed):
    data = make(np.repeat(np.arange(11), 4), [f"n{i}" for i in range(44)], [""] * 44)
    data = dataclasses.replace(data, class_names=tuple("abcdefghijk"))
    parts, _ = split_frames(data, small(seed=seed))
    found = {name: len(part) for name, part in parts.items()}
    assert found == {"train": 32, "validation": 6, "calibration": 6}


def test_unlabelled_and_unknown_frames_are_left_out(data):
    mixed = dataclasses.replace(data, label=np.resize([0, 1, 2, 3, -1], 600))
    assert len(labelled(mixed)) == 360


def test_too_few_frames():
    with pytest.raises(ValueError, match="at least one group for each of 3"):
        split_frames(make([0, 1], ["a", "b"], ["", ""]), small())
    with pytest.raises(ValueError, match="two classes or more"):
        split_frames(make([0] * 20, ["a"] * 20, [""] * 20), small())


def test_folds_cover_all_frames_once(data):
    folds, notes = split_folds(data, small(), 4)
    assert notes == []
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(600))
    groups = [set(frame_groups(data.take(fold), "night")) for fold in folds]
    assert not groups[0] & groups[1]
    with pytest.raises(ValueError, match="`kfold` must be at most"):
        split_folds(make([0, 1], ["a", "b"], ["", ""]), small(), 3)
