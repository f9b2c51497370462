import json

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from mesa_keras.evaluation import softmax
from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.evaluate import evaluate
from mesa_keras.recipes.mesa.evaluation_report import light_curve_sentence
from mesa_keras.recipes.mesa.modalities import FEATURES, show_only
from mesa_keras.recipes.mesa.model_data import load_for_model
from mesa_keras.recipes.mesa.train import train
from mesa_keras.training import save_model
from tests.small_mesa import LABELS, make_run, rows_of, write_table, write_views

METRICS = ("accuracy", "macro_f1", "roc_auc", "average_precision", "log_loss", "ece")
FIGURES = {
    "confusion_matrix.png",
    "tsne_visualization.png",
    "pca_visualization.png",
    "alignment.png",
    "decision_boundary.png",
    "reliability.png",
    "roc.png",
    "light_curves.png",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def evaluated(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    evaluate(run[0], run[2], folder, visualize=True)
    return folder, json.loads((folder / "test_results.json").read_text())


def test_numbers_are_those_of_scikit_learn(run, evaluated):
    _, results = evaluated
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2])
    p = predictor.predict(data.inputs())["probabilities"].astype(np.float64)
    p /= p.sum(axis=1, keepdims=True)
    y, decided = data.label, p.argmax(axis=1)
    expected = {
        "accuracy": metrics.accuracy_score(y, decided),
        "macro_f1": metrics.f1_score(y, decided, average="macro", zero_division=0),
        "roc_auc": metrics.roc_auc_score(y, p, multi_class="ovr"),
        "log_loss": metrics.log_loss(y, p),
    }
    for name, value in expected.items():
        assert results[name]["value"] == pytest.approx(value, abs=1e-6)
    for name in METRICS:
        assert set(results[name]) == {"value", "low", "high"}
        assert results[name]["low"] <= results[name]["high"]
    matrix = metrics.confusion_matrix(y, decided)
    assert results["confusion_matrix"] == matrix.tolist()
    assert set(results["per_class"]) == set(LABELS)


def test_the_model_never_takes_more_candidates_than_asked(run, tmp_path, monkeypatch):
    sizes, original = [], Predictor.predict

    def predict(self, inputs, batch_size=256, **options):
        sizes.append(batch_size)
        return original(self, inputs, batch_size, **options)

    monkeypatch.setattr(Predictor, "predict", predict)
    evaluate(run[0], run[2], tmp_path, visualize=True, batch_size=39)
    # All inputs, four parts of them, and the decision boundary.
    assert sizes == [39] * 6


def test_each_part_is_measured_with_its_own_temperature(run, tmp_path):
    predictor = Predictor(run[0])
    sets = {name: 1 + 0.5 * i for i, name in enumerate(predictor.rule.temperatures())}
    predictor.rule.calibrate(sets)
    save_model(predictor.model, tmp_path / "model.keras")
    found = evaluate(tmp_path / "model.keras", run[2], tmp_path / "out")
    parts, data = found.results["parts"], load_for_model(predictor, run[2])
    assert set(parts) == {"light_curve", *FEATURES, "features"}
    for part, row in parts.items():
        shown = FEATURES if part == "features" else (part,)
        assert row["temperature"] == sets[shown]
        inputs = show_only(data.inputs(), shown)
        p = softmax(predictor.predict(inputs)["logits"], sets[shown])
        assert row["log_loss"]["value"] == pytest.approx(
            metrics.log_loss(data.label, p), abs=1e-6
        )
    named = found.results["model"]["temperatures"]
    assert named["planet_features + stellar_features"] == sets[FEATURES]
    assert named["light_curve"] == sets["light_curve",]
    assert ">Temperature</th>" in found.files["report"].read_text()


def test_says_what_was_measured(run, evaluated):
    _, results = evaluated
    assert results["num_objects"] == 40
    assert results["num_stars"] == 20
    assert results["light_curve_source"] == "views"
    assert results["warnings"] == []
    assert results["missing"]["global_view"] == 0
    assert results["model"]["file"] == "mesa_model.keras"
    assert results["calibration_band"]["low"] < results["calibration_band"]["high"]
    for search in results["retrieval"].values():
        # Of every star there are two candidates; one is left out of the other's pool.
        assert search["pool_size"] == 39
        assert search["chance@10"] == pytest.approx(10 / 39)
        assert search["recall@1"] <= search["recall@5"] <= search["recall@10"]
    assert results["without_interpolated"]["num_objects"] == 32
    assert set(METRICS) <= set(results["without_interpolated"])


def test_classes_against_the_rest(run, tmp_path):
    wanted = [["CONFIRMED"], ["CONFIRMED", "CANDIDATE"]]
    found = evaluate(run[0], run[2], tmp_path, positive=wanted, visualize=True)
    saved = json.loads((tmp_path / "test_results.json").read_text())["positive"]
    assert list(saved) == ["CONFIRMED", "CONFIRMED + CANDIDATE"]
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2])
    p = predictor.predict(data.inputs())["probabilities"].astype(np.float64)
    y = np.isin(data.label, [0, 1])
    row = saved["CONFIRMED + CANDIDATE"]
    assert row["num_positive"] == y.sum()
    score = p[:, :2].sum(axis=1) / p.sum(axis=1)
    assert row["roc_auc"]["value"] == pytest.approx(metrics.roc_auc_score(y, score))
    assert row["average_precision"]["value"] == pytest.approx(
        metrics.average_precision_score(y, score)
    )
    assert row["recall_at_precision_95"]["low"] <= row["recall_at_precision_95"]["high"]
    assert row["without_interpolated"]["num_objects"] == 32
    assert "precision_recall_confirmed_candidate" in found.files
    page = found.files["report"].read_text()
    assert "CONFIRMED + CANDIDATE against the rest" in page
    assert "Recall at 99 % precision" in page


@pytest.mark.parametrize("wanted", [[["PC"]], [[]], [list(LABELS)]], ids=str)
def test_rejects_positive_classes(run, tmp_path, wanted):
    with pytest.raises(ValueError, match="`positive` must name some of the classes"):
        evaluate(run[0], run[2], tmp_path / "out", positive=wanted)
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_folder_for_results(run, tmp_path):
    (tmp_path / "out").write_text("no folder")
    with pytest.raises(OSError, match="`output_dir` must be a folder that can be"):
        evaluate(run[0], run[2], tmp_path / "out")


def test_draws_every_figure_and_one_page(evaluated):
    folder, _ = evaluated
    names = {file.name for file in folder.iterdir()}
    assert names == FIGURES | {"test_results.json", "report.html"}
    page = (folder / "report.html").read_text()
    assert page.count("data:image/png;base64,") == len(FIGURES)
    assert "://" not in page
    assert "SIMULATED" not in page
    assert "light curves missing" in page


def test_row_faults_do_not_stop_the_rest(run, tmp_path):
    rows = rows_of(40, 100)
    rows[0]["depth"] = "-5"
    label = {"object_id": "empty", "star_id": "7", "label": LABELS[0]}
    rows.append(dict.fromkeys(rows[0], "") | label)
    table = write_table(run[2].parent / "faulty.csv", rows)
    results = evaluate(run[0], table, tmp_path / "out").results
    assert results["num_objects"] == 40
    assert results["num_unusable"] == 1
    assert results["faults"] == {
        "K00100": "depth=-5 is negative",
        "empty": "no usable value",
    }
    assert any("left out" in warning for warning in results["warnings"])
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "test_results.json",
        "report.html",
    }


@pytest.mark.slow
def test_one_class_leaves_ranking_undefined(run, tmp_path):
    rows = [row for row in rows_of(40, 100) if row["label"] == LABELS[0]]
    table = write_table(run[2].parent / "one_class.csv", rows)
    evaluate(run[0], table, tmp_path / "out", visualize=True)
    text = (tmp_path / "out" / "test_results.json").read_text()
    results = json.loads(text, parse_constant=pytest.fail)
    assert results["roc_auc"] == {"value": None, "low": None, "high": None}
    assert set(results["absent_classes"]) == set(LABELS[1:])


def test_one_candidate_without_light_curve(run, tmp_path):
    table = write_table(tmp_path / "t.csv", rows_of(1, 500))
    found = evaluate(run[0], table, tmp_path / "out", visualize=True)
    assert found.results["retrieval"] is None
    assert found.results["light_curve_source"] == "none"
    assert {"confusion_matrix", "reliability"} <= set(found.files)
    assert "alignment" not in found.files


def test_simulated_light_curves_are_called_so(run, tmp_path):
    results = {"light_curve_source": "simulated", "simulated": True}
    assert "SIMULATED from the table's own rows" in light_curve_sentence(results)
    rows = rows_of(12, 100)
    write_views(tmp_path, rows)
    (tmp_path / "simulation.json").write_text('{"simulated": true}')
    found = evaluate(run[0], write_table(tmp_path / "t.csv", rows), tmp_path / "out")
    assert found.results["light_curve_source"] == "views"
    assert found.results["simulated"]
    assert "SIMULATED, a made-up survey" in found.files["report"].read_text()


def test_a_star_seen_in_training_is_an_error(run, tmp_path):
    model, _, test = run
    rows = rows_of(40, 100)
    rows[5]["star_id"] = "KIC 01000003"
    table = write_table(test.parent / "shared.csv", rows)
    with pytest.raises(ValueError, match="trained on 1 stars of this table") as error:
        evaluate(model, table, tmp_path / "out")
    assert "1000003" in str(error.value)
    assert not (tmp_path / "out").exists()
    found = evaluate(model, table, tmp_path / "out", allow_shared_stars=True)
    assert any("trained on 1 stars" in text for text in found.results["warnings"])


def test_says_when_training_stars_are_not_known(run, tmp_path):
    model = tmp_path / "mesa_model.keras"
    model.write_bytes(run[0].read_bytes())
    found = evaluate(model, run[2], tmp_path / "out")
    assert any("not checked" in text for text in found.results["warnings"])
    (tmp_path / "mesa_config.json").write_text('{"data": {"path": "gone.csv"}}')
    found = evaluate(model, run[2], tmp_path / "out")
    assert any("gone.csv: no such file" in text for text in found.results["warnings"])
    (tmp_path / "mesa_config.json").write_text("[]")
    with pytest.raises(ValueError, match="not the configuration of a MESA run"):
        evaluate(model, run[2], tmp_path / "out")


def copied(run, folder, **data):
    """The model and its configuration elsewhere, with other entries of its data."""
    model = folder / "mesa_model.keras"
    model.write_bytes(run[0].read_bytes())
    config = json.loads((run[0].parent / "mesa_config.json").read_text())
    config["data"] = {k: v for k, v in {**config["data"], **data}.items() if v}
    (folder / "mesa_config.json").write_text(json.dumps(config))
    return model


def test_training_stars_are_known_whatever_stands_at_the_path_now(run, tmp_path):
    other = write_table(tmp_path / "train.csv", rows_of(40, 500))
    for path in (other, tmp_path / "gone.csv"):
        model = copied(run, tmp_path, path=str(path))
        rows = rows_of(40, 100)
        rows[5]["star_id"] = "KIC 01000003"
        table = write_table(run[2].parent / "moved.csv", rows)
        with pytest.raises(ValueError, match="trained on 1 stars of this table"):
            evaluate(model, table, tmp_path / "out")


def test_a_configuration_without_stars_is_checked_as_far_as_it_goes(run, tmp_path):
    model = copied(run, tmp_path, stars=None)
    found = evaluate(model, run[2], tmp_path / "out")
    assert any("names no stars" in text for text in found.results["warnings"])
    rows = rows_of(40, 100)
    rows[5]["star_id"] = "KIC 01000003"
    table = write_table(run[2].parent / "old.csv", rows)
    with pytest.raises(ValueError, match="trained on 1 stars of this table"):
        evaluate(model, table, tmp_path / "out")


@pytest.mark.parametrize("wanted", [["period"], ["period", "period"], ["period", "x"]])
def test_rejects_boundary_features(run, tmp_path, wanted):
    with pytest.raises(ValueError, match="two different columns of the model"):
        evaluate(run[0], run[2], tmp_path / "out", boundary_features=wanted)
    assert not (tmp_path / "out").exists()


def test_abstaining_is_counted(run, tmp_path):
    predictor = Predictor(run[0])
    inputs = load_for_model(predictor, run[2]).inputs()
    p = np.sort(predictor.predict(inputs)["probabilities"][:, 2])
    threshold = (p[9] + p[10]) / 2
    predictor.rule.calibrate(thresholds=[1, 1, threshold], abstain=True)
    model = tmp_path / "abstaining.keras"
    save_model(predictor.model, model)
    found = evaluate(model, run[2], tmp_path / "out")
    results, abstained = found.results, 10
    assert results["abstained"] == abstained
    assert results["confusion_columns"] == [*LABELS, "unknown"]
    assert np.sum(results["confusion_matrix"], axis=0)[3] == abstained
    page = found.files["report"].read_text()
    assert f"abstained {abstained} times" in page


@pytest.mark.slow
def test_on_real_candidates(real_data, tmp_path):
    """Two epochs are better than the largest class, on stars never seen."""
    config = MesaConfig.small(
        learning_rate=5e-3,
        weight_averaging=0.0,
        num_towers=1,
        jit_compile=False,
    )
    train(config, real_data / "koi" / "train_data.csv", tmp_path)
    model, table = tmp_path / "mesa_model.keras", real_data / "koi" / "test_data.csv"
    results = evaluate(model, table, tmp_path / "out").results
    rows = pd.read_csv(table)
    assert results["num_objects"] == len(rows)
    assert results["num_stars"] == rows["star_id"].nunique()
    assert results["light_curve_source"] == "views"
    assert results["accuracy"]["low"] > rows["label"].value_counts(normalize=True).max()
    short = rows["interpolated_run"] < 6
    assert results["without_interpolated"]["num_objects"] == short.sum()
    assert results["missing"]["stellar_features"] == int(
        rows[list(config.stellar_features)].isna().all(axis=1).sum()
    )
    with pytest.raises(ValueError, match=r"trained on .* stars of this table"):
        evaluate(model, real_data / "koi" / "train_data.csv", tmp_path / "out")
