import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from mesa_keras.preprocessing import VIEW_CONVENTION, ViewSettings
from mesa_keras.readers import read_light_curve
from mesa_keras.recipes.mesa.raw_views import (
    event_views,
    named_views,
    no_views_reason,
    table_events,
)
from mesa_keras.simulation.injection import Injection

TIME = np.arange(0.0, 60.0, 0.02)
PLANETS = [
    Injection(period=p, epoch=1.0, radius_ratio=k, scaled_semimajor_axis=12)
    for p, k in ((4.13, 0.05), (7.01, 0.1))
]


@pytest.fixture
def star(tmp_path):
    """Light curve and events of a star with two planets."""
    flux = 1 + 1e-4 * np.random.default_rng(0).normal(size=TIME.size)
    for planet in PLANETS:
        flux *= planet.flux(TIME, 0.02)
    path = tmp_path / "lc.csv"
    frame = pd.DataFrame({"time": TIME + 1325, "flux": flux})
    frame.to_csv(path, index=False)
    events = table_events(
        pd.DataFrame(
            {
                "object_id": ["b", "c", "d"],
                "period": [planet.period for planet in PLANETS] + [np.nan],
                "epoch": 2457000 + 1326.0,
                "duration": [planet.duration() for planet in PLANETS] + [2.0],
            }
        ),
        None,
    )
    return read_light_curve(path, time_system="BTJD"), events


@pytest.mark.usefixtures("wotan_compiled")
def test_other_planets_of_the_star_are_masked(star):
    curve, events = star
    together = event_views(curve, events[0], events, ViewSettings())
    alone = event_views(curve, events[0], events[:1], ViewSettings())
    assert together.scalars["measured_depth"] == pytest.approx(
        PLANETS[0].depth(), rel=0.05
    )
    assert together.flat.hidden.any()
    deepest = -1.5 * PLANETS[0].depth() / 1e6
    assert together.flux["global"].min() > deepest
    assert together.flat.flux.min() > 1 + 2 * deepest
    assert alone.flat.flux.min() < 1 + 3 * deepest


@pytest.mark.usefixtures("wotan_compiled")
def test_ours_and_published_scaling(star):
    curve, events = star
    views = event_views(curve, events[1], events, ViewSettings(local_bins=31))
    ours = named_views(views, None)
    assert set(ours) == {f"{name}_view" for name in views.flux}
    assert ours["local_view"].shape == (31,)
    published = named_views(views, VIEW_CONVENTION)
    assert "centroid_view" not in published
    for name in ("global_view", "local_view"):
        assert published[name].dtype == np.float32
        assert np.nanmin(published[name]) == pytest.approx(-1)
        assert np.nanmedian(published[name]) == pytest.approx(0, abs=1e-6)


@pytest.mark.usefixtures("wotan_compiled")
def test_why_there_are_no_views(star):
    curve, events = star
    own = events[0].ephemeris(curve)
    views = event_views(curve, events[0], events, ViewSettings())
    assert no_views_reason(curve, events[0], views) is None
    phase = np.abs(own.phase(curve.time))
    half = own.duration_days / 2
    for kept, reason in (
        ((phase < half) | (phase > 1.5), "too little is seen beside its transits"),
        (phase > 1.5, r"no transit falls into the light curve.* every 4.13 days"),
    ):
        part = dataclasses.replace(
            curve, time=curve.time[kept], flux=curve.flux[kept], segment=None
        )
        views = event_views(part, events[0], [], ViewSettings())
        assert not any(np.isfinite(view).any() for view in views.normalized().values())
        assert re.match(reason, no_views_reason(part, events[0], views))


def test_what_cannot_be_folded(star):
    curve, events = star
    with pytest.raises(ValueError, match="cannot be folded: its period is missing"):
        event_views(curve, events[2], events, ViewSettings())


@pytest.mark.parametrize(
    ("system", "shift", "epoch"),
    [
        ("BJD", 2457000, 1326.0),
        ("BTJD", 0, 58325.5),  # MJD
        ("unknown", 0, 2458326.0),
    ],
)
def test_an_epoch_of_another_time_system_is_refused(star, system, shift, epoch):
    curve, events = star
    curve = dataclasses.replace(curve, time=curve.time + shift, time_system=system)
    event = dataclasses.replace(events[0], epoch=epoch)
    with pytest.raises(ValueError, match=f"epoch {epoch:.12g} must be of the time sys"):
        event_views(curve, event, [event], ViewSettings())


def test_events_of_a_table_without_epochs(star):
    (event,) = table_events(pd.DataFrame({"object_id": ["b"], "period": [3.0]}), "BKJD")
    assert (event.row, event.object_id, event.epoch_system) == (0, "b", "BKJD")
    with pytest.raises(ValueError, match="its epoch is missing"):
        event.ephemeris(star[0])


@pytest.mark.usefixtures("wotan_compiled")
def test_a_light_curve_of_one_cadence(tmp_path, star):
    path = tmp_path / "one.csv"
    path.write_text("time,flux\n1330.0,1.0\n")
    curve = read_light_curve(path, time_system="BTJD")
    assert np.isnan(curve.exposure_days())
    event = star[1][0]
    views = event_views(curve, event, star[1], ViewSettings())
    assert "no transit falls" in no_views_reason(curve, event, views)
