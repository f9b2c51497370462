import json

import numpy as np
import pytest

from mesa_keras.recipes.mesa.stars import (
    KnownStars,
    StarColumn,
    star_groups,
    star_names,
    stars_of,
)


def column(*stars, catalogue=None):
    return StarColumn(np.array(stars), catalogue)


KEPLER = column("757450", "KIC 001", "TIC 5", "SIM000001", "row 4", catalogue="KIC")


def test_catalogue_and_number():
    assert stars_of(KEPLER) == [
        ("KIC", "757450"),
        ("KIC", "1"),
        ("TIC", "5"),
        (None, "SIM000001"),
        None,
    ]


def test_numbers_are_told_apart_by_catalogue_where_it_is_known():
    tess = column("757450", "5", catalogue="TIC")
    ours, theirs = star_names([KEPLER, tess])
    assert set(ours) & set(theirs) == {"TIC 5"}
    assert ours[4] == ""
    unknown = column("757450", "5", "6")
    ours, theirs = star_names([KEPLER, unknown])
    assert set(ours) & set(theirs) == {"757450", "5"}


def test_known_stars_survive_json_and_find_their_rows():
    known = KnownStars(
        frozenset({("KIC", "757450"), (None, "SIM000001"), (None, "17")}),
        frozenset({("TIC", "5")}),
    )
    text = json.dumps(known.to_json(), indent=2)
    assert len(text.splitlines()) < 12
    known = KnownStars.from_json(json.loads(text))
    assert known.trained_rows(KEPLER).tolist() == [True, False, False, True, False]
    assert known.rows(KEPLER).tolist() == [True, False, True, True, False]
    tess = column("757450", "5", "17", "757451", catalogue="TIC")
    assert known.rows(tess).tolist() == [False, True, True, False]
    # Where a number's catalogue is not known, the number alone decides.
    assert known.rows(column("757450", "5", "7")).tolist() == [True, True, False]


def test_no_stars_at_all():
    known = KnownStars(frozenset(), frozenset())
    assert KnownStars.from_json(known.to_json()) == known
    assert not known.rows(KEPLER).any()


@pytest.mark.parametrize("content", [{}, {"trained": {}}])
def test_other_content_is_an_error(content):
    with pytest.raises(KeyError):
        KnownStars.from_json(content)


def test_a_star_is_one_group_however_it_is_written():
    table = column("757", "KIC 757", "KIC 0757", "758", "row 5", "row 6")
    first, second, third, other, *rows = star_groups(table).tolist()
    assert first == second == third != other
    assert rows == ["row 5", "row 6"]
    # One spelling stays as it is: a split by it does not move.
    np.testing.assert_array_equal(
        star_groups(column("KIC 9", "KIC 8", "KIC 9")), ["KIC 9", "KIC 8", "KIC 9"]
    )
