"""The temperatures of a MESA model, one by what a candidate has."""

from collections.abc import Collection
from typing import Any

import keras
import numpy as np

from mesa_keras.evaluation import fit_temperature, softmax
from mesa_keras.layers import DecisionRule
from mesa_keras.recipes.mesa.modalities import Arrays, has, modalities, show_only
from mesa_keras.recipes.mesa.model import decision_rule

# Fewer candidates leave a temperature to chance.
FEWEST = 20
Temperatures = dict[tuple[str, ...], float]


def fit_temperatures(
    model: keras.Model, inputs: Arrays, labels: np.ndarray
) -> Temperatures:
    """Finds the temperature of the smallest log-loss for each set of modalities.

    For a set, all candidates that have it are shown to the model with nothing else. One
    that fewer than 20 have keeps its temperature or, where no set ever got one, takes
    that of all candidates as they are.

    Args:
        model: Model of `build_model`.
        inputs: Arrays by input name of candidates that the model never saw.
        labels: Class indices, shape `(rows,)`.

    Returns:
        Temperatures by set, those kept not among them.
    """
    rule = decision_rule(model)
    logits = keras.Model(model.input, model.output["logits"])

    def found(rows: Any, shown: Collection[str]) -> float:
        # All rows each time: another number of them would be traced anew.
        part = logits.predict(show_only(inputs, shown), batch_size=256, verbose=0)
        return fit_temperature(part[rows], labels[rows])

    everything = found(slice(None), modalities(inputs))
    if not rule.modalities:
        return {(): everything}
    known = rule.temperatures()
    neutral = all(value == 1 for value in known.values())
    result: Temperatures = dict.fromkeys(known, everything) if neutral else {}
    for names, rows in rows_by_set(rule, inputs).items():
        if len(rows) >= FEWEST:
            result[names] = found(rows, names)
    return result


def rows_by_set(rule: DecisionRule, inputs: Arrays) -> dict[tuple[str, ...], Any]:
    """Returns the places of the candidates that have all of a set of modalities."""
    present = dict(zip(modalities(inputs), has(inputs).T, strict=True))
    return {
        names: np.flatnonzero(np.all([present[name] for name in names], axis=0))
        for names in rule.temperatures()
        if names
    }


def probabilities_of(
    temperatures: Temperatures, logits: np.ndarray, inputs: Arrays
) -> np.ndarray:
    """Returns the probabilities of logits, in float64.

    Args:
        temperatures: One for each set of modalities, or the only one of the key `()`.
        logits: Shape `(rows, classes)`.
        inputs: Arrays that the logits were made of, by input name.
    """
    if () in temperatures:
        return softmax(logits, temperatures[()])
    names = np.array(tuple(modalities(inputs)))
    # A row that has nothing is unknown whatever its logits.
    by_set = {(): 1.0, **temperatures}
    divisor = np.array([by_set[tuple(names[row].tolist())] for row in has(inputs)])
    return softmax(np.asarray(logits, dtype=np.float64) / divisor[:, None])


def by_name(temperatures: Temperatures) -> dict[str, float]:
    """Returns temperatures by the names of what a candidate has, for people."""
    return {" + ".join(names) or "any": value for names, value in temperatures.items()}
