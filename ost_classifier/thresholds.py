"""Thresholds per class: every form that they come in, and the file they are kept in."""

import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mesa_keras._version import __version__
from mesa_keras.json_file import write_json

FORMAT = "frame thresholds 1"
MODELS_DIR = Path(__file__).resolve().parents[1] / "models"
PROFILES = ("prod_precision", "prod_recall")
# What other programs name the list or dictionary in their files.
_KEYS = ("thresholds", "per_class", "values")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)

ThresholdsLike = float | str | os.PathLike[str] | Sequence[float] | Mapping[str, float]


@dataclass(frozen=True)
class Thresholds:
    """The smallest probability per class that is decided for.

    Attributes:
        class_names: Classes in the model's order.
        values: A threshold per class, each in [0, 1].
        temperature: Temperature of the probabilities that they were fitted on, `None`
            for the model's own.
        pixel_temperature: The same for probabilities from pixels alone.
        source: Where they come from: a file, or as typed.
        model_weights: Fingerprint of the model they were fitted for, if known.
        described: What the file says of how they were fitted.
    """

    class_names: tuple[str, ...]
    values: tuple[float, ...]
    temperature: float | None = None
    pixel_temperature: float | None = None
    source: str = "as given"
    model_weights: str | None = None
    described: Mapping[str, Any] = field(default_factory=dict)

    @property
    def optimistic(self) -> bool:
        """Whether they were fitted to frames, or nights, that they were scored on."""
        return bool(self.described.get("optimistic", False))

    def by_name(self) -> dict[str, float]:
        """Thresholds by class name."""
        return dict(zip(self.class_names, self.values, strict=True))


def read_thresholds(
    given: ThresholdsLike,
    class_names: Sequence[str],
    model_path: str | os.PathLike[str] | None = None,
) -> Thresholds:
    """Reads thresholds in any of the forms that users have them in.

    Args:
        given: A number for all classes; a list, or a text with commas, in the order of
            the classes; a dictionary by class name; the path of a JSON file with a
            number, a list, a dictionary or what `save_thresholds` wrote; or the name
            of a profile, such as `prod_precision`, which is `thresholds_<name>.json`
            beside the model or in the folder `models`.
        class_names: Classes of the model in order.
        model_path: Model file, where profiles are looked for first.

    Raises:
        FileNotFoundError: If a text is neither numbers, a file nor a profile.
        ValueError: If a file is damaged, the classes are others, or a value is outside
            [0, 1].
    """
    names = tuple(class_names)
    if isinstance(given, (str, os.PathLike)):
        numbers = _numbers(os.fspath(given))
        if numbers is not None:
            return Thresholds(names, _in_order(numbers, names, "`thresholds`"))
        return _read_file(_find(given, model_path), names)
    return Thresholds(names, _in_order(given, names, "`thresholds`"))


def save_thresholds(
    path: str | os.PathLike[str],
    thresholds: Thresholds,
    model_file: str | None = None,
) -> None:
    """Writes thresholds with all that is needed to judge them; they read back the same.

    Args:
        path: JSON file to write; its folder is made if needed.
        thresholds: Thresholds, with what `described` says of their fit.
        model_file: Name of the model that they were fitted for.

    Raises:
        OSError: If the file cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "format": FORMAT,
        "class_names": list(thresholds.class_names),
        "thresholds": thresholds.by_name(),
        "temperature": thresholds.temperature,
        "pixel_temperature": thresholds.pixel_temperature,
        **thresholds.described,
        "model": {"file": model_file, "weights": thresholds.model_weights},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
    }
    write_json(path, content)


def _numbers(text: str) -> float | list[float] | None:
    """Reads "0.5" or "0.9,0.4"; `None` where the text is something else."""
    parts = [part.strip() for part in text.split(",")]
    if not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    values = [float(part) for part in parts]
    return values[0] if len(values) == 1 else values


def _find(
    given: str | os.PathLike[str], model_path: str | os.PathLike[str] | None
) -> Path:
    path = Path(given)
    if path.is_file():
        return path
    folders = [MODELS_DIR] if model_path is None else [Path(model_path).parent]
    for folder in (*folders, MODELS_DIR):
        profile = folder / f"thresholds_{given}.json"
        if profile.is_file():
            return profile
    raise FileNotFoundError(
        f"`thresholds` must be a number, numbers separated by commas, a JSON file or a "
        f"profile ({', '.join(PROFILES)}). Received: {given}"
    )


def _read_file(path: Path, names: tuple[str, ...]) -> Thresholds:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}.") from error
    if isinstance(content, dict):
        # Some tools keep precision and recall beside each threshold.
        content = {
            key: value["threshold"]
            if isinstance(value, dict) and "threshold" in value
            else value
            for key, value in content.items()
        }
    if not isinstance(content, dict) or (content and _is_by_name(content)):
        return Thresholds(names, _in_order(content, names, f"{path}"), source=f"{path}")
    key = next((key for key in _KEYS if key in content), None)
    if key is None:
        raise ValueError(
            f"{path} must hold a number, a list, numbers by class name, or one of "
            f"these named 'thresholds'. Received: {', '.join(content) or 'nothing'}"
        )
    stated = content.get("class_names", content.get("classes"))
    values = content[key]
    if isinstance(values, list) and isinstance(stated, list):
        if len(values) != len(stated):
            raise ValueError(
                f"{path} must hold a threshold per class. "
                f"Received: {len(values)} for {len(stated)} classes"
            )
        values = dict(zip(map(str, stated), values, strict=True))
    model = content.get("model")
    ours = content.get("format") == FORMAT
    named = ("class_names", "thresholds", "temperature", "pixel_temperature", "model")
    return Thresholds(
        names,
        _in_order(values, names, f"{path}"),
        temperature=_temperature(path, content.get("temperature")),
        pixel_temperature=_temperature(path, content.get("pixel_temperature")),
        source=f"{path}",
        model_weights=model.get("weights") if isinstance(model, dict) else None,
        described={
            key: value
            for key, value in content.items()
            if ours and key not in (*named, "created", "format", "version")
        },
    )


def _is_by_name(content: Mapping[str, Any]) -> bool:
    return not any(key in content for key in _KEYS) and all(
        isinstance(value, (int, float)) and not isinstance(value, bool)
        for value in content.values()
    )


def _in_order(given: Any, names: tuple[str, ...], where: str) -> tuple[float, ...]:
    """Returns a checked threshold per class, in the order of the classes."""
    if isinstance(given, Mapping):
        absent = [name for name in names if name not in given]
        other = [str(name) for name in given if name not in names]
        if absent or other:
            raise ValueError(
                f"{where} must have a threshold for each class of the model and no "
                f"other. Missing: {', '.join(absent) or 'none'}; of no class: "
                f"{', '.join(other) or 'none'}"
            )
        given = [given[name] for name in names]
    elif not isinstance(given, (Sequence, str)) and not hasattr(given, "__len__"):
        given = [given] * len(names)
    values = list(given)
    if len(values) != len(names):
        raise ValueError(
            f"{where} must have {len(names)} values, one a class of the model. "
            f"Received: {len(values)}"
        )
    for name, value in zip(names, values, strict=True):
        number = isinstance(value, (int, float)) or hasattr(value, "dtype")
        if isinstance(value, bool) or not number or not 0 <= value <= 1:
            raise ValueError(
                f"{where} must hold numbers in [0, 1]. Received: {value!r} for {name}"
            )
    return tuple(float(value) for value in values)


def _temperature(path: Path, value: Any) -> float | None:
    if value is None:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not (math.isfinite(value) and value > 0):
        raise ValueError(
            f"{path}: the temperature must be positive. Received: {value!r}"
        )
    return float(value)
