import dataclasses

import pytest

from mesa_keras.preprocessing import candidate_views
from mesa_keras.recipes.mesa.transit_notes import transit_notes
from tests.small_targets import PLANET, make

pytestmark = pytest.mark.usefixtures("wotan_compiled")


def notes_of(target, **changed):
    event = dataclasses.replace(target.event, **changed)
    ephemeris = event.ephemeris(target.curve)
    views = candidate_views(target.curve.time, target.curve.flux, ephemeris)
    return transit_notes(ephemeris, views.scalars)


def test_nothing_is_said_of_transits_that_are_there():
    assert notes_of(make()) == []
    # An eclipsing binary's are odd, but are what was asked for.
    binary = dataclasses.replace(PLANET, secondary_depth=2000.0)
    assert notes_of(make(binary)) == []


def test_a_wrong_epoch():
    notes = notes_of(make(), epoch=PLANET.epoch + 0.4 * PLANET.period)
    assert notes[0].startswith("no dip stands out at this period and epoch")
    assert notes[1].endswith("is 0.600 periods after this epoch")


def test_another_duration():
    third = PLANET.duration() / 3
    (*_, note) = notes_of(make(), duration=third)
    assert note.startswith("the transits last 2.")
    assert note.endswith(f"h, and not {third:.2f} h")


def test_one_transit_tells_no_period():
    (note,) = notes_of(make(days=12.0), period=24 * PLANET.period)
    assert note.startswith("one transit at most is in the light curve")
