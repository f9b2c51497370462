import dataclasses
import json

import numpy as np
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa import counterfactual_changes, counterfactual_search
from mesa_keras.recipes.mesa.explain import explain
from mesa_keras.recipes.mesa.known_objects import known_path, write_known_objects
from mesa_keras.recipes.mesa.vetting import as_json, vet
from mesa_keras.recipes.mesa.vetting_sheet import (
    draw_sheet,
    interval_sentence,
    verdict_line,
)
from mesa_keras.recipes.mesa.vetting_tables import (
    flip_rows,
    report_tables,
    scalar_rows,
    sheet_tables,
)
from tests.small_mesa import LABELS, make_run
from tests.small_targets import make

pytestmark = pytest.mark.usefixtures("wotan_compiled")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def predictor(run):
    return Predictor(run[0])


@pytest.fixture
def few_steps(monkeypatch):
    """Tries two values of each change, and halves an interval once."""
    monkeypatch.setattr(counterfactual_changes, "STEPS", 2)
    monkeypatch.setattr(counterfactual_search, "MOST_HALVINGS", 1)


@pytest.fixture
def vetting(predictor, few_steps):
    return vet(predictor, make(days=20.0), resamples=3)


def unreadable():
    raise ValueError("a.fits: damaged.")


def known_star():
    return dataclasses.replace(make(days=12.0), star_id="TIC 1000050")


def test_numbers_of_a_vetting(vetting):
    content = as_json(vetting)
    assert content["verdict"]["decision"] in LABELS
    assert sum(content["verdict"]["probabilities"].values()) == pytest.approx(1)
    assert set(content["verdict"]["interval_90"]) == set(LABELS)
    assert content["verdict"]["transits"] == 7
    assert content["ephemeris"]["time_system"] == "BTJD"
    assert content["similar"] is None
    assert content["measured_columns"] == ["depth"]
    assert list(content["catalogue_values"]) == ["period"]
    kinds = {found["kind"] for found in content["counterfactuals"]}
    assert kinds | set(content["changes_not_made"]) == {
        *("secondary_added", "secondary_removed", "odd_even_added"),
        *("odd_even_removed", "deeper", "shallower"),
        *("more_v_shaped", "more_box_shaped"),
    }
    for found in content["counterfactuals"]:
        assert len(found["values"]) == len(found["decisions"])
        assert (found["flipped_to"] is None) == np.isnan(found["flip"])


def test_words_of_a_vetting(vetting):
    assert verdict_line(vetting).startswith(vetting.verdict.name() + ", probability 0.")
    assert "the 7 transits are drawn anew" in interval_sentence(vetting)
    rows = {row[0]: row for row in scalar_rows(vetting)}
    depth = vetting.model.base.scalars["measured_depth"]
    assert rows["Depth"][1] == f"{depth:,.0f}"
    assert rows["Centroid shift"][1] == "not measured"
    assert len(flip_rows(vetting)) == 8
    assert all(len(row) == 6 for row in flip_rows(vetting))
    assert len(sheet_tables(vetting)) == 3
    assert "no file of them" in sheet_tables(vetting)[2].title
    assert len(report_tables(vetting)) == 2


def test_no_cell_of_the_sheet_is_written_over_another(vetting):
    # A deep binary with everything measured, and the longest name of a class.
    found = [
        dataclasses.replace(
            one,
            change=dataclasses.replace(one.change, start=106_233.0, error=500.0),
            flip=-208_456.0 if place % 2 else np.nan,
            flipped_to=0 if place % 2 else -1,
        )
        for place, one in enumerate(vetting.counterfactuals)
    ]
    named = dataclasses.replace(
        vetting.verdict, class_names=("FALSE POSITIVE", *LABELS[1:])
    )
    vetting = dataclasses.replace(
        vetting,
        counterfactuals=tuple(found),
        verdict=named,
        skipped={
            **vetting.skipped,
            "odd_even_removed": "no difference is measured with certainty",
        },
    )
    figure = draw_sheet(vetting)
    figure.draw_without_rendering()
    for title in ("Measured in the light curve", "Smallest change that turns"):
        (axes,) = (
            one
            for one in figure.axes
            if one.texts and one.texts[0].get_text().startswith(title)
        )
        boxes = [text.get_window_extent() for text in axes.texts[1:] if text.get_text()]
        for place, box in enumerate(boxes):
            assert box.x1 < axes.get_window_extent().x1 + 8
            for other in boxes[place + 1 :]:
                same_row = abs(box.y0 - other.y0) < box.height / 2
                assert not same_row or other.x0 > box.x1 or box.x0 > other.x1


def test_few_transits_have_no_interval(predictor, few_steps):
    vetting = vet(predictor, make(days=6.0), resamples=3)
    assert as_json(vetting)["verdict"]["interval_90"] is None
    said = "No interval: 2 transits are too few to draw them anew"
    assert interval_sentence(vetting) == said
    alone = dataclasses.replace(vetting.verdict, num_transits=1)
    said = interval_sentence(dataclasses.replace(vetting, verdict=alone))
    assert said.startswith("No interval: 1 transit is too few")
    assert "(" not in verdict_line(vetting)


@pytest.mark.slow
def test_sheets_page_and_numbers_are_written(run, few_steps, tmp_path):
    model, _, table = run
    known, _ = write_known_objects(model, table, tmp_path / "known.npz")
    found = explain(
        model,
        {"a/b": known_star, "a b": unreadable},
        tmp_path / "out",
        known=known,
        resamples=2,
    )
    assert found.sheets["a/b"].name == "vetting_a_b.png"
    assert found.sheets["a/b"].stat().st_size > 50_000
    assert found.faults == {"a b": "a.fits: damaged."}
    assert found.notes == ()
    page = found.files["report"].read_text()
    assert "a.fits: damaged." in page
    assert "most similar" in page
    content = json.loads(found.files["results"].read_text())
    assert content["known_objects"] == "known.npz"
    similar = content["objects"][0]["similar"]
    assert len(similar) == 8
    assert "K00100 CANDIDATE" in " ".join(content["objects"][0]["notes"])
    assert similar[0]["label"] in LABELS


def test_without_known_objects_it_says_so(run, tmp_path):
    model = run[0]
    assert not known_path(model).exists()
    found = explain(model, {"x": unreadable}, tmp_path / "out")
    assert "no known objects beside mesa_model.keras" in found.notes[0]
    assert "report" not in found.files
    assert json.loads(found.files["results"].read_text())["notes"]
    with pytest.raises(ValueError, match="damaged"):
        explain(model, {"x": unreadable}, tmp_path / "none", keep_going=False)
    with pytest.raises(ValueError, match="`resamples` must be 1 or more"):
        explain(model, {}, tmp_path / "none", resamples=0)
    assert not (tmp_path / "none").exists()
