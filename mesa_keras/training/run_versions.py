"""What a run was made with."""

import platform
from importlib.metadata import version

from mesa_keras._version import __version__


def versions() -> dict[str, str]:
    """Returns the versions of what made a run, by name."""
    return {
        "mesa_keras": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("keras", "tensorflow", "numpy")},
    }
