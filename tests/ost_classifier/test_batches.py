"""What the network is shown in training and in validation."""

import numpy as np
import pytest
import tensorflow as tf

from ost_classifier.batches import make_training_batches, make_validation_batches
from ost_classifier.trained_model import AUGMENTATION
from tests.ost_classifier.small_frames import load, small, write_folder

OFF = {
    "augment": False,
    "header_dropout": 0.0,
    "claim_dropout": 0.0,
    "image_dropout": 0.0,
    "statistics_dropout": 0.0,
    "feature_dropout": 0.0,
    "label_smoothing": 0.0,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write_folder(folder, {"bias": 12, "flats": 6, "deep_sky": 6})
    return load(folder, folder / "cache")


def epoch(data, number=0, epochs=1, **changes):
    config = small(**{**OFF, "batch_size": 6, **changes})
    steps = epochs * (len(data) // config.batch_size)
    batches = make_training_batches(data, config, number).take(steps)
    found = [(dict(x), y) for x, y in batches.as_numpy_iterator()]
    inputs = {k: np.concatenate([x[k] for x, _ in found]) for k in found[0][0]}
    return inputs, np.concatenate([y for _, y in found])


def test_an_epoch_shows_every_frame_once_as_it_is(data):
    x, y = epoch(data)
    wanted = data.inputs()
    order = [
        x["image"].reshape(24, -1).tolist().index(row)
        for row in wanted["image"].reshape(24, -1).tolist()
    ]
    assert sorted(order) == list(range(24))
    for name in wanted:
        np.testing.assert_array_equal(x[name][order], wanted[name])
    np.testing.assert_array_equal(y[order].argmax(axis=1), data.label)
    np.testing.assert_array_equal(y.sum(axis=1), 1)


def test_epochs_differ_and_can_be_had_again(data):
    first, again, second = (epoch(data, n, augment=True)[0] for n in (0, 0, 1))
    np.testing.assert_array_equal(first["image"], again["image"])
    assert not np.array_equal(first["image"], second["image"])
    stream = make_training_batches(data, small(**OFF, batch_size=6), 0)
    both = [x["image"] for x, _ in stream.take(8).as_numpy_iterator()]
    plain = epoch(data, 1)[0]["image"]
    np.testing.assert_array_equal(np.concatenate(both[4:]), plain)


def test_everything_at_once_keeps_types_and_ranges(data):
    x, y = epoch(
        data, augment=True, randaug_n=2, mixup_alpha=0.5, balanced_sampling=True
    )
    assert x["image"].dtype == np.uint8
    assert x["image"].shape == (24, 16, 16, 1)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-5)
    assert np.mean(y.max(axis=1) < 0.999) > 0.2


def test_conservative_classes_keep_their_pixels(data):
    names = ("bias", "flats", "deep_sky")
    x, _ = epoch(
        data, augment=True, aug_strength=0.0, randaug_n=3, aug_conservative=names
    )
    wanted = {tuple(sorted(row)) for row in data.inputs()["image"].reshape(24, -1)}
    found = {tuple(sorted(row)) for row in x["image"].reshape(24, -1)}
    # Flips move pixels, and nothing else happens.
    assert found == wanted


def test_labels_are_smoothed_over_all_classes(data):
    _, y = epoch(data, label_smoothing=0.3)
    np.testing.assert_allclose(np.sort(y), [[0.1, 0.1, 0.8]] * 24, rtol=1e-5)


def test_labels_are_smoothed_over_the_classes_that_an_image_can_be_of(data):
    x, y = epoch(
        data,
        epochs=5,
        randaug_n=3,
        label_smoothing=0.3,
        aug_conservative=(data.class_names[0],),
    )
    chance = x[AUGMENTATION]
    augmented = chance[:, 0] == 0
    assert 0 < augmented.mean() < 1
    np.testing.assert_array_equal(y[augmented, 0], 0)
    np.testing.assert_allclose(y[augmented, 1:].max(axis=1), 0.85, rtol=1e-5)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-5)


def test_a_mixed_image_can_be_of_every_class_of_its_label(data):
    x, y = epoch(
        data,
        epochs=5,
        randaug_n=3,
        mixup_alpha=0.5,
        aug_conservative=(data.class_names[0],),
    )
    chance = x[AUGMENTATION]
    assert ((chance > 0) | (y == 0)).all()
    mixed = (chance[:, 0] > 0) & (chance[:, 0] < 1)
    assert mixed.any()


def test_validation_is_told_nothing_of_augmentation(data):
    batches = make_validation_batches(data, small(batch_size=8, label_smoothing=0.3))
    for x, y in batches.as_numpy_iterator():
        np.testing.assert_array_equal(x[AUGMENTATION], np.ones_like(y))
        np.testing.assert_array_equal(np.sort(y)[:, -1], 1)


def test_balanced_sampling_shows_rare_classes_more_often(data):
    few = data.take(np.r_[0:12, 12:14, 18:20])
    shares = [
        np.mean(
            epoch(few, epochs=20, balanced_sampling=sampling, batch_size=8)[1].argmax(1)
            > 0
        )
        for sampling in (False, True)
    ]
    assert shares[0] == pytest.approx(0.25, abs=0.05)
    assert shares[1] == pytest.approx(2 / 3, abs=0.1)


def test_parts_are_hidden_as_often_as_asked_but_never_all(data):
    x, _ = epoch(
        data,
        epochs=15,
        header_dropout=0.4,
        claim_dropout=0.5,
        image_dropout=0.3,
        statistics_dropout=0.3,
    )
    no_header = np.isnan(x["header"]).all(axis=1)
    no_claim = np.isnan(x["claim"]).all(axis=1)
    no_statistics = np.isnan(x["statistics"]).all(axis=1)
    no_image = (x["image"] == 0).all(axis=(1, 2, 3))
    assert no_header.mean() == pytest.approx(0.4, abs=0.08)
    assert no_claim.mean() == pytest.approx(0.7, abs=0.08)
    assert np.all(no_claim[no_header])
    assert no_image.mean() == pytest.approx(0.3, abs=0.08)
    assert no_statistics.mean() == pytest.approx(0.3, abs=0.08)
    assert not np.any(no_image & no_statistics)


def test_single_values_are_hidden(data):
    x, _ = epoch(data, feature_dropout=0.3)
    share = (
        np.isnan(x["statistics"]).mean() - np.isnan(data.inputs()["statistics"]).mean()
    )
    assert share == pytest.approx(0.3, abs=0.05)
    assert not np.isnan(x["claim"]).any()


def test_validation_shows_every_frame_with_header_and_without(data):
    batches = make_validation_batches(data, small(batch_size=7))
    found = list(batches.as_numpy_iterator())
    y = np.concatenate([y for _, y in found]).argmax(axis=1)
    np.testing.assert_array_equal(y, np.tile(data.label, 2))
    header = np.concatenate([x["header"] for x, _ in found])
    assert np.isnan(header[24:]).all()
    np.testing.assert_array_equal(header[:24], data.inputs()["header"])
    assert isinstance(batches, tf.data.Dataset)


def test_half_precision_images(tmp_path):
    folder = write_folder(tmp_path / "data", {"bias": 4, "flats": 4})
    config = small(**OFF, input_dtype="float16", batch_size=4)
    data = load(folder, tmp_path / "cache", config)
    x, _ = epoch(data, input_dtype="float16", batch_size=4)
    assert x["image"].dtype == np.float16
    assert 0 <= x["image"].min() < x["image"].max() <= 1
