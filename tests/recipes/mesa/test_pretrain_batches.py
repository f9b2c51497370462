import dataclasses

import numpy as np
import pytest

from mesa_keras.recipes.mesa.pretrain_batches import (
    joint_training_batches,
    joint_validation_batches,
    masked_training_batches,
    masked_validation_batches,
    row_weights,
)
from mesa_keras.recipes.mesa.pretrain_data import mix
from tests.recipes.mesa.event_sets import (
    KEPLER,
    STEPS,
    TESS,
    load,
    small,
    write_sets,
)

CLASSES = {"kepler_tce": KEPLER, "tess_tce": TESS}
REBUILT = tuple(f"{view}_rebuilt" for view in STEPS)
JOINT = (
    *(f"{name}_tower_logits" for name in CLASSES),
    *(f"{name}_logits" for name in CLASSES),
    "alignment",
)
QUIET = {"augment": False, "modality_dropout": 0.0, "feature_dropout": 0.0}


@pytest.fixture(scope="module")
def mixture(tmp_path_factory):
    events = load(write_sets(tmp_path_factory.mktemp("sets")))
    return mix(events, "train", list(CLASSES))


def joined(batches):
    taken = list(batches)
    return tuple(
        {k: np.concatenate([np.array(b[i][k]) for b in taken]) for k in taken[0][i]}
        for i in (0, 1)
    )


def masked(mixture, first=0, epochs=1, **changes):
    config = small(**{**QUIET, **changes})
    outputs = (*REBUILT, "alignment")
    batches = masked_training_batches(mixture, config, outputs, first)
    return joined(batches.take(epochs * (len(mixture) // config.batch_size)))


def joint(mixture, epochs=1, **changes):
    config = small(**{**QUIET, **changes})
    batches = joint_training_batches(mixture, CLASSES, config, JOINT, 0)
    return joined(batches.take(epochs * (len(mixture) // config.batch_size)))


def with_other_views(mixture, change):
    views = {name: change(name, view) for name, view in mixture.data.views.items()}
    return dataclasses.replace(
        mixture, data=dataclasses.replace(mixture.data, views=views)
    )


def test_what_is_hidden_never_reaches_the_input(mixture):
    """Other values where something was hidden give the same inputs, bit by bit."""
    config = small(**QUIET, batch_size=len(mixture))
    outputs = (*REBUILT, "alignment")
    x, y = joined(masked_validation_batches(mixture, config, outputs))
    rng = np.random.default_rng(0)

    def other(name, view):
        asked = np.isfinite(y[f"{name}_rebuilt"][:, 0])
        assert not np.any(asked & np.isfinite(x[name]))
        assert asked.mean() > 0.1
        noise = rng.normal(0, 9, view.shape).astype("float32")
        return np.where(asked, noise, view)

    changed, targets = joined(
        masked_validation_batches(with_other_views(mixture, other), config, outputs)
    )
    for name in x:
        np.testing.assert_array_equal(changed[name], x[name])
    assert not np.array_equal(
        targets["local_view_rebuilt"], y["local_view_rebuilt"], equal_nan=True
    )


def test_labels_are_not_in_the_first_stage(mixture):
    _, y = masked(mixture)
    assert set(y) == {*REBUILT, "alignment"}
    swapped = dataclasses.replace(
        mixture, data=dataclasses.replace(mixture.data, label=None)
    )
    np.testing.assert_array_equal(masked(swapped)[1]["alignment"], y["alignment"])


def test_augmentation_comes_before_hiding(mixture):
    x, _ = masked(mixture)
    shifted, targets = masked(mixture, augment=True, max_shift=0.3)
    name = "global_view"
    assert not np.array_equal(shifted[name], x[name], equal_nan=True)
    # Patches stay on their places: a step is hidden, or shown, with its neighbours.
    hidden = np.isnan(shifted[name]).reshape(len(x[name]), -1, 2)
    assert np.all(hidden.all(axis=-1) == hidden.any(axis=-1))
    assert np.isfinite(targets[f"{name}_rebuilt"]).any()


def test_the_same_event_in_two_sets_is_one_object(mixture):
    twice = dataclasses.replace(mixture, star=mixture.star // 2)
    config = small(**QUIET, batch_size=len(mixture))
    _, y = joined(masked_validation_batches(twice, config, ("alignment",)))
    found = y["alignment"]
    same = found[:, None] == found[None]
    valid = found >= 0
    stars = twice.star[:, None] == twice.star[None]
    np.testing.assert_array_equal(same[valid][:, valid], stars[valid][:, valid])
    assert len(np.unique(found)) < len(mixture) / 2


def test_validation_hides_the_same_each_time(mixture):
    config = small()
    first, again = (
        joined(masked_validation_batches(mixture, config, REBUILT)) for _ in range(2)
    )
    for name in first[0]:
        np.testing.assert_array_equal(first[0][name], again[0][name])


def test_a_later_epoch_is_what_an_uninterrupted_run_sees(mixture):
    settings = {"augment": True, "modality_dropout": 0.2, "feature_dropout": 0.2}
    whole, _ = masked(mixture, epochs=2, **settings)
    later, _ = masked(mixture, first=1, **settings)
    for name, values in later.items():
        np.testing.assert_array_equal(values, whole[name][len(values) :])


def test_a_row_has_a_label_of_one_set(mixture):
    x, y = joint(mixture)
    rows = len(x["global_view"])
    assert rows == len(mixture) // 20 * 20
    known = np.stack([y[f"{name}_logits"] >= 0 for name in CLASSES])
    assert np.all(known.sum(axis=0) == 1)
    # Rows of the first set have no secondary view.
    empty = np.isnan(x["secondary_view"]).all(axis=1)
    assert empty[known[0]].all()
    assert not empty[known[1]].all()
    for k, name in enumerate(CLASSES):
        soft = y[f"{name}_tower_logits"][:, 0]
        np.testing.assert_array_equal(soft.sum(axis=1), known[k])
        np.testing.assert_array_equal(
            soft[known[k]].argmax(axis=1), y[f"{name}_logits"][known[k]]
        )


def test_labels_are_smoothed_where_there_are_any(mixture):
    _, y = joint(mixture, label_smoothing=0.3)
    soft = y["kepler_tce_tower_logits"][:, 0]
    known = y["kepler_tce_logits"] >= 0
    np.testing.assert_allclose(soft[known].max(axis=1), 0.8, rtol=1e-5)
    np.testing.assert_allclose(soft[known].sum(axis=1), 1, rtol=1e-5)
    assert np.all(soft[~known] == 0)


def test_the_batches_are_mixed_as_stated(mixture):
    _, y = joint(mixture, epochs=8, mixing=("kepler_tce=3", "tess_tce=1"))
    share = np.mean(y["kepler_tce_logits"] >= 0)
    assert share == pytest.approx(0.75, abs=0.05)
    assert row_weights(mixture, small()) is None


def test_balanced_classes_inside_the_shares(mixture):
    config = small(
        mixing=("kepler_tce=3", "tess_tce=1"), class_balance="balanced_sampling"
    )
    weights = row_weights(mixture, config)
    for k, share in ((0, 3.0), (1, 1.0)):
        rows = mixture.set_index == k
        label = mixture.data.label[rows]
        for kind in range(3):
            total = weights[rows][label == kind].sum()
            assert total == pytest.approx(share / 3)


def test_validation_is_in_order_and_changes_nothing(mixture):
    config = small(modality_dropout=0.5, feature_dropout=0.5, batch_size=64)
    x, y = joined(joint_validation_batches(mixture, CLASSES, config, JOINT))
    for name, values in mixture.data.inputs().items():
        np.testing.assert_array_equal(x[name], values)
    label = np.where(mixture.set_index == 1, mixture.data.label, -1)
    np.testing.assert_array_equal(y["tess_tce_logits"], label)
