import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines.pair_batches import (
    evaluation_pairs,
    training_pairs,
    valid_rows,
)
from mesa_keras.readers.pair_store import open_pair_store
from tests.small_pairs import BINS, make_arrays, make_store

NUM, BATCH = 23, 4


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_pair_store(make_store(tmp_path_factory.mktemp("store") / "s", NUM))


def spoiled(tmp_path, *, image=(), spectrum=(), zero=(), **columns):
    """A store whose index does not know that some arrays hold nothing."""
    images, flux, ivar = make_arrays(NUM)
    for row in image:
        images[row] = np.nan
    for row in spectrum:
        flux[row] = 0.0
    for row in zero:
        ivar[row] = 0.0
    folder = make_store(tmp_path / "s", NUM, arrays=(images, flux, ivar), **columns)
    return open_pair_store(folder)


def take(store, steps, rows=None, batch_size=BATCH, **options):
    """Rows of the first batches, `(steps, batch)`."""
    rows = np.arange(NUM) if rows is None else rows
    options = {"seed": 3, **options}
    batches = training_pairs(store, rows, batch_size, **options)
    return np.array([y["row"].numpy() for _, y in batches.take(steps)])


def test_inputs_and_targets_belong_to_their_rows(store):
    images, flux, ivar = make_arrays(NUM)
    for x, y in training_pairs(store, range(NUM), BATCH, seed=0).take(7):
        row = y["row"].numpy()
        assert set(x) == {"image", "flux", "ivar"}
        assert set(y) == {"row", "redshift"}
        np.testing.assert_array_equal(x["image"], images[row].astype("float32"))
        np.testing.assert_array_equal(x["flux"], flux[row])
        np.testing.assert_array_equal(x["ivar"], ivar[row])
        redshift = store.index["redshift"].to_numpy()[row]
        np.testing.assert_allclose(y["redshift"], redshift, rtol=1e-6)
        assert x["image"].dtype == tf.float32
        assert y["row"].dtype == tf.int32


def test_shapes_are_known_before_anything_is_read(store):
    x, y = training_pairs(store, range(NUM), BATCH, seed=0).element_spec
    assert x["image"].shape == (BATCH, 24, 24, 3)
    assert x["flux"].shape == x["ivar"].shape == (BATCH, BINS)
    assert y["row"].shape == (BATCH,)


@pytest.mark.parametrize("shards_at_a_time", [None, 1, 2])
def test_an_epoch_holds_every_row_at_most_once(store, shards_at_a_time):
    epochs = take(store, 20, shards_at_a_time=shards_at_a_time).reshape(4, -1)
    for epoch in epochs:
        assert len(np.unique(epoch)) == 20
    assert set(epochs.ravel()) == set(range(NUM))
    assert len({tuple(epoch) for epoch in epochs}) == 4


def test_shards_at_a_time_stay_together(store):
    rows = take(store, 5, shards_at_a_time=1).ravel()
    assert (np.diff(rows // 5) != 0).sum() == 4


@pytest.mark.parametrize("shards_at_a_time", [None, 2])
def test_order_follows_from_seed_and_epoch(store, shards_at_a_time):
    options = {"shards_at_a_time": shards_at_a_time}
    whole = take(store, 15, **options)
    np.testing.assert_array_equal(whole, take(store, 15, **options))
    assert not np.array_equal(whole, take(store, 15, seed=4, **options))
    # A run that goes on sees what an uninterrupted one would have seen.
    for epoch in (1, 2):
        later = take(store, 15 - 5 * epoch, first_epoch=epoch, **options)
        np.testing.assert_array_equal(later, whole[5 * epoch :])


def test_a_variable_says_where_to_start(store):
    epoch = tf.Variable(0, dtype="int64")
    batches = training_pairs(store, range(NUM), BATCH, seed=3, first_epoch=epoch)
    whole = take(store, 15)
    for start in (0, 2):
        epoch.assign(start)
        rows = [y["row"].numpy() for _, y in batches.take(5)]
        np.testing.assert_array_equal(rows, whole[5 * start : 5 * start + 5])


def test_known_invalid_pairs_leave_the_batches(tmp_path):
    redshift = np.full(NUM, 0.1)
    redshift[[0, 1]] = np.nan, 0.9
    flags = np.ones((2, NUM), bool)
    flags[0, 2] = flags[1, 3] = False
    store = open_pair_store(
        make_store(
            tmp_path / "s",
            NUM,
            redshift=redshift,
            image_valid=flags[0],
            spectrum_valid=flags[1],
        )
    )
    assert valid_rows(store).tolist() == list(range(4, NUM))
    assert valid_rows(store, [9, 2, 5]).tolist() == [9, 5]
    assert valid_rows(store, None, (0.0, 1.0)).tolist() == [1, *range(4, NUM)]
    rows = take(store, 16)
    assert rows.shape == (16, BATCH)
    assert set(rows.ravel()) == set(range(4, NUM))


def test_pairs_found_empty_on_reading_are_refilled(tmp_path):
    bad = {1: "image", 8: "image", 5: "spectrum", 9: "spectrum", 20: "spectrum"}
    store = spoiled(tmp_path, image=[1, 8], spectrum=[5, 9], zero=[20])
    assert len(valid_rows(store)) == NUM
    faults = {}
    rows = take(store, 8, faults=faults)
    assert set(rows.ravel()) <= set(range(NUM)) - set(bad)
    for row, modality in bad.items():
        assert faults[row].startswith(modality)
    # Rows move up: the order is that of all rows, without the bad ones.
    order = np.concatenate(
        [np.random.default_rng([3, epoch]).permutation(NUM) for epoch in (0, 1)]
    )
    good = [[row for row in part if row not in bad] for part in np.split(order, 2)]
    expected = [*good[0][:16], *good[1][:16]]
    assert rows.ravel().tolist() == expected
    assert store.index["image_valid"].all()


def test_rows_of_a_damaged_shard_are_passed_over(tmp_path):
    folder = make_store(tmp_path / "s", NUM)
    (folder / "images_00001.npy").unlink()
    store = open_pair_store(folder)
    assert set(take(store, 10).ravel()) <= set(range(NUM)) - set(range(5, 10))
    # Damage that is noticed after opening is met on reading.
    path = folder / "flux_00000.npy"
    path.write_bytes(path.read_bytes()[:200])
    faults = {}
    rows = take(store, 10, faults=faults)
    assert set(rows.ravel()) == set(range(10, NUM))
    assert set(faults) <= set(range(5))
    assert "spectrum is in a damaged file" in faults.values()


def test_files_without_a_full_batch_end_with_an_error(tmp_path):
    store = spoiled(tmp_path, image=range(NUM - 2))
    with pytest.raises(Exception, match="only 2 of 23 pairs hold image and spectrum"):
        take(store, 1)


def test_transform_gets_seeds_and_half_precision(store):
    seeds = []

    def transform(x, y, seed):
        assert x["image"].dtype == tf.float16
        y["seed"] = seed
        return {"image": x["image"][:, 4:20, 4:20]}, y

    def run(**options):
        options = {"seed": 3, "transform": transform, **options}
        batches = training_pairs(store, range(NUM), BATCH, **options)
        out = list(batches.take(6))
        assert out[0][0]["image"].shape == (BATCH, 16, 16, 3)
        assert out[0][0]["image"].dtype == tf.float32
        return np.array([y["seed"] for _, y in out])

    seeds = run()
    assert len(np.unique(seeds, axis=0)) == 6
    np.testing.assert_array_equal(seeds, run())
    np.testing.assert_array_equal(seeds[5], run(first_epoch=1)[0])
    assert not np.array_equal(seeds, run(seed=4))


def test_columns_of_the_index(tmp_path):
    source = np.arange(NUM) // 2 + 2**40
    store = open_pair_store(make_store(tmp_path / "s", NUM, source_id=source))
    for _, y in training_pairs(
        store, range(NUM), BATCH, seed=0, columns=["source_id"]
    ).take(2):
        np.testing.assert_array_equal(y["source_id"], source[y["row"].numpy()])
    with pytest.raises(ValueError, match=r"columns of numbers.*'reason'"):
        training_pairs(store, range(NUM), BATCH, seed=0, columns=["reason"])


@pytest.mark.parametrize("batch_size", [1, 5, 23, 50])
def test_evaluation_keeps_every_row_in_order(store, batch_size):
    images, flux, ivar = make_arrays(NUM)
    batches = evaluation_pairs(store, None, batch_size)
    assert len(batches) == -(-NUM // batch_size)
    got = [(x, y) for x, y in batches]
    x = {name: np.concatenate([x[name] for x, _ in got]) for name in got[0][0]}
    y = {name: np.concatenate([y[name] for _, y in got]) for name in got[0][1]}
    np.testing.assert_array_equal(x["image"], images.astype("float32"))
    np.testing.assert_array_equal(x["flux"], flux)
    np.testing.assert_array_equal(x["ivar"], ivar)
    assert y["row"].tolist() == list(range(NUM))
    assert y["image_valid"].all()
    assert y["spectrum_valid"].all()


def test_evaluation_keeps_invalid_rows_with_flags(tmp_path):
    flags = np.ones(NUM, bool)
    flags[3] = False
    store = spoiled(tmp_path, image=[1], spectrum=[2], zero=[4], spectrum_valid=flags)
    faults = {}
    ((x, y),) = evaluation_pairs(store, range(6), faults=faults)
    assert y["image_valid"].numpy().tolist() == [True, False] + [True] * 4
    spectrum = [True, True, False, False, False, True]
    assert y["spectrum_valid"].numpy().tolist() == spectrum
    assert np.isnan(x["image"][1]).all()
    assert set(faults) == {1, 2, 4}


def test_evaluation_of_one_modality(store):
    ((x, y),) = evaluation_pairs(
        store, [7, 2], modalities=["image"], columns=["redshift"]
    )
    assert set(x) == {"image"}
    assert set(y) == {"row", "image_valid", "redshift"}
    assert y["row"].numpy().tolist() == [7, 2]
    ((x, _),) = evaluation_pairs(
        store,
        [7, 2],
        modalities=["spectrum"],
        transform=lambda x, y: ({"flux": x["flux"][:, :9]}, y),
    )
    assert x["flux"].shape == (2, 9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "`batch_size` must be positive"),
        ({"batch_size": 24}, "23 valid pairs among 23"),
        ({"rows": [1, 1, 2, 3, 4]}, "once"),
        ({"shards_at_a_time": 0}, "`shards_at_a_time`"),
        ({"redshift_range": (0.5, 0.1)}, "`redshift_range`"),
    ],
)
def test_wrong_arguments(store, options, message):
    with pytest.raises(ValueError, match=message):
        take(store, 1, **options)


def test_wrong_arguments_of_evaluation(store):
    with pytest.raises(ValueError, match="`batch_size`"):
        evaluation_pairs(store, None, 0)
    with pytest.raises(ValueError, match="`modalities`"):
        evaluation_pairs(store, modalities=["light curve"])
