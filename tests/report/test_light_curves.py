import numpy as np
import pytest

from mesa_keras.report import light_curves_figure


def test_titles_tell_truth_decision_and_score():
    flux = np.zeros((3, 61))
    flux[:, 30] = -1
    missing = np.full((3, 7), np.nan)
    figure = light_curves_figure(
        {"local_view": flux, "odd_view": missing},
        ["K1", "K2", "K3"],
        ["PLANET", "PLANET", "BINARY"],
        ["PLANET", "BINARY", "unknown"],
        [0.9, 0.8, 0.4],
    )
    panels = np.reshape(figure.axes, (3, 2))
    assert [axes.get_title("left") for axes in panels[:, 0]] == [
        "K1: PLANET, decided PLANET (0.90), right",
        "K2: PLANET, decided BINARY (0.80), WRONG",
        "K3: BINARY, decided unknown (0.40), not decided",
    ]
    assert panels[0, 1].texts[0].get_text() == "view missing"
    line = panels[0, 0].lines[0]
    assert line.get_xdata()[np.argmin(line.get_ydata())] == 0
    assert panels[2, 0].get_xlabel() == "Time from transit (durations)"
    assert panels[2, 1].get_xlabel() == "Bin of odd_view"
    figure.draw_without_rendering()


def test_real_views_have_their_transit_at_zero(real_data):
    """The median over many candidates leaves the transit alone standing."""
    with np.load(real_data / "koi" / "views.npz") as views:
        names = views["object_id"][:2]
        flux = {name: views[name][:500] for name in ("global_view", "local_view")}
    typical = {
        name: np.stack([np.nanmedian(view.astype("f4"), axis=0), view[0]])
        for name, view in flux.items()
    }
    figure = light_curves_figure(typical, names, ["a", "b"], ["a", "a"], [0.5, 0.5])
    for axes in figure.axes[:2]:
        line = axes.lines[0]
        deepest = line.get_xdata()[np.argmin(line.get_ydata())]
        assert abs(deepest) < 0.03 * np.ptp(axes.get_xlim())
    figure.draw_without_rendering()


@pytest.mark.parametrize(
    ("views", "ids", "scores"),
    [
        ({}, ["a"], [0.5]),
        ({"local_view": np.zeros((1, 5))}, [], []),
        ({"local_view": np.zeros((2, 5))}, ["a"], [0.5]),
        ({"local_view": np.zeros((1, 5))}, ["a"], [0.5, 0.5]),
        ({"local_view": np.zeros((13, 5))}, ["a"] * 13, [0.5] * 13),
    ],
)
def test_rejects(views, ids, scores):
    with pytest.raises(ValueError, match="must be of one length from 1 to 12"):
        light_curves_figure(views, ids, ids, ids, scores)
