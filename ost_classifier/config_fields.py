"""What the fields of a configuration are made of: rules, parsers and help texts."""

from dataclasses import field
from typing import Any

# Which numbers a field takes, and how to say so.
POSITIVE = (lambda value: value > 0, "must be positive")
NOT_NEGATIVE = (lambda value: value >= 0, "must not be negative")
RATE = (lambda value: 0 <= value < 1, "must lie in [0, 1)")
SHARE = (lambda value: 0 < value < 0.5, "must lie in (0, 0.5)")
AT_LEAST_ONE = (lambda value: value >= 1, "must be at least 1")


def names(text: str) -> tuple[str, ...]:
    """Splits a comma list as typed on the command line."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def widths(text: str) -> tuple[int, ...]:
    """Splits a comma list of whole numbers."""
    return tuple(int(part) for part in names(text))


def option(default: Any, text: str, **extra: Any) -> Any:
    """A field of a configuration that is a command-line option of the same name."""
    return field(default=default, metadata={"help": text, **extra})
