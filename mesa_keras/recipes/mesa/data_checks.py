"""What must hold of candidates before a model is trained on them."""

import numpy as np

from mesa_keras.recipes.mesa.data import MesaData


def check_trainable(data: MesaData) -> None:
    """Raises `ValueError` unless the rows hold labels of two classes or more."""
    label = np.array([]) if data.label is None else data.label
    present = np.unique(label[label >= 0]).tolist()
    if len(present) < 2:
        found = ", ".join(data.class_names[index] for index in present) or "none"
        raise ValueError(
            f"{data.path}: training needs two classes or more. Received: {found}"
        )
