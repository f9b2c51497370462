"""What a call fetched from an archive, and what it did not."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Thousands of names would hide what else is told.
_NAMED = 20


@dataclass
class FetchReport:
    """What a call fetched.

    Attributes:
        manifest: The manifest.
        fetched: Files that came now.
        replaced: Those of them that took the place of a damaged file.
        kept: Files that were there already, and whole.
        num_bytes: Bytes that came over the network.
        seconds: Time that it took.
        missing: What is not there, by name, to the reason.
        unreachable: Whom nobody answered for, '' where all could be reached.
        notes: What a user should know.
    """

    manifest: Path
    fetched: int = 0
    replaced: int = 0
    kept: int = 0
    num_bytes: int = 0
    seconds: float = 0.0
    missing: dict[str, str] = field(default_factory=dict)
    unreachable: str = ""
    notes: list[str] = field(default_factory=list)

    def faults(self, by_hand: str) -> list[str]:
        """Returns what to tell a user of what is missing, in lines.

        Args:
            by_hand: How to do without a network, as an order.
        """
        lines = missing_lines(self.missing)
        if self.unreachable:
            lines.insert(
                0,
                f"error: {self.unreachable}: try again with a network, name a mirror "
                f"by --archive, or {by_hand}.",
            )
        return lines


def missing_lines(missing: Mapping[str, str]) -> list[str]:
    """Names what is missing, in a line for each reason the first and the number."""
    by_reason = sorted(missing.items(), key=lambda item: (item[1], item[0]))
    lines = []
    for reason, items in itertools.groupby(by_reason, key=lambda item: item[1]):
        names = [name for name, _ in items]
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        lines.append(f"not fetched: {', '.join(names[:_NAMED])}{more}: {reason}")
    return lines
