"""From one model file to decisions, in Python."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike
from tqdm import tqdm

from mesa_keras.layers import DecisionRule
from mesa_keras.training import open_model


class Predictor:
    """A classifier of this library, ready to decide.

    The file carries all that is needed: normalization, names of the inputs, class
    names, temperature and thresholds.

    Args:
        model_path: Model file, `*.keras`, whose last layer is a `DecisionRule`.

    Attributes:
        path: The file.
        model: The model.
        rule: Its `DecisionRule`.
        class_names: Names of the classes in order.
        unknown_id: The decision that stands for no class: the number of classes.
        schema: Names, steps and conventions of the inputs as the recipe noted them.
        input_shapes: Shape of one object by input name.
        input_types: Type of the numbers by input name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged, or is no classifier of this library.

    Example:
        >>> predictor = Predictor("output/mesa_model.keras")  # doctest: +SKIP
        >>> found = predictor.predict({"planet_features": x})  # doctest: +SKIP
        >>> names = (*predictor.class_names, "unknown")  # doctest: +SKIP
        >>> names[found["decision"][0]], found["score"][0]  # doctest: +SKIP
        ('CONFIRMED', 0.93)
    """

    def __init__(self, model_path: str | Path) -> None:
        self.path = Path(model_path)
        self.model = open_model(self.path)
        # A file of another library may hold a bare layer stack, or no layers at all.
        layers = getattr(self.model, "layers", ())
        rules = [layer for layer in layers if isinstance(layer, DecisionRule)]
        inputs, outputs = (
            getattr(self.model, name, None) for name in ("input", "output")
        )
        if len(rules) != 1 or not all(isinstance(x, dict) for x in (inputs, outputs)):
            raise ValueError(
                f"{self.path} is a Keras model, but no classifier of this library: it "
                "must have named inputs and outputs and one `DecisionRule`."
            )
        self.rule = rules[0]
        self.class_names: tuple[str, ...] = self.rule.class_names
        self.unknown_id: int = self.rule.unknown_id
        self.schema: dict[str, Any] = self.rule.schema or {}
        self.input_shapes: dict[str, tuple[int, ...]] = {
            name: tuple(x.shape[1:]) for name, x in self.model.input.items()
        }
        self.input_types: dict[str, np.dtype] = {
            name: np.dtype(x.dtype) for name, x in self.model.input.items()
        }

    def predict(
        self,
        inputs: Mapping[str, ArrayLike],
        batch_size: int = 256,
        *,
        outputs: Sequence[str] | None = None,
        progress: bool = False,
    ) -> dict[str, np.ndarray]:
        """Decides for every object.

        An object of which nothing is known is unknown: its probabilities and its score
        are NaN.

        Args:
            inputs: Arrays by input name, first axis the objects; NaN is missing, in
                inputs of integers (images) all 0. An input that is left out is missing
                for all.
            batch_size: Objects at a time; bounds the memory.
            outputs: Names of the outputs wanted; `None` for all of the model's.
            progress: Whether to show a progress bar.

        Returns:
            Arrays by output name, among them `probabilities` (objects, classes),
            `decision` (objects,) with `unknown_id` for unknown, and `score` (objects,).

        Raises:
            ValueError: If a name, a shape or a value does not fit the model.
        """
        if batch_size < 1:
            raise ValueError(
                f"`batch_size` must be at least 1. Received: batch_size={batch_size}"
            )
        arrays = self._complete(inputs)
        rows = len(next(iter(arrays.values())))
        model = self._reduced(outputs)
        if rows <= batch_size and not progress:
            # Without the pipeline of `predict`, which takes longer than a few objects.
            found = model.predict_on_batch(arrays)
        else:
            found = model.predict(
                arrays,
                batch_size=batch_size,
                verbose=0,
                callbacks=[_Progress(rows, batch_size)] if progress else [],
            )
        result = {name: np.array(values) for name, values in found.items()}
        empty = np.ones(rows, dtype=bool)
        for array in arrays.values():
            absent = np.isnan(array) if array.dtype.kind == "f" else array == 0
            empty &= absent.reshape(rows, -1).all(axis=1)
        for name, value in (
            ("probabilities", np.nan),
            ("score", np.nan),
            ("decision", self.unknown_id),
        ):
            if name in result:
                result[name][empty] = value
        return result

    def _reduced(self, outputs: Sequence[str] | None) -> keras.Model:
        if outputs is None:
            return self.model
        absent = [name for name in outputs if name not in self.model.output]
        if absent or not outputs:
            raise ValueError(
                f"`outputs` must be some of {', '.join(self.model.output)}. "
                f"Received: {', '.join(outputs) or 'none'}"
            )
        return keras.Model(
            self.model.input, {name: self.model.output[name] for name in outputs}
        )

    def _complete(self, inputs: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
        """Returns all inputs in the model's types, those not given as missing."""
        names = ", ".join(self.input_shapes)
        unknown = [name for name in inputs if name not in self.input_shapes]
        if unknown or not inputs:
            raise ValueError(
                f"`inputs` must be some of {names}. "
                f"Received: {', '.join(inputs) or 'none'}"
            )
        given = {name: self._typed(name, values) for name, values in inputs.items()}
        first = next(iter(given))
        rows = len(given[first]) if given[first].ndim else 0
        if not rows:
            raise ValueError("`inputs` must hold at least one object. Received: none")
        arrays = {}
        for name, shape in self.input_shapes.items():
            array = given.get(name)
            if array is None:
                dtype = self.input_types[name]
                missing = np.nan if dtype.kind == "f" else 0
                array = np.full((rows, *shape), missing, dtype)
            elif array.shape != (rows, *shape):
                raise ValueError(
                    f"Input `{name}` must have shape {(rows, *shape)}, as many rows as "
                    f"`{first}`. Received: shape={array.shape}"
                )
            elif array.dtype.kind == "f" and np.isinf(array).any():
                raise ValueError(
                    f"Input `{name}` must be finite, or NaN where missing. Received: "
                    f"infinity in row {int(np.argwhere(np.isinf(array))[0, 0])}"
                )
            arrays[name] = array
        return arrays

    def _typed(self, name: str, values: ArrayLike) -> np.ndarray:
        """Returns an input in the model's type, if it fits into that."""
        array, dtype = np.asarray(values), self.input_types[name]
        if dtype.kind != "f" and not np.can_cast(array.dtype, dtype):
            raise ValueError(
                f"Input `{name}` must be of type {dtype}. Received: {array.dtype}"
            )
        return array.astype(dtype, copy=False)


class _Progress(keras.callbacks.Callback):
    """Objects done, their rate, and the time that remains."""

    def __init__(self, rows: int, batch_size: int) -> None:
        super().__init__()
        self._rows, self._batch_size = rows, batch_size
        self._bar: Any = None

    def on_predict_begin(self, logs: Any = None) -> None:
        self._bar = tqdm(total=self._rows, unit="object", desc="deciding")

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._bar.update(min(self._batch_size, self._rows - self._bar.n))

    def on_predict_end(self, logs: Any = None) -> None:
        self._bar.close()
