"""What a table of measurements must say about where it was made."""

import platform
from importlib.metadata import version
from pathlib import Path

from mesa_keras.available_cores import available_cores


def machine(*packages: str) -> str:
    """One line: processor, cores, operating system and versions."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"{name}, {available_cores()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {versions}"
    )
