"""The models of Kepler events that come with the checkout."""

import keras
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.evaluate import evaluate
from mesa_keras.recipes.mesa.known_objects import known_path, read_known_objects
from mesa_keras.recipes.mesa.model_data import check_unseen, load_for_model
from mesa_keras.recipes.mesa.predict import predict_target
from mesa_keras.recipes.mesa.shipped_model import SHIPPED_MODEL
from mesa_keras.recipes.mesa.target import read_target

ENSEMBLE = SHIPPED_MODEL.with_name("mesa_kepler_ensemble.keras")
EVENTS = "kepler_tce/{}_data.csv.gz"


def test_files_are_small_and_belong_together():
    for path in (SHIPPED_MODEL, ENSEMBLE):
        assert path.stat().st_size < 5e6
    known = read_known_objects(known_path(SHIPPED_MODEL), SHIPPED_MODEL)
    assert {"PC", "AFP", "NTP"} == set(known.label)


def test_card_tells_the_numbers_of_parameters():
    card = SHIPPED_MODEL.with_suffix(".md").read_text(encoding="utf-8")
    one, four = (
        round(keras.saving.load_model(path).count_params() / 1000)
        for path in (SHIPPED_MODEL, ENSEMBLE)
    )
    assert f"{one} thousand parameters" in card
    assert f"four such models, {four:,} thousand" in card


@pytest.mark.slow
def test_a_planet_that_no_model_has_seen(real_data):
    (path,) = (real_data / "raw_light_curves").glob("*261136679*.fits")
    target = read_target("TIC 261136679", [path], period=6.268, epoch=1325.504)
    for model in (SHIPPED_MODEL, ENSEMBLE):
        row = predict_target(model, target).iloc[0]
        assert row["decision"] == "PC"
        assert not row["fault"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "log_loss"),
    [(SHIPPED_MODEL, 0.2215), (ENSEMBLE, 0.2172)],
    ids=["mesa_kepler", "mesa_kepler_ensemble"],
)
def test_test_stars_are_told_as_the_card_says(path, log_loss, real_data, tmp_path):
    found = evaluate(
        path, real_data / EVENTS.format("test"), tmp_path, positive=[("PC",)]
    ).results
    # The card's figures in three digits.
    assert found["positive"]["PC"]["roc_auc"]["value"] == pytest.approx(
        0.9877, abs=6e-4
    )
    assert found["log_loss"]["value"] == pytest.approx(log_loss, abs=6e-4)
    predictor = Predictor(path)
    with pytest.raises(ValueError, match=r"was pretrained on .* stars of this table"):
        check_unseen(
            predictor, load_for_model(predictor, real_data / EVENTS.format("train"))
        )
