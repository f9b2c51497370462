"""Trainings that can be repeated."""

import keras


def set_seeds(seed: int, *, deterministic: bool = False) -> None:
    """Seeds all random numbers.

    Args:
        seed: Seed of Python, NumPy and the backend.
        deterministic: Whether to switch to deterministic operations for the rest of the
            process: bit by bit the same, and slower.
    """
    keras.utils.set_random_seed(seed)
    if deterministic:
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
