import numpy as np
import pytest

from mesa_keras.report import pit_figure


def test_a_flat_histogram_lies_in_the_band_of_chance():
    pit = np.random.default_rng(0).random(5000)
    axes = pit_figure({"even": pit, "high": pit**0.3}).axes
    for panel, inside in ((axes[0], True), (axes[1], False)):
        steps = panel.patches[1].get_data()
        assert steps.values.mean() == pytest.approx(1)
        low, high = panel.patches[0].get_y(), 0
        high = low + panel.patches[0].get_height()
        share = np.mean((steps.values >= low) & (steps.values <= high))
        assert bool(share > 0.8) is inside
    assert axes[0].get_title("left") == "even, 5,000 objects"


@pytest.mark.parametrize("num_panels", [1, 3, 4])
def test_draws_any_number_of_panels(num_panels):
    values = {str(k): np.linspace(0, 1, 5) for k in range(num_panels)}
    pit_figure(values).draw_without_rendering()


def test_rejects():
    for wrong in ([], [0.5, np.nan], [1.2]):
        with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
            pit_figure({"a": wrong})
    with pytest.raises(ValueError, match="at least one panel"):
        pit_figure({})
