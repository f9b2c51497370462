"""Model files that are whole, or said not to be."""

import zipfile
from pathlib import Path

import keras

from mesa_keras import layers, losses, metrics  # noqa: F401  (registers the classes)
from mesa_keras.atomic_file import atomic_file


def save_model(model: keras.Model, path: str | Path) -> None:
    """Saves a model under its name once it is complete.

    Args:
        model: Any model.
        path: File name, `*.keras`.
    """
    with atomic_file(path) as temporary:
        model.save(temporary)


def open_model(path: str | Path) -> keras.Model:
    """Loads a model of this library.

    Args:
        path: File name, `*.keras`.

    Returns:
        The model, with its normalization, temperature and thresholds.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is truncated or not a Keras model.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder; a model is a file, *.keras")
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist")
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        raise ValueError(f"{path} must be a whole `.keras` model file, and is not")
    try:
        return keras.saving.load_model(path)
    except (ValueError, TypeError, KeyError, OSError, zipfile.BadZipFile) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else "damaged"
        raise ValueError(f"{path} is not a model of this library: {first}") from error
