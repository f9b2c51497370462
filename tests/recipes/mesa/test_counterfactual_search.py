import dataclasses

import numpy as np
import pytest

from mesa_keras.recipes.mesa.counterfactual_changes import Change, possible_changes
from mesa_keras.recipes.mesa.counterfactual_search import search_flip
from tests.small_targets import RuleModel, make

pytestmark = pytest.mark.usefixtures("wotan_compiled")


def test_a_flip_is_one_and_is_where_the_rule_says():
    def rule(views):
        return float(views.scalars["measured_depth"] > 6000)

    model = RuleModel(make(), rule)
    target = model.target
    made, _ = possible_changes(target.curve, target.ephemeris(), model.base)
    change = next(one for one in made if one.kind == "deeper")
    found = search_flip(model, change)
    assert found.flipped_to == 1
    assert found.flip == pytest.approx(6000, rel=0.02)
    assert found.kept < found.flip <= found.kept + 0.02 * found.size
    for value, decided in ((found.kept, 0), (found.flip, 1)):
        again = model.predict([model.views(change.flux(value))])
        assert again["decision"].tolist() == [decided]
    assert found.size == pytest.approx(found.flip - change.start)
    assert found.sigmas == pytest.approx(found.size / change.error)
    assert (np.diff(np.abs(found.values - change.start)) >= 0).all()
    assert found.values[0] == change.start


class Numbers:
    """A model whose views are numbers."""

    base = 0.0

    def __init__(self, rule):
        self.rule, self.seen = rule, []

    def views(self, flux):
        return float(flux)

    def predict(self, views):
        self.seen += list(views)
        other = np.array([self.rule(value) for value in views])
        return {
            "probabilities": np.stack([1.0 - other, other * 1.0], 1),
            "decision": other.astype(int),
        }


CHANGE = Change(
    kind="k",
    title="t",
    unit="ppm",
    start=0.0,
    values=np.arange(1.0, 11.0),
    error=0.5,
    flux=lambda value: value,
)


def test_no_flip():
    found = search_flip(Numbers(lambda value: False), CHANGE)
    assert found.flipped_to == -1
    assert np.isnan([found.flip, found.kept, found.size, found.sigmas]).all()
    assert found.values.tolist() == [0.0, *range(1, 11)]


def test_the_first_flip_counts_where_the_verdict_turns_back():
    found = search_flip(Numbers(lambda value: 3.3 < value < 5.5), CHANGE)
    assert found.flip == pytest.approx(3.3, rel=0.02)
    assert found.decisions.tolist()[-1] == 0


def test_changes_may_go_down():
    change = dataclasses.replace(CHANGE, values=-CHANGE.values)
    found = search_flip(Numbers(lambda value: value < -7.1), change)
    assert found.flip == pytest.approx(-7.1, rel=0.02)
    assert found.kept > found.flip
    assert found.size == pytest.approx(7.1, rel=0.02)
