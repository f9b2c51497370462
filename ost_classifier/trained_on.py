"""What the configuration beside a model says of the frames that it has seen."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mesa_keras.json_file import write_json

# Entries of `data`: keys of the frames of a training with those of the models that it
# started from, and of the frames of a later calibration.
TRAINED, CALIBRATED = "frame_keys", "calibration_keys"


def config_path(model_path: str | Path) -> Path:
    """File of the configuration that belongs to a model."""
    path = Path(model_path)
    return path.with_name(f"{path.stem}_config.json")


def trained_on(model_path: str | Path) -> dict[str, Any]:
    """Returns what the configuration beside a model says of its data.

    Returns:
        The entries; none where there is no such file.

    Raises:
        ValueError: If the file is not JSON.
    """
    found = _read(config_path(model_path)).get("data")
    return found if isinstance(found, dict) else {}


def known_keys(
    model_path: str | Path, entries: Sequence[str] = (TRAINED, CALIBRATED)
) -> frozenset[str]:
    """Returns the keys of the frames that a model has seen, as far as it is known.

    Args:
        model_path: Model file.
        entries: Of `TRAINED` and `CALIBRATED`.

    Raises:
        ValueError: If the configuration is not JSON.
    """
    data = trained_on(model_path)
    return frozenset(key for name in entries for key in str(data.get(name, "")).split())


def as_text(keys: Iterable[str]) -> str:
    """Keys as they are kept: in one text, as a line a frame would bury the rest."""
    return " ".join(sorted(set(keys))).strip()


def write_config_of_copy(
    model_path: str | Path, copy: str | Path, keys: Iterable[str] = ()
) -> Path:
    """Writes beside a copy of a model what stands beside the model.

    Args:
        model_path: The model.
        copy: Its copy, calibrated anew.
        keys: Keys of the frames that the copy was calibrated on.

    Returns:
        The file written. One that stood there was of a model that the copy replaces.

    Raises:
        ValueError: If the configuration is not JSON.
        OSError: If the file cannot be written.
    """
    known = known_keys(model_path, (CALIBRATED,))
    data = {**trained_on(model_path), CALIBRATED: as_text({*known, *keys})}
    config = {
        **_read(config_path(model_path)),
        "calibrated_from": str(model_path),
        "data": data,
    }
    write_json(config_path(copy), config)
    return config_path(copy)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}.") from error
    return content if isinstance(content, dict) else {}
