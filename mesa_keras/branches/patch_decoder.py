"""A light decoder that rebuilds series from the tokens of a Transformer."""

from collections.abc import Mapping

import keras
from keras import layers

from mesa_keras.branches.light_curve import steps_of_patch, token_places
from mesa_keras.layers import MaskToken, SinusoidalPositionalEncoding, TransformerBlock


def patch_decoder(
    view_steps: Mapping[str, int],
    *,
    patch_size: int = 8,
    hidden_dim: int = 32,
    statistics: bool = False,
    decoder_dim: int = 32,
    num_heads: int = 2,
    name: str = "decoder",
) -> keras.Model:
    """Builds a decoder for the tokens of `light_curve_transformer`.

    Every patch that the encoder did not see becomes a learned token of its view, with
    its position added, and looks in one Transformer block at the tokens that the
    encoder did see. What it finds is mapped to the steps of the patch. A patch that
    nobody saw is looked at by none, so that a view that is missing changes nothing in
    the others.

    Args:
        view_steps: Steps by view, as the encoder was built.
        patch_size: As the encoder was built.
        hidden_dim: Width of the encoder's tokens.
        statistics: Whether the encoder has a token of statistics for every view.
        decoder_dim: Width of the decoder.
        num_heads: Attention heads; divides `decoder_dim`.
        name: Name of the decoder and prefix of its layers.

    Returns:
        Model from `{"tokens": (batch, tokens, hidden_dim), "valid": (batch, tokens)}`
        to `{view: (batch, steps)}`.

    Raises:
        ValueError: If `num_heads` does not divide `decoder_dim`.

    References:
        He et al. (2022), Masked autoencoders, https://arxiv.org/abs/2111.06377; that
        what is rebuilt need look at what was seen alone: Fu et al. (2024), CrossMAE,
        https://arxiv.org/abs/2401.14391.

    Example:
        >>> decoder = patch_decoder({"global_view": 201})
        >>> decoder.output["global_view"].shape
        (None, 201)
    """
    if num_heads < 1 or decoder_dim % num_heads:
        raise ValueError(
            "`num_heads` must divide `decoder_dim`. "
            f"Received: num_heads={num_heads}, decoder_dim={decoder_dim}"
        )
    places = token_places(view_steps, patch_size=patch_size, statistics=statistics)
    count = max(place.stop for place in places.values()) + statistics
    tokens = keras.Input((count, hidden_dim), name="tokens")
    valid = keras.Input((count,), dtype="bool", name="valid")
    seen = layers.Dense(decoder_dim, name=f"{name}_input")(tokens)
    parts, last = [], 0
    for view, place in places.items():
        # The class token, and the statistics of the view before.
        parts.append(seen[:, last : place.start])
        x = MaskToken(name=f"{name}_{view}_mask")(seen[:, place], valid[:, place])
        parts.append(SinusoidalPositionalEncoding(name=f"{name}_{view}_positions")(x))
        last = place.stop
    if last < count:
        parts.append(seen[:, last:])
    x = layers.Concatenate(axis=1, name=f"{name}_tokens")(parts)
    x = TransformerBlock(num_heads, 2 * decoder_dim, dropout=0.0, name=f"{name}_block")(
        x, valid
    )
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm")(x)
    outputs = {}
    for view, place in places.items():
        size = steps_of_patch(view_steps[view], patch_size)
        y = layers.Dense(size, name=f"{name}_{view}_steps")(x[:, place])
        y = layers.Reshape((-1,), name=f"{name}_{view}_series")(y)
        outputs[view] = y[:, : view_steps[view]]
    return keras.Model({"tokens": tokens, "valid": valid}, outputs, name=name)
