"""What must hold of candidates before a model is trained or measured on them."""

import numpy as np

from mesa_keras.evaluation import check_disjoint
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.stars import StarTable, star_names


def check_trainable(data: MesaData) -> None:
    """Raises `ValueError` unless the rows hold labels of two classes or more."""
    label = np.array([]) if data.label is None else data.label
    present = np.unique(label[label >= 0]).tolist()
    if len(present) < 2:
        found = ", ".join(data.class_names[index] for index in present) or "none"
        raise ValueError(
            f"{data.path}: training needs two classes or more. Received: {found}"
        )


def check_no_shared_stars(train: StarTable, test: StarTable) -> None:
    """Raises `ValueError` if a star stands in both; see `star_names`."""
    names = star_names([train, test])
    check_disjoint(train=names[0], test=names[1])
