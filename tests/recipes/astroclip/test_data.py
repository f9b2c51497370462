import numpy as np
import pandas as pd
import pytest

from mesa_keras.recipes.astroclip.batches import (
    make_training_batches,
    make_validation_batches,
)
from mesa_keras.recipes.astroclip.data import load_data
from tests.small_astroclip import (
    FAR,
    NO_IMAGE,
    NO_REDSHIFT,
    NO_SPECTRUM,
    ZERO_SPECTRUM,
    small_config,
    write_small_store,
)

BAD = {NO_IMAGE, NO_SPECTRUM, ZERO_SPECTRUM, NO_REDSHIFT, FAR}
OUTPUTS = ("alignment", "spectrum_shift", "spectrum_confidence_error")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_small_store(tmp_path_factory.mktemp("store") / "pairs")


def change_index(folder, change):
    table = pd.read_parquet(folder / "index.parquet")
    change(table).to_parquet(folder / "index.parquet")


def test_splits_of_the_index_are_taken(folder):
    data = load_data(folder, small_config())
    assert data.counts() == {
        "train": {"rows": 100, "valid": 95},
        "validation": {"rows": 20, "valid": 20},
    }
    assert set(data.rows["train"]) - set(data.valid["train"]) == BAD
    assert "the data are simulated" in data.notes
    few = load_data(folder, small_config(redshift_range=(0.0, 0.2)))
    assert np.nanmax(few.redshift[few.valid["train"]]) <= 0.2


def test_a_sample_is_drawn_once_and_in_order(folder):
    data = load_data(folder, small_config())
    rows = data.sample("train", 30, 5)
    assert len(set(rows)) == 30
    assert set(rows) <= set(data.valid["train"])
    np.testing.assert_array_equal(rows, np.sort(rows))
    np.testing.assert_array_equal(rows, data.sample("train", 30, 5))
    assert len(data.sample("train", 1000, 5)) == 95


def test_without_splits_objects_are_kept_together(tmp_path):
    folder = write_small_store(tmp_path / "pairs", 120)

    def paired(table):
        return table.drop(columns="split").assign(source_id=np.arange(120) // 3)

    change_index(folder, paired)
    data = load_data(folder, small_config(validation_fraction=0.2))
    source = {part: set(rows // 3) for part, rows in data.rows.items()}
    assert not source["train"] & source["validation"]
    assert len(data.rows["validation"]) == pytest.approx(24, abs=6)
    assert any("name no split" in note for note in data.notes)


def test_without_a_validation_split_a_part_of_training_is_taken(tmp_path):
    folder = write_small_store(tmp_path / "pairs", 120)
    split = np.where(np.arange(120) < 90, "train", "test")

    def halved(table):
        return table.assign(split=split, source_id=np.arange(120) // 2)

    change_index(folder, halved)
    data = load_data(folder, small_config(validation_fraction=0.2))
    train, validation = data.rows["train"], data.rows["validation"]
    assert sorted([*train, *validation]) == list(range(90))
    assert not set(train // 2) & set(validation // 2)
    assert len(validation) == pytest.approx(18, abs=2)
    assert any("name no validation split: 20%" in note for note in data.notes)


def test_bad_data_are_refused(tmp_path):
    folder = write_small_store(tmp_path / "pairs", 60)
    with pytest.raises(ValueError, match="`image_size` must be at most"):
        load_data(folder, small_config(image_size=41))
    with pytest.raises(ValueError, match="the train split must hold two valid pairs"):
        load_data(folder, small_config(redshift_range=(2.0, 3.0)))
    change_index(folder, lambda table: table.assign(source_id=1))
    with pytest.raises(ValueError, match="share 1 of their stars or objects"):
        load_data(folder, small_config())
    with pytest.raises(FileNotFoundError):
        load_data(tmp_path / "nowhere", small_config())


@pytest.mark.parametrize("other", ["test", "calibration"])
def test_objects_held_back_are_not_trained_on(tmp_path, other):
    folder = write_small_store(tmp_path / "pairs", 60)

    def leaking(table):
        split = table["split"].replace("test", other)
        source = table["object_id"].to_numpy(copy=True)
        source[split == other] = source[0]
        return table.assign(split=split, source_id=source)

    change_index(folder, leaking)
    message = rf"index\.parquet: Splits .*'{other}'.* share 1 .*for example '1000'"
    with pytest.raises(ValueError, match=message):
        load_data(folder, small_config())


def test_training_batches_are_full_valid_and_the_same_again(folder):
    config = small_config()
    data = load_data(folder, config)
    taken = []
    for _ in range(2):
        batches = make_training_batches(data, config, OUTPUTS, 3).take(2)
        taken.append([(x, y) for x, y in batches.as_numpy_iterator()])
    for (x, y), (again, _) in zip(*taken, strict=True):
        assert x["image"].shape == (16, 32, 32, 3)
        assert x["flux"].shape == x["ivar"].shape == (16, 503)
        assert np.isfinite(x["image"]).all()
        np.testing.assert_array_equal(y["alignment"], np.arange(16))
        np.testing.assert_array_equal(y["spectrum_shift"], np.ones((8, 1)))
        np.testing.assert_array_equal(y["spectrum_confidence_error"], np.zeros((8, 1)))
        for name, array in x.items():
            np.testing.assert_array_equal(array, again[name])


def test_validation_batches_are_the_rows_as_they_are(folder):
    config = small_config()
    data = load_data(folder, config)
    batches = list(make_validation_batches(data, config, OUTPUTS).as_numpy_iterator())
    assert [len(x["image"]) for x, _ in batches] == [16, 4]
    flux = np.concatenate([x["flux"] for x, _ in batches])
    expected, _ = data.store.spectra(data.valid["validation"])
    np.testing.assert_array_equal(flux, expected)
    image = np.concatenate([x["image"] for x, _ in batches])
    crop = data.store.images(data.valid["validation"])[:, 4:36, 4:36]
    np.testing.assert_array_equal(image, crop.astype("float32"))
    assert [len(y["spectrum_shift"]) for _, y in batches] == [8, 2]
