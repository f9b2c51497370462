"""Probabilities along each change of a light curve, as panels of the sheet."""

import numpy as np

from mesa_keras.recipes.mesa.counterfactual_search import Counterfactual
from mesa_keras.recipes.mesa.vetting import Vetting
from mesa_keras.report import ChangePanel

# Changes of one quantity share a panel: title, label, whether what is drawn is the
# difference to the start, and whether the axis is logarithmic.
_PANELS = {
    ("secondary_added", "secondary_removed"): (
        "Secondary eclipse added",
        "change of its depth (ppm)",
        True,
        False,
    ),
    ("odd_even_added", "odd_even_removed"): (
        "Odd-even difference added",
        "change of the difference (ppm)",
        True,
        False,
    ),
    ("deeper", "shallower"): ("Depth of the transit", "depth (ppm)", False, True),
    ("more_v_shaped", "more_box_shaped"): (
        "Shape, from U to V",
        "ingress and egress (part of transit)",
        False,
        False,
    ),
}


def change_panels(vetting: Vetting) -> list[ChangePanel]:
    """Returns a panel for each quantity."""
    found = {one.change.kind: one for one in vetting.counterfactuals}
    return [
        _panel(vetting, [found[kind] for kind in kinds if kind in found], kinds, *look)
        for kinds, look in _PANELS.items()
    ]


def _panel(
    vetting: Vetting,
    found: list[Counterfactual],
    kinds: tuple[str, str],
    title: str,
    x_label: str,
    relative: bool,
    log: bool,
) -> ChangePanel:
    classes = vetting.verdict.class_names
    note = "" if found else vetting.skipped[kinds[0]]
    values, probabilities = np.empty(0), np.empty((0, len(classes)))
    for one in found:
        offset = one.change.start if relative else 0.0
        values = np.append(values, one.values - offset)
        probabilities = np.concatenate([probabilities, one.probabilities])
    flips = [
        one.flip - (one.change.start if relative else 0.0)
        for one in found
        if one.flipped_to >= 0
    ]
    # A depth of nothing has no place on a logarithmic axis.
    kept = values > 0 if log else np.ones(values.size, dtype=bool)
    order = np.argsort(values[kept], kind="stable")
    return ChangePanel(
        title=title,
        x_label=x_label,
        class_names=classes,
        values=values[kept][order],
        probabilities=probabilities[kept][order],
        start=0.0 if relative else (found[0].change.start if found else 0.0),
        flips=[flip for flip in flips if flip > 0 or not log],
        log=log,
        note=note,
    )
