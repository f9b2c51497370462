"""Where the model is that comes with the checkout."""

from pathlib import Path

SHIPPED_MODEL = Path(__file__).resolve().parents[3] / "models" / "mesa_kepler.keras"


def model_or_shipped(path: str | Path | None) -> Path:
    """Returns the model that is named, or the one that comes with the checkout.

    Raises:
        FileNotFoundError: If none is named, and this checkout has none.
    """
    if path is not None:
        return Path(path)
    if not SHIPPED_MODEL.is_file():
        raise FileNotFoundError(
            f"{SHIPPED_MODEL.name} is not in the folder {SHIPPED_MODEL.parent} of this "
            "checkout: name a model with --model_path."
        )
    return SHIPPED_MODEL
