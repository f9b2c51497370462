"""Dropout whose random bits cost next to nothing in a compiled CPU step."""

from typing import Any

import keras
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class FastDropout(keras.layers.Layer):
    """Sets a share of the inputs to 0 in training, and scales up the others.

    `keras.layers.Dropout` leaves the choice of the random generator to TensorFlow,
    which under XLA on a CPU costs about 380 ns per value, more than all else in a small
    model (`benchmarks/dropout.py`). Here the bits of value `i` are a hash of `i` and of
    a seed that is new in each step: a few integer operations that XLA fuses into what
    follows. They are good enough to drop values, and for nothing else.

    Args:
        rate: Share of the values to drop, in [0, 1).
        seed: Integer seed; `None` follows `keras.utils.set_random_seed`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of any shape.
        training: Whether values are dropped.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `rate` is outside [0, 1).

    References:
        Srivastava et al. (2014), https://jmlr.org/papers/v15/srivastava14a.html. The
        hash is `lowbias32` of Wellons, https://github.com/skeeto/hash-prospector
        (public domain).
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must lie in [0, 1). Received: rate={rate}")
        self.rate = rate
        self.seed = seed
        self.supports_masking = True
        if rate > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if not training or self.rate == 0:
            return inputs
        key = ops.cast(self.seed_generator.next(), "uint32")
        shape = ops.shape(inputs)
        size = 1
        for length in shape:
            size = size * length
        bits = ops.cast(ops.arange(size, dtype="int32"), "uint32")
        bits = _hash(ops.bitwise_xor(_hash(ops.bitwise_xor(bits, key[0])), key[1]))
        # Half the range, as comparing signed integers works on every backend.
        draw = ops.cast(_shift(bits, 1), "int32")
        kept = ops.reshape(draw, shape) >= int(self.rate * 2**31)
        scale = ops.cast(1 / (1 - self.rate), inputs.dtype)
        return ops.where(kept, inputs * scale, ops.zeros_like(inputs))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


def _shift(x: Any, places: int) -> Any:
    return ops.bitwise_right_shift(x, ops.cast(places, "uint32"))


def _hash(x: Any) -> Any:
    """Mixes the bits of unsigned 32-bit integers."""
    x = ops.bitwise_xor(x, _shift(x, 16)) * ops.cast(0x7FEB352D, "uint32")
    x = ops.bitwise_xor(x, _shift(x, 15)) * ops.cast(0x846CA68B, "uint32")
    return ops.bitwise_xor(x, _shift(x, 16))
