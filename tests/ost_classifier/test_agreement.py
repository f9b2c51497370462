import numpy as np
import pytest

from ost_classifier.agreement import agreement, same_in_pixels

NAMES = ("bias", "darks", "flats", "deep_sky")


def verdict(claims, probabilities, exposure_s=float("nan")):
    claimed = np.array([name in claims for name in NAMES])
    return agreement(claimed, np.array(probabilities), NAMES, exposure_s)


@pytest.mark.parametrize(
    ("claims", "probabilities", "expected"),
    [
        ((), [0.97, 0.01, 0.01, 0.01], "no claim"),
        (("flats",), [0.01, 0.01, 0.97, 0.01], "agree"),
        # The claim is not the most probable class, but pixels do not exclude it.
        (("flats",), [0.01, 0.01, 0.18, 0.8], "agree"),
        (("flats",), [0.0, 0.01, 0.01, 0.98], "header suspect"),
        (("flats",), [0.3, 0.3, 0.02, 0.38], "pixels odd"),
        # A claim of kind alone allows several classes.
        (("flats", "deep_sky"), [0.0, 0.0, 0.03, 0.97], "agree"),
    ],
)
def test_verdicts(claims, probabilities, expected):
    assert verdict(claims, probabilities) == expected


def test_a_cold_dark_may_look_like_a_bias():
    bias = [0.98, 0.01, 0.0, 0.01]
    assert verdict(("darks",), bias, 300.0) == "agree"
    assert verdict(("darks",), bias) == "agree"


def test_a_bias_with_dark_current_is_suspect_where_it_was_exposed():
    dark = [0.01, 0.98, 0.0, 0.01]
    assert verdict(("bias",), dark) == "agree"
    assert verdict(("bias",), dark, 0.0) == "agree"
    assert verdict(("bias",), dark, 60.0) == "header suspect"


def test_bias_and_short_darks_are_one_kind():
    assert same_in_pixels("bias", float("nan"), NAMES) == {"bias", "darks"}
    assert same_in_pixels("darks", 0.1, NAMES) == {"bias", "darks"}
    assert same_in_pixels("darks", 1.0, NAMES) == {"darks"}
    assert same_in_pixels("darks", float("nan"), NAMES) == {"darks"}
    assert same_in_pixels("flats", 0.1, NAMES) == {"flats"}


def test_other_observatories_need_no_bias():
    claimed = np.array([True, False])
    assert agreement(claimed, np.array([0.9, 0.1]), ("a", "b")) == "agree"


def test_other_observatories_name_their_darks_otherwise():
    names = ("Zero", "Dark Frames", "flat")
    short_dark = np.array([False, True, False])
    assert agreement(short_dark, np.array([0.98, 0.01, 0.01]), names, 0.1) == "agree"
    zero = np.array([True, False, False])
    dark = np.array([0.01, 0.98, 0.01])
    assert agreement(zero, dark, names, 0.0) == "agree"
    assert agreement(zero, dark, names, 60.0) == "header suspect"
    assert same_in_pixels("Dark Frames", 0.1, names) == {"Zero", "Dark Frames"}
    assert same_in_pixels("Dark Frames", 60.0, names) == {"Dark Frames"}
