"""What a model file tells of the inputs that the model was built for."""

from collections.abc import Mapping, Sequence
from typing import Any


def input_schema(
    planet_columns: Sequence[str],
    stellar_columns: Sequence[str],
    derived_features: bool,
    view_steps: Mapping[str, int],
    view_convention: str | None,
    light_curve_source: str | None,
) -> dict[str, Any]:
    """Describes the inputs of a model, JSON-able; arguments as of `build_model`."""
    return {
        "recipe": "mesa",
        "planet_features": list(planet_columns),
        "stellar_features": list(stellar_columns),
        "derived_features": derived_features,
        "views": dict(view_steps),
        "view_convention": view_convention,
        "light_curve_source": light_curve_source,
    }
