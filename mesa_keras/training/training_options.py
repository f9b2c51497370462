"""The fields that the configuration of every recipe has."""

from dataclasses import dataclass

from mesa_keras.config_fields import POSITIVE, RATE, SEED, option


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How a training runs, whatever is trained.

    The help text of a field says what it means; a field is a command-line flag of the
    same name.
    """

    clip_norm: float = option(1.0, "largest norm of a gradient", rule=POSITIVE)
    weight_averaging: float = option(
        0.99, "momentum of the moving average of the weights; 0 for none", rule=RATE
    )
    jit_compile: bool = option(
        False, "compile the training step with XLA: faster steps, a slow start"
    )
    steps_per_execution: int = option(
        1, "training steps per call from Python", rule=POSITIVE
    )
    deterministic: bool = option(
        False, "make two runs equal bit by bit, at some cost in speed"
    )
    seed: int = option(0, "seed of weights, split, order and augmentation", rule=SEED)
