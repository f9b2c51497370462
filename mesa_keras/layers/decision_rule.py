"""From logits to a decision, with everything that it needs in the model file."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from mesa_keras.layers._temperatures import (
    Temperature,
    changed_temperatures,
    modality_sets,
)

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class DecisionRule(keras.layers.Layer):
    """Turns logits into probabilities, a decision and its score.

    `probabilities = softmax(logits / temperature)`. Among the classes whose probability
    reaches its threshold the most probable is decided; if there is none, the most
    probable of all, or `unknown_id` where abstaining is on. A row whose logits are not
    finite numbers is always unknown, and its probabilities are NaN.

    A model that can do without some of its inputs is not equally sure of itself without
    them. With `modalities` there is a temperature for each set of modalities that a row
    may have; `temperature` is then that of a row that has all.

    The neutral start (temperature 1, thresholds 0, equal class rates, no abstaining)
    decides for the most probable class; `calibrate` sets the rest. It is kept in
    weights that no optimizer trains, always float32.

    Args:
        class_names: Names of the classes in the order of the logits, without
            duplicates.
        schema: Optional mapping that JSON can hold, kept in the config: names of input
            columns and views with their steps and convention.
        modalities: Names of the parts of the inputs that a row may lack, at most 8.
            Without any there is one temperature.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Logits, float tensor of shape `(batch, classes)`.
        present: Which modalities a row has, boolean tensor of shape `(batch,
            modalities)`. Needed where the layer has modalities, ignored otherwise.

    Returns:
        Dictionary of `probabilities`, float32 `(batch, classes)`; `decision`, int32
        `(batch,)`; and `score`, float32 `(batch,)`: the probability of the class
        decided, for unknown the highest probability.

    Raises:
        ValueError: If a name occurs twice, there are fewer than two classes or over 8
            modalities, or their number is not that of the inputs.
        TypeError: If a name is not a string or `schema` does not fit into JSON.
    """

    def __init__(
        self,
        class_names: Sequence[str],
        schema: Mapping[str, Any] | None = None,
        modalities: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(autocast=False, **kwargs)
        if isinstance(class_names, str) or not all(
            isinstance(name, str) for name in class_names
        ):
            raise TypeError(
                "`class_names` must be a sequence of strings. "
                f"Received: class_names={class_names!r}"
            )
        if len(class_names) < 2 or len(set(class_names)) < len(class_names):
            raise ValueError(
                "`class_names` must be at least two names without duplicates. "
                f"Received: class_names={tuple(class_names)}"
            )
        if len(modalities) > 8 or len(set(modalities)) < len(modalities):
            raise ValueError(
                "`modalities` must be at most 8 names without duplicates. "
                f"Received: modalities={tuple(modalities)}"
            )
        self.class_names = tuple(class_names)
        self.modalities = tuple(modalities)
        # As text: Keras wraps dictionaries that are attributes of a layer.
        self._schema = json.dumps(None if schema is None else dict(schema))

    @property
    def schema(self) -> dict[str, Any] | None:
        """Names, steps and conventions of the inputs; a copy."""
        schema: dict[str, Any] | None = json.loads(self._schema)
        return schema

    @property
    def unknown_id(self) -> int:
        """Value of `decision` that stands for no class: the number of classes."""
        return len(self.class_names)

    def build(self, input_shape: Shape) -> None:
        classes = len(self.class_names)
        if input_shape[-1] != classes:
            raise ValueError(
                "`inputs` must have one logit per name in `class_names`. "
                f"Received: shape={input_shape}, class_names={self.class_names}"
            )
        weights: dict[str, tuple[tuple[int, ...], float]] = {
            "temperature": ((), 1.0),
            "thresholds": ((classes,), 0.0),
            "abstain": ((), 0.0),
            "class_rates": ((classes,), 1 / classes),
        }
        if self.modalities:
            # Place sum(2**i) of the modalities present; the last, all, is above.
            weights["partial_temperatures"] = ((2 ** len(self.modalities) - 1,), 1.0)
        for name, (shape, value) in weights.items():
            weight = self.add_weight(
                name=name,
                shape=shape,
                initializer=keras.initializers.Constant(value),
                dtype="float32",
                autocast=False,
                trainable=False,
            )
            setattr(self, name, weight)

    def temperatures(self) -> dict[tuple[str, ...], float]:
        """Returns the temperature by the modalities that a row has.

        The last is that of a row that has all. Without modalities it is the only one,
        with the key `()`.
        """
        sets = modality_sets(self.modalities)
        found = dict(zip(sets, self._temperatures(), strict=True))
        if self.modalities:
            del found[()]
        return found

    def calibrate(
        self,
        temperature: Temperature | None = None,
        thresholds: ArrayLike | None = None,
        abstain: bool | None = None,
        class_rates: ArrayLike | None = None,
    ) -> None:
        """Sets what was found on calibration data; `None` keeps what is there.

        All arguments are checked before any is set.

        Args:
            temperature: Positive divisor of the logits, for all rows; or one by the
                modalities that a row has, where a set not named keeps its own.
            thresholds: Smallest probability per class that is decided for, in [0, 1].
            abstain: Whether a row below all thresholds is unknown.
            class_rates: Share per class in the calibration data, with sum 1.

        Raises:
            ValueError: If a value is out of range or has another length, or a set of
                modalities is none of this rule.
        """
        if not self.built:
            self.build((None, len(self.class_names)))
        values: dict[str, Any] = {}
        if temperature is not None:
            *partial, values["temperature"] = changed_temperatures(
                self._temperatures(), self.modalities, temperature
            )
            if partial:
                values["partial_temperatures"] = partial
        if thresholds is not None:
            values["thresholds"] = self._per_class("thresholds", thresholds)
        if abstain is not None:
            values["abstain"] = float(bool(abstain))
        if class_rates is not None:
            rates = self._per_class("class_rates", class_rates)
            if not np.isclose(rates.sum(), 1, atol=1e-4):
                raise ValueError(
                    f"`class_rates` must have the sum 1. Received: {rates.tolist()}"
                )
            values["class_rates"] = rates
        for name, value in values.items():
            getattr(self, name).assign(value)

    def _temperatures(self) -> list[float]:
        temperature = float(self.temperature)
        if not self.modalities:
            return [temperature]
        partial: list[float] = np.asarray(self.partial_temperatures, float).tolist()
        return [*partial, temperature]

    def _per_class(self, name: str, values: ArrayLike) -> np.ndarray:
        array = np.asarray(values, "float64")
        shape = (len(self.class_names),)
        if array.shape != shape or not np.all((array >= 0) & (array <= 1)):
            raise ValueError(
                f"`{name}` must be {shape[0]} numbers in [0, 1], one per class. "
                f"Received: {array.tolist()}"
            )
        return array

    def _row_temperature(self, present: Any) -> Any:
        """The temperature of each row, `(batch, 1)`, or the only one."""
        if not self.modalities:
            return self.temperature
        if present is None or present.shape[-1] != len(self.modalities):
            raise ValueError(
                f"`present` must say which of {self.modalities} a row has. "
                f"Received: {None if present is None else present.shape}"
            )
        digits = [2**i for i in range(len(self.modalities))]
        place = ops.sum(ops.cast(present, "int32") * ops.array(digits, "int32"), -1)
        values = ops.append(self.partial_temperatures, self.temperature)
        return ops.take(values, place)[:, None]

    def call(self, inputs: Any, present: Any = None) -> dict[str, Any]:
        logits = ops.cast(inputs, "float32")
        probabilities = ops.softmax(logits / self._row_temperature(present), axis=-1)
        broken = ops.any(ops.isnan(logits + probabilities), axis=-1, keepdims=True)
        probabilities = ops.where(broken, float("nan"), probabilities)
        reached = probabilities >= self.thresholds
        eligible = ops.where(reached, probabilities, -1.0)
        any_reached = ops.any(reached, axis=-1)
        unknown = ops.logical_or(self.abstain > 0.5, broken[:, 0])
        fallback = ops.where(unknown, self.unknown_id, _first_largest(probabilities))
        highest = ops.where(broken[:, 0], float("nan"), ops.max(probabilities, axis=-1))
        return {
            "probabilities": probabilities,
            "decision": ops.where(any_reached, _first_largest(eligible), fallback),
            "score": ops.where(any_reached, ops.max(eligible, axis=-1), highest),
        }

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "class_names": list(self.class_names),
            "schema": self.schema,
            "modalities": list(self.modalities),
        }


def _first_largest(values: Any) -> Any:
    return ops.cast(ops.argmax(values, axis=-1), "int32")
