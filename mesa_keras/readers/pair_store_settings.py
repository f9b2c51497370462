"""What `store.json` of a store of galaxy pairs says, checked at the edge."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FORMAT = "mesa_keras pairs 1"
STORE_FILE = "store.json"
INDEX_FILE = "index.parquet"
FLUX_UNIT = "1e-17 erg / (s cm2 Angstrom)"
IMAGE_UNIT = "nanomaggy per pixel"

_DEFAULTS: dict[str, Any] = {
    "format": FORMAT,
    "bands": ["g", "r", "z"],
    "pixel_scale": 0.262,
    "image_shape": [152, 152],
    "image_unit": IMAGE_UNIT,
    "wavelength": {"start": 3600.0, "step": 0.8, "num": 7781},
    "flux_unit": FLUX_UNIT,
    "shard_rows": 256,
    "simulated": False,
    "about": {},
}


def store_settings(**given: Any) -> dict[str, Any]:
    """Returns the settings of a store: those given, and defaults for the others.

    Args:
        **given: Fields of `store.json`, such as `image_shape=[96, 96]`.

    Raises:
        ValueError: If a field is unknown or its value makes no sense.
    """
    unknown = sorted(set(given) - set(_DEFAULTS))
    if unknown:
        raise ValueError(
            f"`settings` has no field {unknown[0]!r}; it has {', '.join(_DEFAULTS)}."
        )
    settings = {**_DEFAULTS, **given}
    # Through JSON, so that what is written is what is read again.
    settings = json.loads(json.dumps(settings))
    check_settings(settings, "settings")
    return dict(settings)


def read_settings(folder: Path) -> dict[str, Any]:
    """Reads and checks `store.json`.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it is not that of a store.
    """
    path = folder / STORE_FILE
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: no such file, so the folder is no store of galaxy pairs, or its "
            "writing was interrupted: run the same command again."
        )
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: is not readable as JSON ({error}).") from error
    check_settings(settings, os.fspath(path))
    _check_shards(settings, os.fspath(path))
    return dict(settings)


def check_settings(settings: Any, where: str) -> None:
    """Checks all fields but the list of shards.

    Args:
        settings: What to check.
        where: File or argument that an error names.

    Raises:
        ValueError: If a field lacks or its value makes no sense.
    """
    if not isinstance(settings, Mapping) or settings.get("format") != FORMAT:
        found = settings.get("format") if isinstance(settings, Mapping) else settings
        raise ValueError(
            f"{where}: `format` must be {FORMAT!r}. Received: {str(found)[:60]!r}"
        )
    for name in _DEFAULTS:
        if name not in settings:
            raise ValueError(f"{where}: `{name}` is missing.")
    _require(_is_grid(settings["wavelength"]), settings, "wavelength", where)
    shape = settings["image_shape"]
    _require(
        _is_list(shape) and len(shape) == 2 and all(map(_is_count, shape)),
        settings,
        "image_shape",
        where,
    )
    bands = settings["bands"]
    _require(
        _is_list(bands) and bool(bands) and len(set(map(str, bands))) == len(bands),
        settings,
        "bands",
        where,
    )
    for name in ("shard_rows", "simulated", "pixel_scale"):
        value = settings[name]
        right = {
            "shard_rows": _is_count(value),
            "simulated": isinstance(value, bool),
            "pixel_scale": _is_positive(value),
        }
        _require(right[name], settings, name, where)


_RULES = {
    "wavelength": "hold positive `start` and `step` in Angstrom and a count `num`",
    "image_shape": "be height and width in pixels",
    "bands": "list different names",
    "shard_rows": "be a positive integer",
    "simulated": "be true or false",
    "pixel_scale": "be a positive number of arcsec",
}


def _require(right: bool, settings: Mapping[str, Any], name: str, where: str) -> None:
    if not right:
        raise ValueError(
            f"{where}: `{name}` must {_RULES[name]}. Received: {settings[name]!r}"
        )


def _check_shards(settings: Mapping[str, Any], where: str) -> None:
    shards = settings.get("shards")
    fits = _is_list(shards) and all(
        isinstance(shard, Mapping)
        and _is_name(shard.get("name"))
        and _is_count(shard.get("rows"))
        and isinstance(shard.get("fingerprint"), str)
        for shard in shards or ()
    )
    names = [shard["name"] for shard in shards] if fits and shards else []
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"{where}: `shards` must list shards of different names, each with `name`, "
            "`rows` and `fingerprint`."
        )


def _is_grid(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and _is_positive(value.get("start"))
        and _is_positive(value.get("step"))
        and _is_count(value.get("num"))
        and value["num"] > 1
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_name(value: Any) -> bool:
    # A name with a slash would lead out of the folder.
    return isinstance(value, str) and value.isalnum()


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_positive(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value) and value > 0
