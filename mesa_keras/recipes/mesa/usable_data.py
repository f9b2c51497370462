"""What of a table can be learned from."""

import dataclasses
from typing import Any

import numpy as np

from mesa_keras.readers import NO_USABLE_VALUE
from mesa_keras.recipes.mesa.data import MesaData


def usable(data: MesaData) -> MesaData:
    """Leaves out rows that hold nothing, and columns that hold nothing in any row."""
    data, notes = usable_rows(data), []
    changes: dict[str, Any] = {}
    for name in ("planet", "stellar"):
        values = getattr(data, f"{name}_features")
        found = np.isfinite(values).any(axis=0)
        names = getattr(data, f"{name}_columns")
        changes[f"{name}_features"] = values[:, found]
        changes[f"{name}_columns"] = tuple(np.array(names, str)[found].tolist())
        absent = np.array(names, str)[~found].tolist()
        if absent:
            notes.append(f"columns without any value left out: {', '.join(absent)}")
    return dataclasses.replace(data, **changes, warnings=(*data.warnings, *notes))


def usable_rows(data: MesaData) -> MesaData:
    """Leaves out rows that hold nothing, or no label where the others have one."""
    empty = np.array([NO_USABLE_VALUE in fault for fault in data.faults])
    if data.label is not None:
        empty |= data.label < 0
    if not empty.any():
        return data
    shown = ", ".join(data.object_id[empty][:3])
    note = f"{empty.sum()} candidates hold nothing to learn from: {shown} …"
    return dataclasses.replace(
        data.take(np.flatnonzero(~empty)), warnings=(*data.warnings, note)
    )
