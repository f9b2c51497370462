import dataclasses

import pytest

from mesa_keras.preprocessing import VIEW_CONVENTION, ViewSettings


def test_convention_is_ours_and_tells_what_changes_values():
    plain = ViewSettings()
    assert plain.convention != VIEW_CONVENTION
    assert ViewSettings(global_bins=2001).convention == plain.convention
    for changed in ({"window_days": 2.0}, {"local_durations": 8.0}):
        other = dataclasses.replace(plain, **changed)
        assert other.convention != plain.convention


@pytest.mark.parametrize(
    "wrong",
    [
        {"global_bins": 0},
        {"local_bins": 61.5},
        {"local_durations": -1.0},
        {"window_days": 0.0},
        {"window_days": float("nan")},
        {"unfolded_transits": 10**9},
    ],
)
def test_rejects(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"`{name}` must be"):
        ViewSettings(**wrong)
