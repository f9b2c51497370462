import dataclasses

import numpy as np
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.predict import predict_target
from mesa_keras.recipes.mesa.target_model import TargetModel
from tests.small_mesa import LABELS, make_run
from tests.small_targets import PLANET, make, make_curve

pytestmark = pytest.mark.usefixtures("wotan_compiled")


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    return Predictor(make_run(tmp_path_factory.mktemp("run"))[0])


def test_depth_is_measured_unless_it_is_given(predictor):
    model = TargetModel(predictor, make())
    data = model.data([model.base])
    assert (model.measured, model.missing) == (["depth"], ["stellar_temp"])
    assert data.planet_columns == ("period", "depth")
    depth = model.base.scalars["measured_depth"]
    np.testing.assert_allclose(data.planet_features, [[PLANET.period, depth]], 1e-6)
    assert np.isnan(data.stellar_features).all()
    notes = " ".join(data.warnings)
    assert f"measured in the light curve: depth {depth:.4g}" in notes
    assert "missing: stellar_temp" in notes
    assert "another pipeline" in notes
    given = TargetModel(predictor, make(values={"depth": 5000.0, "stellar_temp": 5e3}))
    assert (given.measured, given.missing) == ([], [])
    assert given.data([given.base]).planet_features[0, 1] == 5000


def test_a_value_of_no_column_is_refused(predictor):
    target = make(values={"steller_temp": 5870.0, "depth": 5000.0})
    # A row of a table may hold anything; what a user names must be of use.
    TargetModel(predictor, target)
    # `impact` is no column of this model, but one that others have.
    for given in (("depth",), ("depth", "impact")):
        TargetModel(predictor, dataclasses.replace(target, given=given))
    named = dataclasses.replace(target, given=("depth", "steller_temp"))
    with pytest.raises(ValueError, match=r"stellar_temp, .*Received: steller_temp$"):
        TargetModel(predictor, named)


def test_catalogue_values_follow_the_light_curve(predictor):
    model = TargetModel(predictor, make(values={"depth": 5000.0}))
    half = model.views(1 - (1 - model.target.curve.flux) / 2)
    rows = model.data([model.base, half]).planet_features[:, 1]
    ratio = half.scalars["measured_depth"] / model.base.scalars["measured_depth"]
    assert rows[0] == 5000
    assert rows[1] == pytest.approx(5000 * ratio, rel=1e-5)
    assert ratio == pytest.approx(0.5, abs=0.02)


def test_predictions_of_the_same_views_are_the_same(predictor):
    model = TargetModel(predictor, make())
    found = model.predict([model.base, model.views(model.target.curve.flux)])
    assert found["probabilities"].shape == (2, 3)
    np.testing.assert_allclose(*found["probabilities"], rtol=1e-5)


def test_a_row_of_predictions(predictor):
    frame = predict_target(predictor.path, make(), class_prior=[0.2, 0.2, 0.6])
    assert frame["object_id"].tolist() == ["TIC 1"]
    assert frame["decision"][0] in LABELS
    assert frame["missing"][0] == "stellar_features"
    assert frame.attrs["light_curve_source"] == "raw"


def test_a_star_of_the_training_is_told(predictor):
    target = make()
    unseen = TargetModel(predictor, target).own_data()
    assert not any("trained" in note for note in unseen.warnings)
    # The first star of the training table.
    seen = dataclasses.replace(target, star_id="TIC 1000000")
    notes = TargetModel(predictor, seen).own_data().warnings
    assert "the model was trained on 1 stars of this table" in notes[-1]


def test_no_transit_in_the_data(predictor):
    curve = make_curve(days=2.0)
    target = make()
    event = dataclasses.replace(target.event, epoch=1050.0, period=80.0)
    with pytest.raises(ValueError, match="no transit falls into the light curve"):
        TargetModel(predictor, dataclasses.replace(target, curve=curve, event=event))


def test_a_model_of_other_views_refuses(predictor, monkeypatch):
    schema = predictor.schema | {"view_convention": "median1"}
    monkeypatch.setattr(predictor, "schema", schema)
    model = TargetModel(predictor, make())
    with pytest.raises(ValueError, match=r"'mesa-raw-1 .* expects 'median1'"):
        model.data([model.base])
    monkeypatch.setattr(predictor, "schema", {"recipe": "ost"})
    with pytest.raises(ValueError, match="is no MESA model"):
        TargetModel(predictor, make())
