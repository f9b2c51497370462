"""Fields of a recipe's configuration: what they mean and which values they take.

A configuration is a frozen dataclass. Each field carries its help text, and may carry a
rule for numbers, a choice of words, or how its text is parsed; the command line makes a
flag of each.
"""

import dataclasses
from typing import Any

# Which numbers a field takes, and how to say so.
POSITIVE = (lambda value: value > 0, "must be positive")
NOT_NEGATIVE = (lambda value: value >= 0, "must not be negative")
RATE = (lambda value: 0 <= value < 1, "must lie in [0, 1)")
SHARE = (lambda value: 0 < value < 0.5, "must lie in (0, 0.5)")
# What the generators of Python, NumPy and TensorFlow all take.
SEED = (lambda value: 0 <= value < 2**32, "must be in [0, 4294967296)")
AT_LEAST_ONE = (lambda value: value >= 1, "must be at least 1")


def option(default: Any, text: str, **extra: Any) -> Any:
    """A field with its default and help text.

    Args:
        default: Default value.
        text: What the field means.
        **extra: `rule`, a pair of a predicate and what it says; `choices`, the values
            that are allowed; `parse`, from the text of a flag to the value.
    """
    return dataclasses.field(default=default, metadata={"help": text, **extra})


def names(text: str) -> tuple[str, ...]:
    """Splits a comma list as typed on the command line."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def widths(text: str) -> tuple[int, ...]:
    """Splits a comma list of whole numbers.

    Raises:
        ValueError: If a part is no whole number.
    """
    try:
        return tuple(int(part) for part in names(text))
    except ValueError as error:
        raise ValueError(
            f"must be whole numbers separated by commas. Received: {text!r}"
        ) from error


def temperature(text: str) -> float | str:
    """A number, or the word `learnable`.

    Raises:
        ValueError: If it is neither.
    """
    try:
        return text if text == "learnable" else float(text)
    except ValueError as error:
        raise ValueError(
            f"must be a number or the word learnable. Received: {text!r}"
        ) from error


def check_field(config: Any, name: str, ok: bool, rule: str) -> None:
    """Raises `ValueError` that names the field, its rule and what came, unless `ok`."""
    if not ok:
        raise ValueError(f"`{name}` {rule}. Received: {name}={getattr(config, name)}")


def check_fields(config: Any) -> None:
    """Checks every field of a configuration against its own choices and rule."""
    for entry in dataclasses.fields(config):
        value = getattr(config, entry.name)
        choices = entry.metadata.get("choices")
        if choices:
            check_field(config, entry.name, value in choices, f"must be of {choices}")
        if "rule" in entry.metadata:
            allows, rule = entry.metadata["rule"]
            check_field(config, entry.name, allows(value), rule)
