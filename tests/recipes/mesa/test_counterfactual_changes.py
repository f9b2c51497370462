import dataclasses

import numpy as np
import pytest

from mesa_keras.recipes.mesa.counterfactual_changes import possible_changes
from tests.small_targets import PLANET, RuleModel, make

pytestmark = pytest.mark.usefixtures("wotan_compiled")
BINARY = dataclasses.replace(
    PLANET, secondary_depth=700.0, odd_even_difference=900.0, radius_ratio=0.08
)


@pytest.fixture(scope="module")
def planet(wotan_compiled):
    return changes_of(PLANET)


@pytest.fixture(scope="module")
def binary(wotan_compiled):
    return changes_of(BINARY)


def changes_of(injection):
    model = RuleModel(make(injection), lambda views: 0.0)
    target = model.target
    made, skipped = possible_changes(target.curve, target.ephemeris(), model.base)
    return model, {change.kind: change for change in made}, skipped


def test_what_can_be_changed(planet, binary):
    _, made, skipped = planet
    assert set(skipped) == {"secondary_removed", "odd_even_removed"}
    assert set(made) == {
        *("secondary_added", "odd_even_added", "deeper", "shallower"),
        *("more_v_shaped", "more_box_shaped"),
    }
    assert {"secondary_removed", "odd_even_removed"} <= set(binary[1])


def test_a_change_of_nothing_changes_nothing(planet, binary):
    for model, made, _ in (planet, binary):
        flux = model.target.curve.flux
        for change in made.values():
            same = change.flux(change.start)
            np.testing.assert_allclose(same, flux, rtol=1e-12)
            views = model.views(same)
            for name, values in model.base.flux.items():
                np.testing.assert_allclose(views.flux[name], values, atol=1e-9)


def test_a_secondary_that_is_added_is_measured(planet):
    model, made, _ = planet
    for depth in (300.0, 900.0):
        scalars = model.views(made["secondary_added"].flux(depth)).scalars
        error = 3 * scalars["secondary_error"]
        assert scalars["secondary_depth"] == pytest.approx(depth, abs=error)
        assert scalars["secondary_phase"] == pytest.approx(0.5, abs=0.005)
        own = model.base.scalars["measured_depth"]
        assert scalars["measured_depth"] == pytest.approx(own, rel=0.01)


def test_no_secondary_is_added_where_nothing_was_observed(wotan_compiled):
    target = make(days=12.0)
    event = dataclasses.replace(target.event, period=24 * PLANET.period)
    model = RuleModel(dataclasses.replace(target, event=event), lambda views: 0.0)
    made, skipped = possible_changes(target.curve, model.target.ephemeris(), model.base)
    assert skipped["secondary_added"] == "phase 0.5 is not in the data"
    assert "shallower" in {change.kind for change in made}


def test_an_odd_even_difference_that_is_added_is_measured(planet):
    model, made, _ = planet
    own = model.base.scalars["odd_even_difference"]
    for difference in (300.0, -1500.0):
        scalars = model.views(made["odd_even_added"].flux(difference)).scalars
        error = 3 * scalars["odd_even_error"]
        found = scalars["odd_even_difference"] - own
        assert found == pytest.approx(difference, abs=error)


def test_transits_of_a_kind_are_gone_at_most(binary):
    model, made, _ = binary
    change = made["odd_even_added"]
    left = change.flux(change.values[-1]) / model.target.curve.flux
    even = model.target.ephemeris().cycle(model.target.curve.time) % 2 == 1
    own = model.base.scalars
    faint = own["measured_depth"] - own["odd_even_difference"] / 2
    assert left[even].max() == pytest.approx(1 / (1 - faint / 1e6), abs=3e-5)


def test_depths_follow(planet):
    model, made, _ = planet
    for kind, depth in (("deeper", 9000.0), ("shallower", 1500.0)):
        scalars = model.views(made[kind].flux(depth)).scalars
        error = 3 * scalars["measured_depth_error"]
        assert scalars["measured_depth"] == pytest.approx(depth, abs=error)
    gone = model.views(made["shallower"].flux(0.0)).scalars
    assert abs(gone["measured_depth"]) < 5 * gone["measured_depth_error"]


def test_shapes_follow_at_the_same_depth_and_duration(planet):
    model, made, _ = planet
    base = model.base
    triangle = model.views(made["more_v_shaped"].flux(1.0))
    assert triangle.scalars["v_shape"] > base.scalars["v_shape"] + 0.3
    middle = base.flux["local"].size // 2
    depth = base.scalars["measured_depth"] / 1e6
    assert -triangle.flux["local"][middle] == pytest.approx(depth, rel=0.12)
    width = (base.flux["local"] < -depth / 2).sum()
    assert (triangle.flux["local"] < -depth / 2).sum() < 0.75 * width
    box = model.views(made["more_box_shaped"].flux(0.0))
    assert (box.flux["local"] < -depth / 2).sum() >= width


def test_what_is_measured_can_be_taken_away(binary):
    model, made, _ = binary
    scalars = model.base.scalars
    assert made["secondary_removed"].start == scalars["secondary_depth"]
    left = model.views(made["secondary_removed"].flux(0.0)).scalars
    assert abs(left["secondary_depth"]) < 0.15 * scalars["secondary_depth"]
    even = model.views(made["odd_even_removed"].flux(0.0)).scalars
    assert abs(even["odd_even_difference"]) < 3 * even["odd_even_error"]


def test_a_secondary_goes_where_and_as_long_as_it_is(wotan_compiled):
    # Of an eccentric orbit, and with an epoch that is late.
    longer = dataclasses.replace(
        PLANET, epoch=PLANET.epoch + 0.37 * PLANET.period, scaled_semimajor_axis=5
    )
    for late in (0.0, 0.4):
        target = make()
        curve, event = target.curve, target.event
        epoch = event.epoch + late * PLANET.duration() / 24
        dip = 0.4 * (1 - longer.flux(curve.time, 0.02))
        target = dataclasses.replace(
            target,
            curve=dataclasses.replace(curve, flux=curve.flux * (1 - dip)),
            event=dataclasses.replace(event, epoch=epoch),
        )
        model = RuleModel(target, lambda views: 0.0)
        made, _ = possible_changes(target.curve, target.ephemeris(), model.base)
        changes = {change.kind: change for change in made}
        assert model.base.scalars["secondary_depth"] > 1500
        left = model.views(changes["secondary_removed"].flux(0.0)).scalars
        assert abs(left["secondary_depth"]) < 60


def test_shallower_transits_of_a_binary_go_together(binary):
    model, made, _ = binary
    for part in (0.5, 0.0):
        depth = part * made["shallower"].start
        flux = made["shallower"].flux(depth)
        left = flux / model.target.curve.flux
        odd = left[model.target.ephemeris().cycle(model.target.curve.time) % 2 == 0]
        even = left[model.target.ephemeris().cycle(model.target.curve.time) % 2 == 1]
        own = model.base.scalars
        for kind, half in ((odd, 0.5), (even, -0.5)):
            whole = own["measured_depth"] + half * own["odd_even_difference"]
            expected = (1 - part * whole / 1e6) / (1 - whole / 1e6)
            assert kind.max() == pytest.approx(expected, abs=3e-5)


def test_no_fit(planet):
    model, _, _ = planet
    target = model.target
    views = dataclasses.replace(model.base, fit=None)
    with pytest.raises(ValueError, match="must have a fitted transit"):
        possible_changes(target.curve, target.ephemeris(), views)
