"""What must hold of candidates before a model is trained or measured on them."""

import re

import numpy as np

from mesa_keras.evaluation import check_disjoint
from mesa_keras.recipes.mesa.data import MesaData

_ROW_NAME = re.compile(r"row \d+$")
_CATALOGUE_STAR = re.compile(r"(?:KIC|TIC|EPIC)?[ _-]*0*(\d+)$", re.IGNORECASE)


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

    "TIC 0261136679" and "261136679" are one star; row numbers are none.
    """
    named = [
        [
            _CATALOGUE_STAR.sub(r"\1", star)
            for star in data.star_id
            if not _ROW_NAME.match(star)
        ]
        for data in (train, test)
    ]
    check_disjoint(train=named[0], test=named[1])
