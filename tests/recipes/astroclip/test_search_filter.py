import numpy as np
import pandas as pd
import pytest

from mesa_keras.recipes.astroclip.search_filter import (
    Condition,
    parse_conditions,
    rows_where,
)

TABLE = pd.DataFrame(
    {
        "redshift": [0.05, 0.2, np.nan, 0.4],
        "object_id": [1, 2, 2**60 + 1, 4],
        "kind": ["spiral", "barred spiral", None, "elliptical"],
        "valid": [True, False, True, True],
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redshift>0.1", [1, 3]),
        ("redshift >= 0.2 and redshift<0.4", [1]),
        ("redshift!=0.2", [0, 3]),
        ("redshift>1e-1,valid=true", [3]),
        ("valid == False", [1]),
        ("valid!=0", [0, 2, 3]),
        ("kind==spiral", [0]),
        ("kind = 'barred spiral' & redshift > 0", [1]),
        ('kind != "spiral"', [1, 3]),
        (f"object_id=={2**60 + 1}", [2]),
        ("redshift>-5 AND object_id<=2", [0, 1]),
    ],
)
def test_picks_rows(text, expected):
    assert np.flatnonzero(rows_where(TABLE, text)).tolist() == expected


def test_parses_names_operators_and_values():
    assert parse_conditions("a>=1 and b='x, y'") == [
        Condition("a", ">=", "1"),
        Condition("b", "==", "x, y")._replace(operator="="),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be conditions such as"),
        ("redshift", "must be conditions such as"),
        ("redshift>0.1 and", "not understood from ''"),
        ("redshift>0.1 or valid=1", "not understood from 'redshift>0.1 or"),
        ("__import__('os').system('ls')", "must be conditions such as"),
        ("redshift>(1)*2; valid", "must be conditions such as"),
        ("size>1", "names the column 'size', and the table has redshift, object_id"),
        ("redshift>high", "must compare the column 'redshift' with a number"),
        ("valid>1", "with true or false"),
        ("kind>a", "with text, compared by == or !="),
    ],
)
def test_rejects(text, message):
    with pytest.raises(ValueError, match=message):
        rows_where(TABLE, text)
