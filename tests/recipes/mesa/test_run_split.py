import numpy as np
import pytest

from mesa_keras.recipes.mesa.run_split import split_candidates
from mesa_keras.recipes.mesa.stars import KnownStars
from tests.recipes.mesa.candidates import load, make_rows, make_views, small, write

CONFIG = small(validation_fraction=0.05, calibration_fraction=0.1)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    rows = make_rows(400)
    return load(write(tmp_path_factory.mktemp("data"), rows, make_views(rows)))


def known(data, share):
    """A pretraining that learned from a share of the stars."""
    stars = sorted(set(data.star_id.tolist()))
    learned = stars[: round(share * len(stars))]
    return KnownStars(frozenset((None, star) for star in learned), frozenset())


def stars(part):
    return set(part.star_id.tolist())


def check(parts, data):
    assert sum(len(part) for part in parts.values()) == len(data)
    assert list(parts) == ["train", "validation", "calibration"]
    names = list(parts)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            assert not stars(parts[first]) & stars(parts[second])


def test_without_a_pretraining(data):
    parts, notes = split_candidates(data, CONFIG)
    check(parts, data)
    assert notes == []
    assert len(parts["validation"]) == pytest.approx(20, abs=6)
    assert len(parts["calibration"]) == pytest.approx(40, abs=8)


@pytest.mark.parametrize("share", [0.5, 0.85, 0.9])
def test_what_was_learned_from_is_trained_on(data, share):
    seen = known(data, share)
    parts, notes = split_candidates(data, CONFIG, seen)
    check(parts, data)
    assert notes == []
    for name in ("validation", "calibration"):
        assert not seen.trained_rows(parts[name]).any()
    held = min(0.15, 1 - share) * len(data)
    assert len(parts["validation"]) == pytest.approx(held / 3, abs=8)
    assert len(parts["calibration"]) == pytest.approx(2 * held / 3, abs=8)
    np.testing.assert_array_equal(
        seen.trained_rows(parts["train"]).sum(), seen.trained_rows(data).sum()
    )


def test_too_few_new_stars_are_said(data):
    parts, notes = split_candidates(data, CONFIG, known(data, 0.97))
    check(parts, data)
    assert len(notes) == 1
    assert "early stopping and calibration are too sure" in notes[0]
    expected, _ = split_candidates(data, CONFIG)
    for name, part in expected.items():
        np.testing.assert_array_equal(parts[name].object_id, part.object_id)


def test_two_spellings_of_a_star_stay_together(tmp_path):
    rows = make_rows(400)
    for row in rows[::2]:
        row["star_id"] = f"KIC {row['star_id']}"
    data = load(write(tmp_path, rows, make_views(rows)))
    assert len(stars(data)) > len({star.split()[-1] for star in stars(data)})
    parts, _ = split_candidates(data, CONFIG)
    numbers = [{star.split()[-1] for star in stars(part)} for part in parts.values()]
    assert sum(map(len, numbers)) == len(set().union(*numbers))
