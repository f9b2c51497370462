"""How many processors a process may use, on every system."""

import os


def available_cores() -> int:
    """Cores that this process may use.

    Linux tells which it was given; macOS and Windows tell only how many there are.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
