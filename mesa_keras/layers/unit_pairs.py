"""The two vectors of every object, as the output of a model that aligns two views."""

import json
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class UnitPairs(keras.layers.Layer):
    """Stacks the vectors of two views, scaled to unit length; NaN where one is missing.

    The contrastive losses of this library read such pairs. As the last layer of a model
    it keeps what a user must know to feed it.

    Args:
        schema: Optional mapping that JSON can hold, kept in the config: what the inputs
            are.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: The vectors of both views, two float tensors of shape `(batch, dim)`.
        present: Optional boolean tensor of shape `(batch, 2)`: which views the row has.

    Returns:
        float32 tensor of shape `(batch, 2, dim)`. No gradient flows from a view that is
        missing, and none is NaN.

    Raises:
        ValueError: If the inputs are not two vectors of one width.
        TypeError: If `schema` does not fit into JSON.
    """

    def __init__(self, schema: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        # In half precision the norm of a short vector underflows.
        super().__init__(autocast=False, **kwargs)
        self.schema: dict[str, Any] | None = None
        if schema is not None:
            # As it will be after saving: tuples become lists.
            self.schema = json.loads(json.dumps(dict(schema)))

    def build(self, input_shape: Any) -> None:
        shapes = [tuple(shape) for shape in input_shape]
        if len(shapes) != 2 or len({shape[1:] for shape in shapes}) != 1:
            raise ValueError(
                "`inputs` must be two tensors of one shape (batch, dim). "
                f"Received: shapes={shapes}"
            )

    def call(self, inputs: Any, present: Any = None) -> Any:
        pairs = ops.stack([ops.cast(x, "float32") for x in inputs], axis=1)
        square = ops.sum(ops.square(pairs), axis=-1, keepdims=True)
        pairs = pairs * ops.rsqrt(ops.maximum(square, 1e-12))
        if present is None:
            return pairs
        return ops.where(present[..., None], pairs, float("nan"))

    def compute_output_spec(self, inputs: Any, present: Any = None) -> Any:
        batch, dim = inputs[0].shape
        return keras.KerasTensor((batch, 2, dim), dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "schema": self.schema}
