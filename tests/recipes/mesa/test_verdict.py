import numpy as np
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.target_model import TargetModel
from mesa_keras.recipes.mesa.verdict import centred_interval, reach_verdict
from tests.small_mesa import make_run
from tests.small_targets import make

pytestmark = pytest.mark.usefixtures("wotan_compiled")


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    return Predictor(make_run(tmp_path_factory.mktemp("run"))[0])


def test_interval_and_towers(predictor):
    model = TargetModel(predictor, make(values={"stellar_temp": 5800.0}))
    predictor.rule.calibrate(temperature=2.5)
    try:
        verdict, again = (reach_verdict(model, resamples=12, seed=3) for _ in range(2))
    finally:
        predictor.rule.calibrate(temperature=1.0)
    np.testing.assert_array_equal(verdict.interval, again.interval)
    low, high = verdict.interval
    assert (low < high).all()
    assert ((low <= verdict.probabilities) & (verdict.probabilities <= high)).all()
    # Clear transits that all look alike hardly depend on which are drawn.
    assert (np.abs(verdict.probabilities - low) < 0.1).all()
    assert verdict.agreement > 0.8
    assert verdict.num_transits == 19
    assert verdict.num_towers == 2
    assert (verdict.towers[0] <= verdict.probabilities + 0.02).all()
    assert (verdict.towers[1] >= verdict.probabilities - 0.02).all()
    assert verdict.name() == predictor.class_names[verdict.decision]
    assert verdict.name(3) == "unknown"


def test_too_few_transits(predictor):
    model = TargetModel(predictor, make(days=6.0))
    verdict = reach_verdict(model, resamples=5)
    assert verdict.interval is None
    assert np.isnan(verdict.agreement)
    assert verdict.num_transits == 2
    with pytest.raises(ValueError, match="`resamples` must be 1 or more"):
        reach_verdict(model, resamples=0)


def test_an_interval_keeps_the_spread_of_the_draws_and_holds_the_probability():
    rng = np.random.default_rng(0)
    odds = rng.normal([-2.0, 0.5], [0.5, 1.0], size=(4001, 2))
    drawn = 1 / (1 + np.exp(-odds))
    drawn[3] = np.nan
    # Draws with the probability as their median: their own quantiles.
    median = np.nanmedian(drawn, axis=0)
    np.testing.assert_allclose(
        centred_interval(median, drawn), np.nanpercentile(drawn, (5, 95), axis=0)
    )
    # Draws that lie beside it are moved there, by one step in log odds.
    point = np.array([0.6, 0.97])
    low, high = centred_interval(point, drawn)
    assert ((low < point) & (point < high)).all()
    np.testing.assert_allclose(
        np.log(high / (1 - high)) - np.log(low / (1 - low)),
        2 * 1.6449 * np.array([0.5, 1.0]),
        rtol=0.05,
    )
    assert np.isfinite(centred_interval(np.array([0.0, 1.0]), drawn)).all()
