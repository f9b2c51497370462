import dataclasses

import numpy as np
import pandas as pd
import pytest

from mesa_keras.recipes.astroclip import probe_report
from mesa_keras.recipes.astroclip.probe import probe
from mesa_keras.recipes.astroclip.probe_target import join_target
from tests.recipes.astroclip.survey import survey, with_columns, with_rows

FEW = {"num_resamples": 20}


@pytest.fixture(scope="module")
def made():
    return survey(900)


@pytest.mark.parametrize("head", ["knn", "linear"])
@pytest.mark.parametrize("modality", ["image", "spectrum", "both"])
def test_recovers_a_property(made, head, modality):
    found = probe(made, "mag_r", head=head, modality=modality, **FEW).results
    assert found["task"] == "regression"
    assert found["measures"]["r2"]["value"] > 0.9
    assert abs(found["baseline"]["r2"]["value"]) < 0.05
    assert found["difference"]["rmse"]["high"] < 0
    assert found["setting"]["name"] == {"knn": "num_neighbors", "linear": "alpha"}[head]
    for measure in found["measures"].values():
        assert measure["low"] <= measure["value"] <= measure["high"]


@pytest.mark.parametrize("head", ["knn", "linear"])
def test_recovers_a_class(made, head):
    result = probe(made, "kind", head=head, **FEW)
    found = result.results
    assert found["task"] == "classification"
    assert found["class_names"] == ["far", "near"]
    assert found["measures"]["accuracy"]["value"] > 0.9
    assert found["measures"]["log_loss"]["value"] < 0.3
    assert 0.4 < found["baseline"]["accuracy"]["value"] < 0.7
    assert found["baseline"]["log_loss"]["value"] == pytest.approx(np.log(2), abs=0.05)
    assert found["classes"]["classes"]["far"]["recall"] > 0.8
    p = result.predictions[["p_far", "p_near"]]
    np.testing.assert_allclose(p.sum(axis=1), 1)
    most = p.idxmax(axis=1).str.removeprefix("p_")
    assert (most == result.predictions["predicted"]).all()


def test_noise_is_no_better_than_the_baseline(made):
    rng = np.random.default_rng(5)
    noise = with_columns(made, noise=rng.normal(size=900))
    for head in ("knn", "linear"):
        found = probe(noise, "noise", head=head, num_resamples=200).results
        assert found["measures"]["r2"]["high"] < 0.1
        assert found["difference"]["r2"]["low"] < 0.05


def test_the_stored_split_is_kept_and_invalid_rows_never_enter(made):
    result = probe(made, "mag_r", **FEW)
    split = result.results["split"]
    assert split["how"] == "the stored split"
    valid = made.table[made.table["valid"]]
    for name in ("train", "validation", "test"):
        assert split[name] == (valid["split"] == name).sum()
    assert set(made.table["split"][result.predictions["row"]]) == {"test"}
    assert made.valid[result.predictions["row"]].all()
    # What stands in invalid rows does not matter.
    wrong = made.table["mag_r"].where(made.table["valid"], 1e6)
    again = probe(with_columns(made, mag_r=wrong), "mag_r", **FEW)
    pd.testing.assert_frame_equal(again.predictions, result.predictions)


def test_a_split_by_object_where_there_is_none(made):
    source = np.arange(900) // 3
    plain = with_columns(made, split="", source_id=source)
    result = probe(plain, "mag_r", **FEW)
    split = result.results["split"]
    assert split["how"].startswith("at random by object")
    assert abs(split["test"] / 896 - 0.15) < 0.02
    test = set(source[result.predictions["row"]])
    others = np.setdiff1d(made.valid_indices, result.predictions["row"])
    assert not test & set(source[others])
    two = made.table["split"].where(made.table["split"] == "test", "train")
    result = probe(with_columns(made, split=two), "mag_r", **FEW)
    assert "15 % of the training objects choose" in result.results["split"]["how"]


def test_splits_that_share_an_object_are_an_error(made):
    source = made.table["source_id"].to_numpy(copy=True)
    first = [np.flatnonzero(made.table["split"] == s)[20] for s in ("train", "test")]
    source[first[1]] = source[first[0]]
    with pytest.raises(ValueError, match="Splits 'train' and 'test' share 1"):
        probe(with_columns(made, source_id=source), "mag_r", **FEW)


def test_joins_a_catalogue_in_any_order(made):
    order = np.random.default_rng(0).permutation(900)[:700]
    ids = made.table["object_id"].to_numpy()[order]
    catalogue = pd.DataFrame(
        {"object_id": ids.astype(str), "size": (2 * ids - 1.5).astype(str)}
    )
    target = join_target(made, "size", catalogue)
    assert target.task == "regression"
    assert target.num_unmatched == 200
    here = np.isin(made.table["object_id"], ids)
    np.testing.assert_array_equal(target.known, here)
    np.testing.assert_allclose(
        target.values[here], 2 * made.table["object_id"][here] - 1.5
    )
    found = probe(made, "size", catalogue, **FEW).results
    assert found["num_not_in_catalogue"] == 200


@pytest.mark.parametrize(
    ("values", "task", "names"),
    [
        ([0, 1, 2] * 4, "classification", ("0", "1", "2")),
        ([0.0, 1.0, np.nan] * 4, "classification", ("0", "1")),
        ([0.5, 1.0, np.nan] * 4, "regression", ()),
        (list(range(12)), "regression", ()),
        ([True, False] * 6, "classification", ("False", "True")),
        (["b", "a ", "", None] * 3, "classification", ("a", "b")),
        (["1", "2", "3"] * 4, "classification", ("1", "2", "3")),
        ([1234567, 1234568] * 6, "classification", ("1234567", "1234568")),
        (
            pd.to_datetime(["2020-01-02", "2020-01-01", None] * 4),
            "classification",
            ("2020-01-01 00:00:00", "2020-01-02 00:00:00"),
        ),
    ],
)
def test_the_kind_of_a_column(values, task, names):
    made = with_columns(survey(12), target=values)
    target = join_target(made, "target")
    assert (target.task, target.class_names) == (task, names)
    missing = pd.isna(pd.Series(values)) | (pd.Series(values).astype(str) == "")
    np.testing.assert_array_equal(target.known, ~missing)


def test_the_task_can_be_said(made):
    levels = with_columns(made, level=np.arange(900) % 4)
    assert join_target(levels, "level").task == "classification"
    assert join_target(levels, "level", task="regression").task == "regression"
    with pytest.raises(ValueError, match=r"must be numbers for a regression.*'far'"):
        join_target(made, "kind", task="regression")
    with pytest.raises(ValueError, match="900 different values; at most 50"):
        join_target(made, "ra", task="classification")


def test_missing_values_are_left_out_and_counted(made):
    values = made.table["mag_r"].to_numpy(copy=True)
    values[100:160], values[160:170] = np.nan, np.inf
    found = probe(with_columns(made, mag_r=values), "mag_r", **FEW)
    assert found.results["num_without_value"] == 70
    assert not found.predictions["row"].between(100, 169).any()


def test_rare_classes_are_left_out_and_named(made):
    kind = made.table["kind"].to_numpy(copy=True)
    train = np.flatnonzero(made.valid & (made.table["split"] == "train"))
    test = np.flatnonzero(made.valid & (made.table["split"] == "test"))
    kind[train[:3]], kind[test[0]] = "odd", "odd"
    kind[test[1]] = "new"
    found = probe(with_columns(made, kind=kind), "kind", **FEW)
    assert found.results["class_names"] == ["far", "near"]
    assert "5 objects of classes with fewer than 5" in found.results["notes"][0]
    assert found.results["notes"][0].endswith("new, odd")


@pytest.mark.parametrize(
    ("column", "options", "message"),
    [
        (
            "size",
            {},
            "must be a column of the table of the embeddings, which",
        ),
        ("object_id", {}, "must be a property of the object"),
        ("split", {}, "must be a property of the object"),
        ("mag_r", {"head": "mlp"}, "`head` must be of"),
        ("mag_r", {"modality": "all"}, "`modality` must be of"),
        ("mag_r", {"seed": -1}, "`seed` must be 0 or more"),
        ("mag_r", {"task": "clustering"}, "`task` must be of"),
        ("valid", {}, "`target` 'valid' is True in all"),
        ("same", {}, "`target` 'same' is 7 in all"),
        ("none", {}, "has 0 valid rows with a value in the train part"),
    ],
)
def test_rejects(made, column, options, message):
    with pytest.raises(ValueError, match=message):
        probe(with_columns(made, same=7.0, none=np.nan), column, **options, **FEW)


def test_rejects_catalogues_that_do_not_fit(made):
    ids = made.table["object_id"]
    for catalogue, message in (
        (pd.DataFrame({"name": ids, "x": 1.0}), "must have a column object_id"),
        (pd.DataFrame({"object_id": ids + 9000, "x": 1.0}), "none of the 900 objects"),
        (pd.DataFrame({"object_id": [1005, 1005], "x": 1.0}), "1 objects more than"),
        (pd.DataFrame({"object_id": ["a", "b"], "x": 1.0}), "must be whole numbers"),
        (pd.DataFrame({"object_id": [1e3, 1001.5], "x": 1.0}), "Received: .*1001.5"),
        (pd.DataFrame({"object_id": [1e3, 3.9e16], "x": 1.0}), "Received: .*3.9e\\+16"),
    ):
        with pytest.raises(ValueError, match=message):
            probe(made, "x", catalogue, catalogue_name="c.csv", **FEW)


def test_few_rows(made):
    few = with_rows(made, np.flatnonzero(made.valid)[:40])
    found = probe(with_columns(few, split=""), "mag_r", **FEW).results
    assert sum(found["split"][name] for name in ("train", "validation", "test")) == 40


@pytest.mark.parametrize("simulated", [True, False])
def test_figures_say_that_they_are_of_simulated_data(
    made, tmp_path, monkeypatch, simulated
):
    texts = []

    def kept(figure, path):
        # Of the axes, and of the bar of colours.
        parts = [axes.get_xlabel() + axes.get_ylabel() for axes in figure.axes]
        texts.append(" ".join(parts))
        save(figure, path)

    save = probe_report.save_figure
    monkeypatch.setattr(probe_report, "save_figure", kept)
    found = probe(dataclasses.replace(made, simulated=simulated), "mag_r", **FEW)
    probe_report.write_probe_files(tmp_path, found, "pca")
    assert len(texts) == 2
    assert all(("simulated" in text) == simulated for text in texts)
