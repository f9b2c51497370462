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
def test_every_panel_has_its_own_values(num_panels):
    values = {str(k): np.full(k + 1, 0.025 + 0.1 * k) for k in range(num_panels)}
    figure = pit_figure(values)
    figure.draw_without_rendering()
    shown = [axes for axes in figure.axes if axes.get_visible()]
    titles = [axes.get_title("left") for axes in shown]
    assert titles == [f"{k}, {k + 1} objects" for k in range(num_panels)]
    for k, axes in enumerate(shown):
        # All values lie in one of 20 bins, whose density is then 20.
        heights = axes.patches[1].get_data().values
        assert heights.tolist() == [20.0 * (place == 2 * k) for place in range(20)]
        assert axes.get_ylim()[1] > 20
        below = "PIT (probability below the truth)" if k + 2 >= num_panels else ""
        assert axes.get_xlabel() == below
    assert shown[0].get_legend().get_texts()[0].get_text() == "95 % by chance"


def test_rejects():
    for wrong in ([], [0.5, np.nan], [1.2]):
        with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
            pit_figure({"a": wrong})
    with pytest.raises(ValueError, match="at least one panel"):
        pit_figure({})
