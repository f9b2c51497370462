import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.evaluation.pair_validity import (
    measured_images,
    measured_spectra,
    pair_validity,
)


def table(**columns):
    columns = {"image_valid": [True], "spectrum_valid": [True], **columns}
    return pd.DataFrame({"redshift": [0.1], "reason": [""], **columns})


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, ""),
        ({"redshift": [0.0]}, ""),
        ({"redshift": [0.8]}, ""),
        ({"redshift": [0.8001]}, "redshift 0.8001 is outside 0 to 0.8"),
        ({"redshift": [-0.001]}, "redshift -0.0010 is outside 0 to 0.8"),
        ({"redshift": [np.nan]}, "redshift is unknown"),
        ({"redshift": [np.inf]}, "redshift is unknown"),
        ({"image_valid": [False]}, "image is not valid"),
        ({"spectrum_valid": [False]}, "spectrum is not valid"),
        ({"spectrum_valid": [False], "reason": ["is all zero"]}, "is all zero"),
        (
            {"image_valid": [False], "spectrum_valid": [False], "redshift": [2.0]},
            "image is not valid; spectrum is not valid; "
            "redshift 2.0000 is outside 0 to 0.8",
        ),
    ],
)
def test_reasons(columns, reason):
    valid, reasons = pair_validity(table(**columns))
    assert reasons == [reason]
    assert valid.tolist() == [reason == ""]
    assert valid.dtype == bool


def test_the_range_may_be_another():
    index = pd.concat([table(redshift=[z]) for z in (0.1, 0.4, 1.0)])
    assert pair_validity(index, (0.2, 1.0))[0].tolist() == [False, True, True]


def test_a_limit_that_was_stored_as_float32_is_included():
    stored = float(np.float32(0.8))
    assert stored > 0.8
    assert pair_validity(table(redshift=[stored]))[1] == [""]


def test_a_reason_of_a_valid_pair_is_only_a_note():
    assert pair_validity(table(reason=["stretched"]))[1] == [""]


# As catalogues store them: what is closer to a limit than float32 can tell is on it.
redshifts = st.floats(-1, 2, width=32) | st.just(float("nan"))


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), redshifts), min_size=1),
)
def test_every_row_that_is_not_valid_has_a_reason(rows):
    index = pd.DataFrame(rows, columns=["image_valid", "spectrum_valid", "redshift"])
    valid, reasons = pair_validity(index)
    assert len(reasons) == len(valid) == len(rows)
    assert [reason == "" for reason in reasons] == valid.tolist()
    expected = [i and s and 0 <= np.float32(z) <= np.float32(0.8) for i, s, z in rows]
    assert valid.tolist() == expected


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"lowest and a highest.*\(0.8, 0.1\)"):
        pair_validity(table(), (0.8, 0.1))
    with pytest.raises(ValueError, match="column 'redshift'"):
        pair_validity(table().drop(columns="redshift"))
    with pytest.raises(ValueError, match="'image_valid' of `index` must be boolean"):
        pair_validity(table(image_valid=[1]))


def test_measured_images():
    images = np.full((7, 9, 9, 3), np.nan, "float16")
    images[0] = 1.0
    images[1, 4, 4] = -2.0
    images[2, 0, 0, :2], images[2, 4, 4, 2] = 3.0, 1.0
    images[3] = 0.0
    images[4, 8, 8] = np.inf
    images[6, ..., :2], images[6, ..., 2] = 1.0, 0.0  # no exposure in a band
    assert measured_images(images).tolist() == [True] * 3 + [False] * 4
    assert measured_images(images[:0]).shape == (0,)


def test_measured_spectra():
    flux = np.ones((7, 300), "float32")
    ivar = np.ones_like(flux)
    flux[1] = np.nan
    flux[1, 7] = 2.0
    flux[2] = 0.0
    flux[3] = np.nan
    ivar[4] = 0.0
    ivar[5] = 0.0
    ivar[5, 8] = 1.0
    ivar[6] = np.nan
    expected = [True, True, False, False, False, True, False]
    assert measured_spectra(flux, ivar).tolist() == expected
    assert measured_spectra(flux[:0], ivar[:0]).shape == (0,)
