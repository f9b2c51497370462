"""Trains AstroCLIP on a store of pairs and writes everything that the run made."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from mesa_keras.atomic_file import check_writable
from mesa_keras.branches import adapt_galaxy_image, adapt_spectrum
from mesa_keras.recipes.astroclip.batches import (
    make_training_batches,
    make_validation_batches,
)
from mesa_keras.recipes.astroclip.checkpoint import CheckpointedRun
from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.astroclip.data import AstroclipData, load_data
from mesa_keras.recipes.astroclip.embed import center_crop
from mesa_keras.recipes.astroclip.model import (
    BRANCHES,
    IMAGE_ENCODER,
    SPECTRUM_ENCODER,
    build_model,
    freeze,
)
from mesa_keras.recipes.astroclip.run_files import write_run
from mesa_keras.recipes.astroclip.trained_model import trained_model
from mesa_keras.recipes.astroclip.transfer import check_frozen, take_encoder
from mesa_keras.recipes.astroclip.validation_measures import ValidationMeasures
from mesa_keras.training import Transfer, fit, set_seeds

# Enough for noise levels and the spread of fluxes, however many pairs there are.
_ADAPT_PAIRS = 1000


@dataclass(frozen=True, kw_only=True)
class TrainOptions:
    """What a run is besides its configuration.

    Attributes:
        pretrained: Model file by modality (`image`, `spectrum`) whose encoder is taken.
        freeze: Modalities whose branch keeps its weights.
        job_id: Name of the run, in the name of the folder of its checkpoint.
        resume: Whether to go on with the run in the folder, if there is one.
    """

    pretrained: dict[str, str] = dataclasses.field(default_factory=dict)
    freeze: tuple[str, ...] = ()
    job_id: str = "local"
    resume: bool = False


@dataclass(frozen=True)
class TrainResult:
    """What a training run made.

    Attributes:
        model: The model of the best epoch.
        history: Values per epoch by name.
        best_epoch: Epoch of lowest validation loss, from 0.
        data: The pairs.
        faults: Reasons of training rows that were found to hold nothing.
        transfers: What was taken from pretrained models, by modality.
        files: Paths written, by what they hold.
    """

    model: keras.Model
    history: dict[str, list[float]]
    best_epoch: int
    data: AstroclipData
    faults: dict[int, str]
    transfers: dict[str, Transfer]
    files: dict[str, Path]


def train(
    config: AstroclipConfig,
    data_dir: str | Path,
    output_dir: str | Path,
    options: TrainOptions | None = None,
) -> TrainResult:
    """Trains two encoders against each other and saves the best epoch.

    Args:
        config: Model and training.
        data_dir: Store of pairs.
        output_dir: Folder of the results, made if needed.
        options: What else was asked for.

    Raises:
        ValueError: If a file or an argument is wrong, or the training diverged.
        FileNotFoundError: If a file named does not exist.
        OSError: If the results cannot be written.
    """
    options = options or TrainOptions()
    _check_options(options)
    data = load_data(data_dir, config)
    if config.batch_size > len(data.valid["train"]):
        raise ValueError(
            "`batch_size` must be at most the number of valid training pairs. Received:"
            f" batch_size={config.batch_size}, pairs={len(data.valid['train'])}"
        )
    set_seeds(config.seed, deterministic=config.deterministic)
    model = build_model(config, data.store.settings)
    adapt(model, data, config)
    transfers = {
        modality: take_encoder(model, modality, path)
        for modality, path in options.pretrained.items()
    }
    check_frozen(options.freeze, transfers)
    freeze(model, options.freeze)
    folder = Path(output_dir)
    check_writable("output_dir", folder, folder=True)
    state = CheckpointedRun(
        folder / "astroclip_training_state.npz",
        _settings(config, data, options),
        config.patience,
        saved=model,
        folder=folder / f"astroclip_ckpt_{options.job_id}",
    )
    faults: dict[int, str] = {}
    history = _fit(model, config, data, state, options.resume, faults)
    files = write_run(folder, model, config, data, history, state, options)
    return TrainResult(model, history, state.best_epoch, data, faults, transfers, files)


def adapt(model: keras.Model, data: AstroclipData, config: AstroclipConfig) -> None:
    """Lets the scalings of both encoders learn from training pairs.

    Args:
        model: Model of `build_model`.
        data: The pairs; at most a thousand valid training pairs are read.
        config: Size of the crop and seed.
    """
    rows = data.sample("train", _ADAPT_PAIRS, config.seed)
    images = center_crop(data.store.images(rows), config.image_size)
    encoders = [model.get_layer(name) for name in (IMAGE_ENCODER, SPECTRUM_ENCODER)]
    adapt_galaxy_image(encoders[0].get_layer(BRANCHES["image"]), images)
    branch = encoders[1].get_layer(BRANCHES["spectrum"])
    adapt_spectrum(branch, *data.store.spectra(rows))


def _check_options(options: TrainOptions) -> None:
    for modality in (*options.pretrained, *options.freeze):
        if modality not in BRANCHES:
            raise ValueError(
                f"`freeze` must be of {', '.join(BRANCHES)}. Received: {modality!r}"
            )
    if not options.job_id or "/" in options.job_id:
        raise ValueError(
            f"`job_id` must be a name for a folder. Received: {options.job_id!r}"
        )
    for modality in options.freeze:
        if modality not in options.pretrained:
            check_frozen((modality,), {})


def _settings(
    config: AstroclipConfig, data: AstroclipData, options: TrainOptions
) -> dict[str, Any]:
    """All that makes two runs the same."""
    return {
        **dataclasses.asdict(config),
        "data": data.store.fingerprint,
        "pretrained": dict(options.pretrained),
        "freeze": list(options.freeze),
    }


def _fit(
    model: keras.Model,
    config: AstroclipConfig,
    data: AstroclipData,
    state: CheckpointedRun,
    resume: bool,
    faults: dict[int, str],
) -> dict[str, list[float]]:
    steps = len(data.valid["train"]) // config.batch_size
    trained = trained_model(model, config, steps_per_epoch=steps)
    outputs = tuple(trained.output)
    history: dict[str, list[float]] = fit(
        trained,
        lambda epoch: make_training_batches(data, config, outputs, epoch, faults),
        make_validation_batches(data, config, outputs),
        state,
        epochs=config.epochs,
        steps_per_epoch=steps,
        batch_size=config.batch_size,
        resume=resume,
        callbacks=[ValidationMeasures(model, data, config)],
    )
    state.restore_best(trained)
    return history
