"""The AstroCLIP model: an encoder per modality, and the pairs that they make."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import layers, ops

from mesa_keras.branches import (
    galaxy_image_cnn,
    projection_head,
    spectrum_circles,
    spectrum_cnn,
    spectrum_transformer,
)
from mesa_keras.layers import (
    CircleConfidence,
    ContrastiveScale,
    LogBinning,
    UnitCircles,
    UnitPairs,
)
from mesa_keras.recipes.astroclip.config import AstroclipConfig

IMAGE_ENCODER, SPECTRUM_ENCODER = "image_encoder", "spectrum_encoder"
LOG_BINS, CIRCLES = "spectrum_log_bins", "spectrum_circles"
CONFIDENCE = "spectrum_confidence"
# Branch inside each encoder, by the word of `--freeze`.
BRANCHES = {"image": "galaxy_image", "spectrum": "spectrum"}


def build_model(config: AstroclipConfig, settings: Mapping[str, Any]) -> keras.Model:
    """Builds the model, not yet compiled.

    Args:
        config: Widths, rates and losses.
        settings: What the data are, as `store.json` says: `bands`, `pixel_scale`,
            `image_unit`, `wavelength`, `flux_unit` and `simulated`.

    Returns:
        Model from `image` (batch, height, width, bands), `flux` and `ivar` (batch,
        bins), NaN = missing, to a dictionary of `alignment` (batch, 2, dim): unit
        vectors of the image and of the spectrum, NaN where there is none; and of
        `scaled_alignment` where the loss learns its scale. Its layers `image_encoder`
        and `spectrum_encoder` are models of one modality each, that return finite unit
        vectors whatever comes in.
    """
    size, bands = config.image_size, len(settings["bands"])
    steps = int(settings["wavelength"]["num"])
    inputs = {
        "image": keras.Input((size, size, bands), name="image"),
        "flux": keras.Input((steps,), name="flux"),
        "ivar": keras.Input((steps,), name="ivar"),
    }
    spectrum = {name: inputs[name] for name in ("flux", "ivar")}
    vectors = [
        _image_encoder(config, bands)(inputs["image"]),
        _spectrum_encoder(config, settings["wavelength"])(spectrum),
    ]
    pairs = UnitPairs(_schema(config, settings), name="alignment")
    outputs = {"alignment": pairs(vectors, present=_presence(inputs))}
    sigmoid = config.loss == "sigmoid"
    if sigmoid or config.temperature == "learnable":
        known = ops.where(ops.isfinite(outputs["alignment"]), outputs["alignment"], 0.0)
        # Starting values of the papers: CLIP, and SigLIP eq. 1.
        outputs["scaled_alignment"] = ContrastiveScale(
            initial_scale=10.0 if sigmoid else 1 / 0.07,
            initial_bias=-10.0 if sigmoid else 0.0,
            name="contrastive_scale",
        )(known)
    return keras.Model(inputs, outputs, name="astroclip")


def model_schema(model: keras.Model) -> dict[str, Any]:
    """What the inputs of a model of this recipe are.

    Raises:
        ValueError: If the model is of another recipe, or of an earlier version.
    """
    for layer in model.layers:
        if isinstance(layer, UnitPairs) and (layer.schema or {}).get("recipe"):
            schema = layer.schema or {}
            _check_version(model, schema)
            return schema
    raise ValueError(
        "The model must be one of `python -m cli.train_astroclip`. "
        f"Received: model={model.name!r}"
    )


def _check_version(model: keras.Model, schema: Mapping[str, Any]) -> None:
    """Raises for circles of raw lengths: read as ours they mean other vectors."""
    encoder = model.get_layer(SPECTRUM_ENCODER)
    if schema.get("periods") and CONFIDENCE not in [x.name for x in encoder.layers]:
        raise ValueError(
            "The model must be trained anew: in its version circles of spectra did not "
            f"say how sure they are. Received: model={model.name!r}"
        )


def freeze(model: keras.Model, modalities: tuple[str, ...]) -> None:
    """Keeps the weights of branches as they are; the projections stay trainable.

    Args:
        model: Model of `build_model`.
        modalities: Of `image` and `spectrum`.
    """
    for modality in modalities:
        encoder = model.get_layer(f"{modality}_encoder")
        for layer in encoder.layers:
            if layer.name in (BRANCHES[modality], CIRCLES, CONFIDENCE):
                layer.trainable = False


def _image_encoder(config: AstroclipConfig, bands: int) -> keras.Model:
    branch = galaxy_image_cnn(
        config.image_size,
        config.image_size,
        bands,
        scaling=config.image_scaling,
        filters=config.image_filters,
        stem_stride=config.image_stem_stride,
        radii=config.photometry_radii,
        embedding_dim=config.photometry_embedding_dim or None,
        output_dim=config.hidden_dim,
        dropout=config.dropout,
        name=BRANCHES["image"],
    )
    image = keras.Input(branch.input_shape[1:], name="image")
    unit = _projection(config, "image", config.embedding_dim)(branch(image))
    return keras.Model(image, unit, name=IMAGE_ENCODER)


def _spectrum_encoder(
    config: AstroclipConfig, wavelength: Mapping[str, Any]
) -> keras.Model:
    common: dict[str, Any] = {
        "start": wavelength["start"],
        "step": wavelength["step"],
        "bin_size": config.spectrum_bin_size,
        "patch_size": config.spectrum_patch_size,
        "hidden_dim": config.hidden_dim,
        "filters": config.spectrum_filters,
        "dropout": config.dropout,
        "name": BRANCHES["spectrum"],
    }
    num = int(wavelength["num"])
    if config.spectrum_encoder == "cnn":
        branch = spectrum_cnn(num, **common)
    else:
        branch = spectrum_transformer(
            num,
            num_layers=config.num_layers,
            num_heads=config.num_heads,
            mlp_dim=config.mlp_dim,
            block_dropout=config.block_dropout,
            **common,
        )
    inputs = {name: keras.Input((num,), name=name) for name in ("flux", "ivar")}
    dim = config.embedding_dim - 2 * len(config.periods)
    unit = _projection(config, "spectrum", dim)(branch(inputs))
    if config.periods:
        circles = _circles(config, wavelength, list(inputs.values()))
        both = layers.Concatenate(name="spectrum_joined")([circles, unit])
        unit = UnitCircles(
            len(config.periods), config.circle_share, name="spectrum_unit"
        )(both)
    return keras.Model(inputs, unit, name=SPECTRUM_ENCODER)


def _circles(
    config: AstroclipConfig, wavelength: Mapping[str, Any], inputs: list[Any]
) -> Any:
    """What redshifts turn, of flux and inverse variance."""
    binning = LogBinning(
        config.circle_bins, wavelength["start"], wavelength["step"], name=LOG_BINS
    )
    branch = spectrum_circles(
        config.circle_bins,
        binning.spacing(int(wavelength["num"])),
        config.periods,
        filters=config.circle_filters,
        name=CIRCLES,
    )
    values, weights = binning(inputs)
    pairs = branch({"values": values, "weights": weights})
    return CircleConfidence(name=CONFIDENCE)(pairs)


def _projection(config: AstroclipConfig, modality: str, dim: int) -> keras.Model:
    return projection_head(
        config.hidden_dim,
        hidden_dim=config.projection_dim,
        output_dim=dim,
        dropout=config.dropout,
        name=f"{modality}_projection",
    )


def _presence(inputs: Mapping[str, Any]) -> Any:
    """Which modalities a row has, boolean `(batch, 2)`."""
    image = ops.any(ops.isfinite(inputs["image"]), axis=(1, 2, 3))
    flux, ivar = ops.isfinite(inputs["flux"]), inputs["ivar"]
    measured = ops.logical_and(flux, ops.logical_and(ops.isfinite(ivar), ivar > 0))
    return ops.stack([image, ops.any(measured, axis=1)], axis=1)


def _schema(config: AstroclipConfig, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "recipe": "astroclip",
        "embedding_dim": config.embedding_dim,
        # Of the circles that the first dimensions of a spectrum's vector are.
        "periods": list(config.periods),
        "image_size": config.image_size,
        "image_scaling": config.image_scaling,
        "bands": list(settings["bands"]),
        "pixel_scale": settings["pixel_scale"],
        "image_unit": settings["image_unit"],
        "wavelength": dict(settings["wavelength"]),
        "flux_unit": settings["flux_unit"],
        "simulated": bool(settings["simulated"]),
    }
