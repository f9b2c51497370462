"""The folded light curves of a table's candidates, and how they are fit to a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Views:
    """Folded light curves of the rows of a table.

    Attributes:
        arrays: Float32 array of shape `(rows, steps)` by name of the view; a row of NaN
            where an object has none.
        source: "views", "raw", "inline", "simulated" or "none".
        convention: How the flux is scaled, `None` without light curves.
        sha256: Fingerprint of the file of views, or of views of raw light curves; ''
            where the table itself holds all.
        warnings: What a user should know.
        faults: Why a row has no light curve, by row number from 0.
    """

    arrays: dict[str, np.ndarray]
    source: str
    convention: str | None = None
    sha256: str = ""
    warnings: tuple[str, ...] = ()
    faults: dict[int, str] = field(default_factory=dict)


def fit_to_model(
    views: Views,
    rows: int,
    expected: Mapping[str, int] | None,
    convention: str | None,
    path: Path,
) -> Views:
    """Gives a model the views it was built for.

    A view that the data lack becomes rows of NaN, with a warning; one that the model
    does not know is left out.

    Args:
        views: What the data have.
        rows: Rows of the table.
        expected: Steps by name of each view of the model; `None` takes all.
        convention: Convention of the model's views; `None` takes any.
        path: The table, for messages.

    Raises:
        ValueError: If a view has another length, or the convention differs.
    """
    if expected is None:
        expected = {name: array.shape[1] for name, array in views.arrays.items()}
    notes = list(views.warnings)
    arrays = {}
    for name, steps in expected.items():
        array = views.arrays.get(name)
        if array is None:
            array = np.full((rows, steps), np.nan, dtype=np.float32)
            if views.source != "none":
                notes.append(f"the data have no {name}: it is missing for all rows")
        elif array.shape[1] != steps:
            raise ValueError(
                f"{path}: view '{name}' has {array.shape[1]} steps, and the model "
                f"expects {steps}."
            )
        elif convention is not None and views.convention != convention:
            raise ValueError(
                f"{path}: view '{name}' is scaled by the convention "
                f"'{views.convention}', and the model expects '{convention}'."
            )
        arrays[name] = np.asarray(array, dtype=np.float32)
    return replace(views, arrays=arrays, warnings=tuple(notes))
