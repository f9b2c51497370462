import dataclasses

import numpy as np
import pytest

from mesa_keras.report import (
    ChangePanel,
    ClassProbabilities,
    FoldedPanel,
    LightCurvePanel,
    SheetTable,
    SingleTransits,
    VettingSheet,
    vetting_sheet_figure,
)

X = np.arange(11.0) - 5


def folded(title, depth=1.0, **options):
    median = np.where(np.abs(X) < 2, -depth, 0.0)
    return FoldedPanel(
        title=title,
        x=X,
        x_label="hours",
        median=median,
        scatter=np.full(11, 0.2),
        count=np.full(11, 4),
        **options,
    )


def sheet(**changes):
    time = np.arange(0.0, 10.0, 0.05)
    flux = np.ones(time.size)
    curve = LightCurvePanel(time=time, flux=flux, y_label="flux", transits=[2.0, 5.0])
    change = ChangePanel(
        title="Depth",
        x_label="ppm",
        class_names=("A", "B_$x$"),
        values=np.array([1.0, 10.0, 100.0]),
        probabilities=np.array([[0.1, 0.9], [0.4, 0.6], [0.8, 0.2]]),
        start=10.0,
        flips=(30.0,),
        log=True,
    )
    nothing = dataclasses.replace(
        change, values=np.empty(0), probabilities=np.empty((0, 2)), note="no transit"
    )
    empty = folded("Centroid", note="shift 0")
    empty = dataclasses.replace(empty, median=np.full(11, np.nan))
    table = SheetTable(
        title="Measured", columns=("a", "b"), rows=[("x", "1")] * 30, places=(0.0, 0.5)
    )
    content = {
        "title": "K_1 $a$",
        "verdict": "A, probability 0.600",
        "lines": ["one", "two"],
        "probabilities": ClassProbabilities(
            class_names=("A", "B_$x$"),
            probabilities=np.array([0.6, 0.4]),
            thresholds=np.array([0.5, 0.0]),
            interval=np.array([[0.5, 0.3], [0.7, 0.5]]),
            spread=np.array([[0.55, 0.35], [0.65, 0.45]]),
        ),
        "raw": dataclasses.replace(curve, trend=flux),
        "flat": dataclasses.replace(curve, binned_time=time[::9], binned=flux[::9]),
        "wide": [folded("One period"), folded("Local", model_x=X, model=-X / 9)],
        "narrow": [
            *(folded("Odd", 3.0), folded("Even", 1.0), folded("c"), empty),
            *(folded("half"), folded("double")),
        ],
        "single": SingleTransits(
            flux=np.vstack([np.tile(X, (3, 1)), np.full((2, 11), np.nan)]),
            half_width=5.0,
            x_label="hours",
            number=np.arange(3),
            depth=np.ones(3),
            error=np.full(3, 0.1),
        ),
        "changes": [change, change, nothing, change],
        "tables": [table, table, table],
        "footnote": "Notes: none.",
    }
    return VettingSheet(**{**content, **changes})


def named(figure):
    return {axes.get_title("left"): axes for axes in figure.axes}


def test_a_page_of_a4_with_everything_on_it():
    figure = vetting_sheet_figure(sheet())
    width, height = figure.get_size_inches()
    assert height / width == pytest.approx(2**0.5, rel=0.01)
    axes = named(figure)
    assert axes["Odd"].get_ylim() == axes["Even"].get_ylim()
    assert [text.get_text() for text in axes["Centroid"].texts] == [
        "shift 0",
        "no data",
    ]
    (model,) = [line for line in axes["Local"].lines if len(line.get_xdata()) == 11][1:]
    np.testing.assert_array_equal(model.get_ydata(), -X / 9)
    assert axes["Depth"].get_xscale() == "log" or axes["Depth"].texts
    (image,) = axes["Single transits (ppm)"].images
    assert image.get_array().shape == (3, 11)
    figure.draw_without_rendering()
    texts = " ".join(text.get_text() for one in figure.axes for text in one.texts)
    assert "0.600  (0.500 to 0.700)" in texts
    assert "no transit" in texts
    # Every panel is within the page, and none has collapsed.
    for one in figure.axes:
        box = one.get_position()
        assert 0 <= box.x0 < box.x1 <= 1
        assert 0 <= box.y0 < box.y1 <= 1


def test_a_day_is_at_one_place_of_both_light_curves():
    before = sheet()
    flat = dataclasses.replace(
        before.flat,
        time=before.flat.time[1:],
        flux=np.linspace(-9e5, 9e5, before.flat.time.size - 1),
        y_label="ppm of a long unit",
        binned_time=None,
        binned=None,
    )
    figure = vetting_sheet_figure(sheet(flat=flat))
    figure.draw_without_rendering()
    raw, below = (
        next(one for one in figure.axes if one.get_ylabel() == label)
        for label in (before.raw.y_label, flat.y_label)
    )
    for day in flat.time[[0, -1]]:
        places = [axes.transData.transform((day, 0))[0] for axes in (raw, below)]
        assert places[0] == pytest.approx(places[1], abs=0.5)


def test_what_is_absent_is_said():
    single = dataclasses.replace(
        sheet().single, flux=np.full((2, 11), np.nan), number=np.empty(0, int)
    )
    single = dataclasses.replace(single, depth=np.empty(0), error=np.empty(0))
    figure = vetting_sheet_figure(sheet(single=single))
    texts = named(figure)["Single transits (ppm)"].texts
    assert [text.get_text() for text in texts] == ["no data"]


def test_rejects():
    with pytest.raises(ValueError, match=r"Received: \(2, 1, 4, 3\)"):
        vetting_sheet_figure(sheet(narrow=[folded("x")]))
    table = dataclasses.replace(sheet().tables[0], rows=[("x",)])
    with pytest.raises(ValueError, match="must have 2 cells each"):
        vetting_sheet_figure(sheet(tables=[table] * 3))
