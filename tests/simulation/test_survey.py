import itertools

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from mesa_keras.simulation import simulate_candidates, simulate_survey
from mesa_keras.simulation.catalogue import LABELS
from mesa_keras.simulation.kinds import KINDS
from mesa_keras.simulation.survey import COLUMNS


@pytest.fixture(scope="module")
def survey():
    return list(itertools.islice(simulate_candidates(0), 700))


def columns(survey, name):
    return np.array([candidate.row[name] for candidate in survey])


def views(survey, name):
    return np.stack([candidate.views[name] for candidate in survey])


def of_kind(survey, kind):
    return [candidate for candidate in survey if candidate.event.kind == kind]


def test_an_object_does_not_depend_on_how_many_follow(survey):
    frame, arrays, truth = simulate_survey(40, 0)
    assert tuple(frame.columns) == COLUMNS
    for name in COLUMNS:
        np.testing.assert_array_equal(frame[name], columns(survey[:40], name))
    for name, array in arrays.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, views(survey[:40], name))
    assert truth.to_dict("records")[7] == pytest.approx(survey[7].truth, nan_ok=True)
    other, _, _ = simulate_survey(40, 1)
    assert not np.array_equal(frame["period"], other["period"])


def test_ids_are_unique_and_no_real_ones(survey):
    ids = columns(survey, "object_id")
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("SIM") for name in ids)
    stars = columns(survey, "star_id")
    assert all(
        name.split(".")[0] == star for name, star in zip(ids, stars, strict=True)
    )
    assert 0.02 < 1 - len(set(stars)) / len(ids) < 0.3


def test_fractions_are_those_of_real_candidates(survey):
    label = columns(survey, "label")
    for name, fraction in zip(LABELS, (0.41, 0.14, 0.45), strict=True):
        assert np.mean(label == name) == pytest.approx(fraction, abs=0.07)
    assert {candidate.event.kind for candidate in survey} == set(KINDS)


def test_columns_resemble_real_ones(survey):
    for name, low, high in (
        ("period", 3, 12),
        ("duration", 3, 5),
        ("magnitude", 13.5, 15.3),
        ("stellar_temp", 5400, 6000),
        ("stellar_radius", 0.85, 1.25),
    ):
        assert low < np.nanmedian(columns(survey, name)) < high


def test_views_follow_the_convention(survey):
    for name in ("global_view", "local_view"):
        array = views(survey, name)
        assert np.isfinite(array).mean() > 0.97
        np.testing.assert_allclose(np.nanmin(array, axis=1), -1, atol=1e-5)
        np.testing.assert_allclose(np.nanmedian(array, axis=1), 0, atol=1e-5)


def test_transits_are_central_and_as_long_as_five_durations_allow(survey):
    strong = [
        candidate
        for candidate in of_kind(survey, "planet")
        if candidate.row["model_snr"] > 60
    ]
    view = np.nanmedian(views(strong, "local_view"), axis=0)
    dip = np.flatnonzero(view < -0.5)
    assert dip.mean() == pytest.approx(30, abs=1)
    assert dip.size == pytest.approx(61 / 5, abs=2.5)
    assert np.median(np.nanargmin(views(strong, "global_view"), 1)) in (99, 100, 101)


def test_binaries_have_secondaries_and_planets_have_none(survey):
    def secondary(kind):
        whole = views(
            [c for c in of_kind(survey, kind) if c.row["model_snr"] > 40], "global_view"
        )
        return np.nanmin(whole[:, 125:], axis=1) < -0.25

    assert np.mean(secondary("eclipsing_binary")) > 0.2
    assert np.mean(secondary("planet")) < 0.1


def test_some_binaries_are_found_at_half_the_period(survey):
    binaries = [c for c in survey if c.event.kind.endswith("_binary")]
    halved = [c.event.period < 0.6 * c.event.signal.primary.period for c in binaries]
    assert 0.02 < np.mean(halved) < 0.4
    found = binaries[int(np.argmax(halved))].event
    centers = found.epoch + np.array([0.0, found.period])
    odd, even = 1 - found.signal.flux(centers)
    assert odd > even > 0.5 * odd


def test_true_depths_are_recovered(survey):
    ratios = []
    for candidate in of_kind(survey, "planet"):
        event, depth = candidate.event, candidate.row["depth"]
        if np.isfinite(depth) and candidate.row["model_snr"] > 30:
            true = 1 - event.signal.flux(np.array([event.epoch]))[0]
            ratios.append(depth / 1e6 / true)
    assert np.median(ratios) == pytest.approx(0.97, abs=0.05)
    assert np.std(ratios) < 0.2


def test_views_tell_what_the_catalogue_does_not(survey):
    names = [n for n in COLUMNS if n not in ("object_id", "star_id", "label", "epoch")]
    table = np.stack([columns(survey, n).astype(float) for n in names], axis=1)
    light = np.concatenate(
        [views(survey, "local_view")[:, ::3], views(survey, "global_view")[:, ::10]], 1
    )
    label, star = columns(survey, "label"), columns(survey, "star_id")

    def predict(inputs):
        return cross_val_predict(
            RandomForestClassifier(40, min_samples_leaf=4, random_state=0),
            inputs,
            label,
            groups=star,
            cv=GroupKFold(3),
            method="predict_proba",
        )

    classes = np.unique(label)
    alone = predict(table)
    accuracy = np.mean(classes[alone.argmax(1)] == label)
    assert 0.6 < accuracy < 0.92
    both = predict(np.concatenate([table, light], axis=1))
    gain = roc_auc_score(label, both, multi_class="ovr")
    gain -= roc_auc_score(label, alone, multi_class="ovr")
    assert gain > 0.01
    single = [np.mean(classes[predict(c[:, None]).argmax(1)] == label) for c in table.T]
    assert max(single) < accuracy - 0.05


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num": 0, "seed": 0}, "`num` must be 1 or more"),
        ({"num": 5, "seed": -1}, "`seed` must be 0 or more"),
        ({"num": 5, "seed": 0, "window_days": 9}, "`window_days` must be from 60"),
    ],
)
def test_rejects(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate_survey(**arguments)
