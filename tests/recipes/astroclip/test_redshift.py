import dataclasses

import numpy as np
import pytest

from mesa_keras.evaluation import nearest_neighbors
from mesa_keras.recipes.astroclip.directions import DIRECTIONS, split_direction, vectors
from mesa_keras.recipes.astroclip.redshift import predict_redshifts
from tests.recipes.astroclip.survey import REASONS, survey, with_columns, with_rows


def predict(embeddings, reference=None, **options):
    options = {"num_resamples": 20, "pool_size": 0, **options}
    return predict_redshifts(embeddings, reference, **options)


def value(result, direction, name):
    return result.results["directions"][direction]["measures"][name]["value"]


@pytest.fixture(scope="module")
def result():
    return predict(survey(1200), num_resamples=200, pool_size=100)


def test_recovers_the_redshifts_in_all_directions(result):
    assert tuple(result.results["directions"]) == DIRECTIONS
    for direction, lowest in zip(DIRECTIONS, (0.95, 0.95, 0.97, 0.99), strict=True):
        assert value(result, direction, "r2") > lowest
        assert value(result, direction, "sigma_nmad") < 0.03
        found = result.results["directions"][direction]
        assert abs(value(result, direction, "coverage_0.68") - 0.68) < 0.15
        assert sum(found["pit_counts"]) == result.results["pools"]["query"]["num_valid"]
        assert found["pit_counts"].max() < 40
        for measure in found["measures"].values():
            assert measure["low"] <= measure["value"] <= measure["high"]
    baseline = result.results["baseline"]
    assert baseline["r2"]["value"] < 0.01
    assert baseline["crps"]["value"] > 3 * value(result, "image-image", "crps")


def test_is_the_mean_of_the_neighbours(result):
    made = survey(1200)
    train = np.flatnonzero(made.valid & (made.table["split"] == "train"))
    row = result.sets.query.valid[11]
    for direction in DIRECTIONS:
        looking, against = split_direction(direction)
        similarity = vectors(made, against)[train] @ vectors(made, looking)[row]
        nearest = train[np.argsort(-similarity)[:16]]
        expected = made.table["redshift"][nearest].mean()
        found = result.predictions.set_index("row").loc[row]
        name = direction.replace("-", "_to_")
        assert found[f"{name}_mean"] == pytest.approx(expected)
        assert found[f"{name}_q16"] < found[f"{name}_median"] < found[f"{name}_q84"]


def test_every_row_of_the_split_is_in_the_table_and_invalid_ones_have_no_number(result):
    made, table = survey(1200), result.predictions
    test = made.table[made.table["split"] == "test"]
    assert table["object_id"].tolist() == test["object_id"].tolist()
    assert table["reason"][: len(REASONS)].tolist() == list(REASONS)
    numbers = table.filter(like="_to_")
    assert numbers[: len(REASONS)].isna().all(axis=None)
    assert numbers[len(REASONS) :].notna().all(axis=None)
    pools = result.results["pools"]
    assert pools["query"]["num_rows"] == len(test)
    assert pools["query"]["num_valid"] == len(test) - len(REASONS)
    assert pools["reference"]["split"] == "train"


def test_num_neighbors_is_used():
    made = survey()
    one = predict(made, num_neighbors=1).forecasts["image-image"].ensemble
    many = predict(made, num_neighbors=32).forecasts["image-image"].ensemble
    assert (one.members.shape[1], many.members.shape[1]) == (1, 32)
    np.testing.assert_array_equal(one.members[:, 0], many.members[:, 0])


@pytest.mark.parametrize("weights", ["distance", "similarity"])
def test_near_neighbours_weigh_more_where_wanted(weights):
    ensemble = predict(survey(), weights=weights).forecasts["image-image"].ensemble
    assert (np.diff(ensemble.weights, axis=1) <= 1e-12).all()
    np.testing.assert_allclose(ensemble.weights.sum(axis=1), 1)
    assert (ensemble.weights[:, 0] > ensemble.weights[:, -1]).all()


def test_weights_by_similarity_are_those_of_the_contrastive_loss():
    made = survey()
    train = np.flatnonzero(made.valid & (made.table["split"] == "train"))
    found = predict(made, weights="similarity").forecasts["image-spectrum"].ensemble
    for place in (0, 7):
        vector = vectors(made, "image")[found.rows[place]]
        similarity = vectors(made, "spectrum")[train].astype(np.float64) @ vector
        odds = np.exp(np.sort(similarity)[: -16 - 1 : -1] / 0.07)
        np.testing.assert_allclose(found.weights[place], odds / odds.sum(), rtol=1e-3)


def test_invalid_rows_are_never_neighbours():
    made = survey()
    train = np.flatnonzero(made.table["split"] == "train")[:40]
    # Wrong redshifts of invalid rows would show in every mean.
    redshift = made.table["redshift"].to_numpy(copy=True)
    redshift[train] = 99.0
    valid = made.valid.copy()
    valid[train] = False
    spoiled = with_columns(made, redshift=redshift, valid=valid)
    without = with_rows(made, np.setdiff1d(np.arange(400), train))
    a, b = predict(spoiled), predict(without)
    for name in ("image_to_spectrum_mean", "spectrum_to_spectrum_sigma"):
        np.testing.assert_allclose(a.predictions[name], b.predictions[name])


def test_one_set_leaves_each_object_and_its_other_view_out():
    made = survey(200)
    result = predict(made, query_split="all", reference_split="all", num_neighbors=3)
    assert result.results["calibrated_on"].startswith("each half")
    rows = result.sets.query.valid
    assert result.results["num_shared_objects"] == len(rows)
    expected = nearest_neighbors(
        made.image[rows],
        made.spectrum,
        3,
        rows=rows,
        query_groups=rows,
        reference_groups=np.arange(200),
    )
    assert (expected.rows != rows[:, None]).all()
    members = result.forecasts["image-spectrum"].ensemble.members
    truth = made.table["redshift"].to_numpy()
    np.testing.assert_array_equal(members, truth[expected.rows])


@pytest.mark.parametrize("same", ["object_id", "source_id"])
def test_a_copy_of_the_query_in_the_reference_changes_nothing(same):
    made = survey()
    query = np.flatnonzero(made.valid & (made.table["split"] == "test"))[7]
    train = np.flatnonzero(made.table["split"] == "train")
    more = with_rows(made, np.append(train, query))
    ids = {
        name: np.append(more.table[name][:-1], 7) for name in ("object_id", "source_id")
    }
    copied = with_columns(more, **{name: ids[name] for name in ids if name != same})
    whole = {"reference_split": "all"}
    before, after = predict(made), predict(made, copied, **whole)
    assert after.results["num_shared_objects"] == 1
    # Under a name of its own the copy would be the nearest of all.
    other = predict(made, with_columns(more, **ids), **whole)
    for view in ("image", "spectrum"):
        for against in ("image", "spectrum"):
            name = f"{view}_to_{against}_mean"
            a, b, c = (
                found.predictions.set_index("row")[name][query]
                for found in (before, after, other)
            )
            assert a == b != c
        nearest = other.predictions.set_index("row")[f"{view}_to_{view}_nearest"]
        assert nearest[query] == pytest.approx(1.0)


def test_two_folders_of_one_model():
    made = survey()
    train = with_rows(made, np.flatnonzero(made.table["split"] == "train"))
    test = with_rows(made, np.flatnonzero(made.table["split"] == "test"))
    whole = predict(made, calibration_split="none")
    parted = predict(test, train)
    name = "image_to_spectrum_mean"
    np.testing.assert_allclose(parted.predictions[name], whole.predictions[name])
    assert parted.results["calibrated_on"].startswith("each half of the queries")
    other = dataclasses.replace(train, model_fingerprint="model-b")
    with pytest.raises(ValueError, match="embeddings of two models"):
        predict(test, other)


def test_widths_do_not_come_from_the_test_objects():
    made = survey()
    redshift = made.table["redshift"].to_numpy(copy=True)
    test = np.flatnonzero(made.valid & (made.table["split"] == "test"))
    redshift[test] = np.random.default_rng(0).permutation(redshift[test])
    a, b = predict(made), predict(with_columns(made, redshift=redshift))
    for direction in DIRECTIONS:
        assert a.forecasts[direction].kernels == b.forecasts[direction].kernels


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("train", "test", "`reference_split` 'train' and `query_split` 'test' share 2"),
        ("calibration", "test", "`calibration_split` 'calibration' and `query_split`"),
        ("train", "calibration", "`reference_split` 'train' and `calibration_split`"),
    ],
)
def test_splits_that_share_objects_are_refused(first, second, message):
    made = survey()
    splits = made.table["split"].to_numpy()
    rows = [np.flatnonzero(splits == name)[-2:] for name in (first, second)]
    source = made.table["source_id"].to_numpy(copy=True)
    source[rows[1]] = source[rows[0]]
    leaking = with_columns(made, source_id=source)
    shown = min(1000 + rows[1])
    with pytest.raises(ValueError, match=rf"{message}.*object_id {shown}\. Each must"):
        predict(leaking)


def test_calibration_objects_that_are_queries_are_left_out():
    made = survey()
    splits = made.table["split"].to_numpy()
    calibration = np.flatnonzero(splits == "calibration")
    asked = with_rows(made, np.append(np.flatnonzero(splits == "test"), calibration[0]))
    sets = predict(asked, made, query_split="all").sets
    np.testing.assert_array_equal(sets.calibration.valid, calibration[1:])


def test_rows_without_redshift_get_a_prediction_where_wanted():
    made = survey()
    table = predict(made, predict_invalid=True).predictions
    assert table["image_to_image_mean"].isna().tolist()[:4] == [False] * 3 + [True]
    assert table["spectrum_to_image_mean"].notna().all()
    # Nothing is measured on them.
    assert table["image_to_image_pit"][:4].isna().all()
    train = with_rows(made, np.flatnonzero(made.table["split"] != "test"))
    new = with_columns(
        with_rows(made, np.arange(10, 30)), redshift=np.nan, valid=False, split=""
    )
    result = predict(new, train, query_split="all", predict_invalid=True)
    assert result.predictions["image_to_image_mean"].notna().all()
    assert result.results["directions"]["image-image"]["measures"] == {}
    assert result.results["baseline"] == {}


def test_reports_retrieval_with_its_pool(result):
    found = result.results["retrieval"]
    assert found["num_objects"] == found["pool_size"] == 100
    for direction in ("image_to_spectrum", "spectrum_to_image"):
        assert found[direction]["chance@10"] == pytest.approx(0.1)
        assert found[direction]["recall@10"]["value"] > 0.2
        assert (
            found[direction]["recall@1"]["low"] <= found[direction]["recall@1"]["high"]
        )
    assert 0 < found["modality_gap"] < 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_neighbors": 0}, "`num_neighbors` must be at least 1"),
        (
            {"num_neighbors": 1000},
            "`num_neighbors` must not exceed the valid",
        ),
        ({"weights": "even"}, "`weights` must be of"),
        ({"seed": -1}, "`seed` must be 0 or more"),
        ({"pool_size": -3}, "`pool_size` must be 2 or more, or 0"),
        ({"directions": ["image-galaxy"]}, "`direction` must be of"),
        ({"query_split": "tset"}, r"`query_split` must be a split.*train \(\d+ rows\)"),
        ({"reference_split": "no"}, "`reference_split` must be a split of the"),
        ({"calibration_split": "clb"}, "`calibration_split` must be a split.*'clb'"),
    ],
)
def test_rejects(options, message):
    with pytest.raises(ValueError, match=message):
        predict(survey(), **options)


def test_rejects_splits_without_valid_rows():
    made = survey()
    for split, message in (
        ("train", "`reference_split` 'train' has .* but none is valid"),
        ("test", "`query_split` 'test' has .* but none is valid"),
    ):
        valid = made.valid & (made.table["split"] != split).to_numpy()
        with pytest.raises(ValueError, match=message):
            predict(with_columns(made, valid=valid))
    rows = np.flatnonzero(made.table["split"] == "calibration")[:-4]
    with pytest.raises(ValueError, match="`calibration_split` 'calibration' has 4"):
        predict(with_rows(made, np.setdiff1d(np.arange(400), rows)))
    few = with_rows(made, np.flatnonzero(made.table["split"] == "train"))
    with pytest.raises(ValueError, match=r"needs at least 20\. Received: 10 valid"):
        predict(with_rows(made, np.arange(4, 14)), few, query_split="all")
