"""Dropout inside a step compiled by XLA: Keras' layer against `FastDropout`.

python -m benchmarks.dropout
"""

import time

from benchmarks.machine import machine
from cli._arguments import quiet_start

with quiet_start():
    import keras
    import tensorflow as tf

    from mesa_keras.layers import FastDropout

SHAPE = (64, 43, 64)
CALLS = 20


def seconds_per_call(layer: keras.layers.Layer) -> float:
    """Time of one compiled call on `SHAPE`, after compilation."""
    step = tf.function(lambda x: layer(x, training=True), jit_compile=True)
    x = tf.ones(SHAPE)
    step(x)
    start = time.perf_counter()
    for _ in range(CALLS):
        step(x).numpy()
    return (time.perf_counter() - start) / CALLS


def main() -> None:
    """Prints the times and their ratio."""
    print(machine("keras", "tensorflow"))
    keras_time = seconds_per_call(keras.layers.Dropout(0.1))
    fast_time = seconds_per_call(FastDropout(0.1))
    print(f"{SHAPE}: keras.layers.Dropout {1e3 * keras_time:.2f} ms, ", end="")
    print(f"FastDropout {1e3 * fast_time:.2f} ms, ratio {keras_time / fast_time:.0f}")


if __name__ == "__main__":
    main()
