"""Conditions on catalogue columns, as in ``redshift > 0.1 and kind == far``.

The text is parsed here and never run as code.
"""

import operator
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_EQUALITY = (operator.eq, operator.ne)
_CONDITION = re.compile(
    r"\s*(?P<column>[A-Za-z_]\w*)\s*(?P<operator>>=|<=|==|!=|=|>|<)\s*"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s,&<>=!\"']+)\s*(?P<joint>,|&|and\b|$)",
    re.IGNORECASE,
)
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class Condition(NamedTuple):
    """One comparison of a column with a value.

    Attributes:
        column: Name of the column.
        operator: One of `>= <= == != = > <`.
        value: The value as written, without its quotes.
    """

    column: str
    operator: str
    value: str


def parse_conditions(text: str) -> list[Condition]:
    """Reads conditions joined by `and`, `&` or commas.

    Args:
        text: As in `redshift>0.1 and kind=="spiral"`. Values with blanks are quoted.

    Raises:
        ValueError: If the text is none; it says from where on it is not.
    """
    found, place, joint = [], 0, "and"
    while joint:
        match = _CONDITION.match(text, place)
        if match is None:
            raise ValueError(
                "`where` must be conditions such as redshift>0.1, joined by and. "
                f"Received: {text!r}, not understood from {text[place:]!r}"
            )
        value = match["value"]
        if value[0] in "\"'":
            value = value[1:-1]
        found.append(Condition(match["column"], match["operator"], value))
        place, joint = match.end(), match["joint"]
    return found


def rows_where(table: Any, text: str) -> np.ndarray:
    """Returns which rows of a table fulfil all conditions.

    A missing cell fulfils none, not even `!=`.

    Args:
        table: `pandas.DataFrame`.
        text: Conditions; see `parse_conditions`.

    Returns:
        Booleans, shape `(rows,)`.

    Raises:
        ValueError: If the text is no condition, a column is unknown, or a value does
            not fit its column.
    """
    result = np.ones(len(table), dtype=bool)
    for condition in parse_conditions(text):
        if condition.column not in table:
            raise ValueError(
                f"`where` names the column {condition.column!r}, and the table has "
                f"{', '.join(map(str, table.columns))}."
            )
        result &= _holds(table[condition.column], condition)
    return result


def _holds(column: Any, condition: Condition) -> np.ndarray:
    compare = _OPERATORS[condition.operator]
    present = np.asarray(column.notna(), dtype=bool)
    value: Any = condition.value
    if pd.api.types.is_bool_dtype(column):
        if value.casefold() not in _TRUTH or compare not in _EQUALITY:
            raise _mismatch(condition, "true or false, compared by == or !=")
        value = _TRUTH[value.casefold()]
    elif pd.api.types.is_numeric_dtype(column):
        try:
            value = float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError:
            raise _mismatch(condition, "a number") from None
    elif compare not in _EQUALITY:
        raise _mismatch(condition, "text, compared by == or !=")
    held = np.zeros(len(column), dtype=bool)
    held[present] = np.asarray(compare(column[present], value), dtype=bool)
    return held


def _mismatch(condition: Condition, rule: str) -> ValueError:
    return ValueError(
        f"`where` must compare the column {condition.column!r} with {rule}. Received: "
        f"{condition.column}{condition.operator}{condition.value}"
    )
