"""What the layers that read a series with gaps share."""

from typing import Any

from keras import ops


def flag_missing(inputs: Any) -> tuple[Any, Any]:
    """Puts 0 where a value is missing, and flags beside the values.

    Args:
        inputs: Float tensor of shape `(batch, steps, channels)`, NaN = missing.

    Returns:
        Tuple of a tensor of shape `(batch, steps, 2 * channels)`, the values followed
        by 1 where they are there, and `present`, boolean of shape `(batch, steps)`:
        the step holds a value.
    """
    present = ops.isfinite(inputs)
    x = ops.concatenate(
        [
            ops.where(present, inputs, ops.zeros_like(inputs)),
            ops.cast(present, inputs.dtype),
        ],
        axis=-1,
    )
    return x, ops.any(present, axis=-1)


def fill_patches(x: Any, present: Any, patch_size: int) -> tuple[Any, Any]:
    """Fills the end with missing steps, so that patches divide the series.

    Args:
        x: Tensor of shape `(batch, steps, channels)`; the number of steps is fixed.
        present: Boolean tensor of shape `(batch, steps)`.
        patch_size: Steps of a patch.

    Returns:
        Tuple of the longer `x` and `valid`, boolean of shape `(batch, patches)`: the
        patch holds at least one value.
    """
    tokens = -(-x.shape[1] // patch_size)
    fill = tokens * patch_size - x.shape[1]
    if fill:
        x = ops.pad(x, [[0, 0], [0, fill], [0, 0]])
        present = ops.pad(present, [[0, 0], [0, fill]], constant_values=False)
    return x, ops.any(ops.reshape(present, (-1, tokens, patch_size)), axis=-1)
