import numpy as np
import pytest

from mesa_keras.pipelines.pair_import import (
    array_flags,
    assign_splits,
    import_splits,
    repeated_ids,
    splits_of_objects,
)


def test_array_flags_tell_why():
    images = np.ones((7, 4, 4, 3), "float16")
    flux, ivar = np.ones((7, 50), "float32"), np.ones((7, 50), "float32")
    images[1] = np.nan
    images[2] = 0
    flux[3], ivar[3] = np.nan, 0
    flux[4] = 0
    ivar[5] = 0
    images[5] = np.nan
    images[6, ..., 0] = 0
    image, spectrum, reasons = array_flags(images, flux, ivar)
    assert image.tolist() == [True, False, False, True, True, False, False]
    assert spectrum.tolist() == [True, True, True, False, False, False, True]
    assert reasons == [
        {},
        {"image": "no image"},
        {"image": "image holds no flux"},
        {"spectrum": "no spectrum"},
        {"spectrum": "spectrum is all zero"},
        {
            "image": "no image",
            "spectrum": "spectrum has no inverse variance above 0",
        },
        {"image": "image lacks a band"},
    ]


def test_splits_are_made_by_object():
    ids = np.repeat(np.arange(500), 2)
    split = assign_splits(ids, np.full(1000, ""))
    share = {name: (split == name).mean() for name in set(split)}
    assert set(share) == {"train", "validation", "calibration", "test"}
    assert abs(share["train"] - 0.7) < 0.02
    assert (split[::2] == split[1::2]).all()
    np.testing.assert_array_equal(split, assign_splits(ids, np.full(1000, "")))


def test_named_splits_stay_and_training_gives_a_tenth():
    named = np.array(["train"] * 800 + ["test"] * 200)
    split = assign_splits(np.arange(1000), named)
    assert (split[800:] == "test").all()
    assert abs((split == "validation").sum() - 40) < 3
    assert abs((split == "calibration").sum() - 40) < 3
    whole = np.array(["train"] * 800 + ["validation"] * 200)
    np.testing.assert_array_equal(assign_splits(np.arange(1000), whole), whole)


def test_few_objects_are_not_split():
    assert assign_splits(np.arange(5), np.full(5, "")) is None
    few = np.array(["train"] * 4 + ["test"])
    np.testing.assert_array_equal(assign_splits(np.arange(5), few), few)


def test_rows_of_an_object_follow_the_one_that_is_named():
    ids = np.tile(np.arange(200), 2)
    named = np.concatenate([np.full(200, "test"), np.full(200, "")]).astype(object)
    named[200:240] = "train"
    named[:40] = ""
    split = assign_splits(ids, named)
    np.testing.assert_array_equal(split[:200], split[200:])
    assert (split[40:200] == "test").all()
    # A tenth of the training objects stops it and calibrates.
    assert set(split[:40]) == {"train", "validation", "calibration"}


def test_named_splits_stay_where_the_rest_is_too_few_to_be_drawn():
    named = np.array(["train"] * 30 + ["test"] * 6 + [""] * 4, dtype=object)
    split = assign_splits(np.arange(40), named)
    np.testing.assert_array_equal(split[:36], named[:36])
    assert (split[36:] == "train").all()


def test_first_names_of_objects():
    ids, named = np.array([4, 4, 9, 4]), np.array(["", "test", "", "train"], object)
    assert splits_of_objects(ids, named).tolist() == ["test", "test", "", "test"]
    assert splits_of_objects(ids[:0], named[:0]).tolist() == []


def test_splits_that_are_not_completed_are_those_of_all_rows_or_of_none():
    ids = np.array([4, 4, 9])
    whole = np.array(["test", "", "train"], object)
    splits, notes = import_splits(ids, whole, False, "a.csv")
    assert (splits.tolist(), notes) == (["test", "test", "train"], [])
    assert import_splits(ids, np.full(3, "", object), False, "a.csv") == (None, [])
    message = r"a\.csv: without completing.*1 of 3"
    with pytest.raises(ValueError, match=message):
        import_splits(ids, np.array(["test", "", ""], object), False, "a.csv")


def test_repeated_ids():
    assert repeated_ids(np.array([7, 3, 7, 9, 3])).tolist() == [0, 1, 0, 3, 1]
