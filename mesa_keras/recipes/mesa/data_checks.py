"""What must hold of candidates before a model is trained or measured on them."""

import re

import numpy as np

from mesa_keras.evaluation import check_disjoint
from mesa_keras.readers import star_number
from mesa_keras.recipes.mesa.data import MesaData

_ROW_NAME = re.compile(r"row \d+$")


def check_trainable(data: MesaData) -> None:
    """Raises `ValueError` unless the rows hold labels of two classes or more."""
    label = np.array([]) if data.label is None else data.label
    present = np.unique(label[label >= 0]).tolist()
    if len(present) < 2:
        found = ", ".join(data.class_names[index] for index in present) or "none"
        raise ValueError(
            f"{data.path}: training needs two classes or more. Received: {found}"
        )


def check_no_shared_stars(train: MesaData, test: MesaData) -> None:
    """Raises `ValueError` if a star stands in both.

    "TIC 0261136679" and "261136679" are one star; "KIC 757450" and "TIC 757450" are
    two, also where the tables and not the ids tell the catalogue. Where a number's
    catalogue is not known, the number alone decides. Row numbers are no stars.
    """
    tables = [
        [_star(star, data) for star in data.star_id if not _ROW_NAME.match(star)]
        for data in (train, test)
    ]
    unknown = {
        name for stars in tables for catalogue, name in stars if catalogue is None
    }
    keys = [
        [
            name if name in unknown else f"{catalogue} {name}"
            for catalogue, name in stars
        ]
        for stars in tables
    ]
    check_disjoint(train=keys[0], test=keys[1])


def _star(star_id: str, data: MesaData) -> tuple[str | None, str]:
    """Catalogue and number of a star, or no catalogue and its name."""
    found = star_number(star_id)
    if found is None:
        return None, star_id
    prefix, number = found
    return prefix or data.star_catalogue, number
