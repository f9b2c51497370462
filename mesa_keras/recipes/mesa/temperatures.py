"""The temperatures of a MESA model, one by what a candidate has."""

from collections.abc import Collection
from typing import Any

import keras
import numpy as np

from mesa_keras.evaluation import fit_temperature, softmax
from mesa_keras.evaluation.calibration import FEWEST_FOR_TEMPERATURE
from mesa_keras.layers import DecisionRule
from mesa_keras.recipes.mesa.modalities import Arrays, has, modalities, show_only
from mesa_keras.recipes.mesa.model import decision_rule

Temperatures = dict[tuple[str, ...], float]


def fit_temperatures(
    model: keras.Model, inputs: Arrays, labels: np.ndarray
) -> Temperatures:
    """Finds the temperature of the smallest log-loss for each set of modalities.

    For a set, all candidates that have it are shown to the model with nothing else. One
    that fewer than 20 have keeps its temperature or, where no set ever got one, takes
    that of all candidates as they are. With fewer than 20 in all nothing is fitted.
    What a user should know of this says `temperature_notes`.

    Args:
        model: Model of `build_model`.
        inputs: Arrays by input name of candidates that the model never saw.
        labels: Class indices, shape `(rows,)`.

    Returns:
        Temperatures by set, those kept not among them.
    """
    if len(labels) < FEWEST_FOR_TEMPERATURE:
        return {}
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
    result: Temperatures = dict.fromkeys(known, everything) if _neutral(rule) else {}
    for names, rows in rows_by_set(rule, inputs).items():
        if len(rows) >= FEWEST_FOR_TEMPERATURE:
            result[names] = found(rows, names)
    return result


def temperature_notes(rule: DecisionRule, inputs: Arrays) -> list[str]:
    """Says which temperatures `fit_temperatures` does not find, and what they are.

    Args:
        rule: The rule as it is before the fit.
        inputs: Arrays by input name of the candidates to fit to.
    """
    few = few_candidates_notes(rule, len(next(iter(inputs.values()))))
    if few or not rule.modalities:
        return few
    kept = "is that of all candidates" if _neutral(rule) else "stays"
    return [
        f"fewer than {FEWEST_FOR_TEMPERATURE} candidates have {' and '.join(names)}: "
        f"the temperature for these alone {kept}"
        for names, found in rows_by_set(rule, inputs).items()
        if len(found) < FEWEST_FOR_TEMPERATURE
    ]


def few_candidates_notes(rule: DecisionRule, count: int) -> list[str]:
    """Says that `count` candidates are too few for any temperature, if they are.

    Args:
        rule: The rule, before or after a calibration on these candidates.
        count: Candidates with a label and a usable value.
    """
    if count >= FEWEST_FOR_TEMPERATURE:
        return []
    kept = "temperature stays 1" if _neutral(rule) else "temperatures stay"
    return [
        f"only {count} candidates to calibrate on, fewer than "
        f"{FEWEST_FOR_TEMPERATURE}: the model's {kept}"
    ]


def _neutral(rule: DecisionRule) -> bool:
    """Whether no temperature was ever set."""
    return all(value == 1 for value in rule.temperatures().values())


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
