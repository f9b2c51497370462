import numpy as np
import tensorflow as tf

from mesa_keras import pipelines
from mesa_keras.losses import InfoNCE
from mesa_keras.pipelines.pair_index import is_present, pair_index

YES = np.ones(5, bool)


def test_rows_of_one_object_share_a_number_and_others_do_not():
    index = np.array(pair_index(tf.constant([7, 3, 7, 9, 3]), YES, YES))
    assert index.dtype == np.int32
    assert index[0] == index[2]
    assert index[1] == index[4]
    assert len({*index.tolist()}) == 3
    assert index.min() >= 0


def test_a_row_without_either_view_is_marked():
    first = np.array([1, 0, 1, 1, 0], bool)
    second = np.array([1, 1, 0, 1, 0], bool)
    index = np.array(pair_index(tf.constant([0, 1, 2, 0, 4]), first, second))
    np.testing.assert_array_equal(index < 0, [False, True, True, False, True])
    assert index[0] == index[3]
    assert np.all(index[index < 0] == -1)


def test_ids_above_the_precision_of_float32_stay_apart():
    rows = tf.constant([2**24, 2**24 + 1, 2**40, 2**40 + 1], "int64")
    index = np.array(pair_index(rows, YES[:4], YES[:4]), "float32")
    assert len(set(index.tolist())) == 4


def test_the_loss_leaves_duplicates_and_missing_views_out():
    rng = np.random.default_rng(0)
    pairs = rng.normal(size=(4, 2, 6)).astype("float32")
    twice = np.concatenate([pairs, pairs[:1]])
    index = pair_index(tf.constant([0, 1, 2, 3, 0]), YES, YES)
    loss = InfoNCE(0.5, reduction=None)
    # The twin is no negative of its twin, and sees the same others.
    rows = np.array(loss(index, twice))
    np.testing.assert_allclose(rows[0], rows[4], rtol=1e-5)
    missing = pair_index(tf.constant([0, 1, 2, 3, 4]), YES, np.arange(5) < 4)
    alone = np.array(loss(tf.range(4), pairs))
    rows = np.array(loss(missing, twice))
    assert rows[4] == 0
    np.testing.assert_allclose(rows.mean(), alone.mean(), rtol=1e-5)


def test_any_finite_value_makes_a_row_present():
    nan = np.nan
    values = np.array([[nan, nan], [nan, 1.0], [0.0, 0.0], [np.inf, nan]], "float32")
    np.testing.assert_array_equal(is_present(values), [False, True, True, False])
    images = np.full((2, 3, 3, 1), nan, "float32")
    images[1, 2, 2, 0] = 0
    np.testing.assert_array_equal(is_present(images), [False, True])


def test_every_public_name_of_the_package_is_what_it_says():
    for name in pipelines.__all__:
        assert callable(getattr(pipelines, name)), name
