import dataclasses

import numpy as np
import pytest

from mesa_keras.recipes.mesa.batches import (
    make_evaluation_batches,
    make_training_batches,
)
from mesa_keras.recipes.mesa.star_events import STAR_EVENT_COLUMNS
from tests.recipes.mesa.candidates import (
    PLANET,
    STEPS,
    load,
    make_rows,
    make_views,
    small,
    write,
)

NUM, BATCH = 200, 20
OUTPUTS = ("tower_logits", "logits", "alignment")
QUIET = {
    "augment": False,
    "modality_dropout": 0.0,
    "feature_dropout": 0.0,
    "batch_size": BATCH,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    rows = make_rows(NUM)
    for row in rows[5:15]:
        row.update(dict.fromkeys((*PLANET, "stellar_temp", "magnitude"), ""))
    folder = tmp_path_factory.mktemp("data")
    return load(write(folder, rows, make_views(rows), missing=range(20, 40)))


def epoch(data, first=0, count=1, outputs=OUTPUTS, **changes):
    """One epoch of batches, joined, and the rows of `data` they came from."""
    config = small(**{**QUIET, **changes})
    batches = make_training_batches(data, config, outputs, first)
    taken = list(batches.take(count * (len(data) // config.batch_size)))
    x, y = (
        {k: np.concatenate([np.array(b[i][k]) for b in taken]) for k in taken[0][i]}
        for i in (0, 1)
    )
    return x, y


def key_of(x):
    return np.nan_to_num(
        np.concatenate([x["global_view"], x["planet_features"]], axis=1), nan=-9
    )


def rows_of(x, data):
    """Position in `data` of each example that is not augmented."""
    inputs = data.inputs()
    known = {row.tobytes(): i for i, row in enumerate(key_of(inputs))}
    return np.array([known[row.tobytes()] for row in key_of(x)])


def test_inputs_labels_and_pairs_belong_together(data):
    x, y = epoch(data)
    rows = rows_of(x, data)
    assert sorted(rows) == list(range(NUM))
    for name, values in data.inputs().items():
        np.testing.assert_array_equal(x[name], values[rows])
    assert set(y) == set(OUTPUTS)
    np.testing.assert_array_equal(y["logits"], data.label[rows])
    assert y["tower_logits"].shape == (NUM, 1, 3)
    np.testing.assert_array_equal(y["tower_logits"][:, 0].argmax(1), data.label[rows])
    lacks = ((rows >= 5) & (rows < 15)) | ((rows >= 20) & (rows < 40))
    np.testing.assert_array_equal(y["alignment"] < 0, lacks)
    for batch in y["alignment"].reshape(-1, BATCH):
        paired = batch[batch >= 0]
        assert len(set(paired)) == len(paired)
        assert paired.max() < BATCH


def test_the_scaled_alignment_gets_the_same_target(data):
    _, y = epoch(data, outputs=("logits", "scaled_alignment"))
    assert set(y) == {"logits", "scaled_alignment"}


def test_augmentation_really_runs_on_the_views_alone(data):
    x, y = epoch(data)
    settings = {"augment": True, "max_shift": 0.2, "noise": 0.1}
    changed, labels = epoch(data, **settings)
    again, _ = epoch(data, **settings)
    rows = rows_of(x, data)
    has = ~((rows >= 20) & (rows < 40))
    for name in STEPS:
        np.testing.assert_array_equal(changed[name], again[name])
        assert np.isnan(changed[name][~has]).all()
        assert np.all(np.any(changed[name][has] != x[name][has], axis=1))
    np.testing.assert_array_equal(changed["planet_features"], x["planet_features"])
    np.testing.assert_array_equal(labels["logits"], y["logits"])
    later, _ = epoch(data, first=1, **settings)
    assert not np.array_equal(later["local_view"], changed["local_view"])


def test_each_augmentation_has_its_switch(data):
    x, _ = epoch(data)
    off = {"max_shift": 0.0, "noise": 0.0, "scaling": 0.0, "reversal": False}
    still, _ = epoch(data, augment=True, **off)
    np.testing.assert_array_equal(still["global_view"], x["global_view"])
    for change in ({"max_shift": 0.2}, {"noise": 0.1}, {"scaling": 0.1}):
        moved, _ = epoch(data, augment=True, **{**off, **change})
        assert np.nanmax(np.abs(moved["global_view"] - x["global_view"])) > 0.02
    turned, _ = epoch(data, augment=True, **{**off, "reversal": True})
    same = np.all(turned["local_view"] == x["local_view"], axis=1)
    back = np.all(turned["local_view"] == x["local_view"][:, ::-1], axis=1)
    missing = np.isnan(x["local_view"]).all(axis=1)
    assert np.all(same ^ back ^ missing)
    assert 0.3 < back.mean() < 0.6


def test_hidden_modalities_are_no_pairs_and_never_all(data):
    x, y = epoch(data, count=4, modality_dropout=0.4)
    gone = {name: np.isnan(values).all(axis=1) for name, values in x.items()}
    np.testing.assert_array_equal(gone["global_view"], gone["local_view"])
    physics = gone["planet_features"] & gone["stellar_features"]
    assert not np.any(physics & gone["global_view"])
    np.testing.assert_array_equal(y["alignment"] < 0, physics | gone["global_view"])
    assert 0.25 < gone["global_view"].mean() < 0.55


def test_single_features_are_hidden(data):
    before, _ = epoch(data)
    x, _ = epoch(data, feature_dropout=0.3)
    was = np.isfinite(before["planet_features"])
    hidden = np.isnan(x["planet_features"][was])
    assert 0.22 < hidden.mean() < 0.38


def test_counts_of_other_events_are_hidden_together(data):
    counts = np.tile(np.float32([0, 1, 2]), (len(data), 1))
    more = dataclasses.replace(
        data,
        planet_features=np.concatenate([data.planet_features, counts], axis=1),
        planet_columns=(*data.planet_columns, *STAR_EVENT_COLUMNS),
    )
    x, _ = epoch(more, star_event_dropout=0.3)
    gone = np.isnan(x["planet_features"][:, -3:])
    np.testing.assert_array_equal(gone.any(axis=1), gone.all(axis=1))
    assert 0.2 < gone[:, 0].mean() < 0.4
    whole, _ = epoch(more, star_event_dropout=0.0)
    assert not np.isnan(whole["planet_features"][:, -3:]).any()
    own = slice(0, len(data.planet_columns))
    np.testing.assert_array_equal(
        x["planet_features"][:, own], whole["planet_features"][:, own]
    )


def test_balanced_sampling_draws_every_class_alike(data):
    kept = np.concatenate(
        [np.flatnonzero(data.label == k)[:n] for k, n in ((0, 60), (1, 20), (2, 10))]
    )
    _, y = epoch(data.take(kept), count=20, class_balance="balanced_sampling")
    share = np.bincount(y["logits"], minlength=3) / len(y["logits"])
    np.testing.assert_allclose(share, 1 / 3, atol=0.06)
    # An object that is drawn twice into a batch is no negative of itself.
    repeated = [
        len(set(batch[batch >= 0])) < np.sum(batch >= 0)
        for batch in y["alignment"].reshape(-1, BATCH)
    ]
    assert any(repeated)


def test_a_later_epoch_is_what_an_uninterrupted_run_sees(data):
    settings = {"augment": True, "modality_dropout": 0.2, "feature_dropout": 0.2}
    whole, targets = epoch(data, count=3, **settings)
    later, later_targets = epoch(data, first=2, **settings)
    for name, values in later.items():
        np.testing.assert_array_equal(values, whole[name][2 * NUM :])
    np.testing.assert_array_equal(later_targets["logits"], targets["logits"][2 * NUM :])


def test_evaluation_is_in_order_and_changes_nothing(data):
    noisy = small(batch_size=64, modality_dropout=0.5, feature_dropout=0.5)
    batches = list(make_evaluation_batches(data, noisy, OUTPUTS))
    assert [len(y["logits"]) for _, y in batches] == [64, 64, 64, 8]
    for name, values in data.inputs().items():
        found = np.concatenate([x[name] for x, _ in batches])
        np.testing.assert_array_equal(found, values)
    labels = np.concatenate([y["logits"] for _, y in batches])
    np.testing.assert_array_equal(labels, data.label)
    pairs = np.concatenate([y["alignment"] for _, y in batches])
    assert np.all(pairs[5:15] == -1)
    assert np.all(pairs[20:40] == -1)
    assert np.all(pairs[40:] >= 0)


def test_without_light_curves_there_are_no_pairs(tmp_path):
    rows = make_rows(40)
    data = load(write(tmp_path, rows), simulate_missing=False)
    _, y = epoch(data, modality_dropout=0.2, augment=True)
    assert np.all(y["alignment"] == -1)
