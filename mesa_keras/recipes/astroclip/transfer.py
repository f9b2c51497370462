"""Takes one encoder of another AstroCLIP model."""

import keras

from mesa_keras.recipes.astroclip.model import (
    BRANCHES,
    CIRCLES,
    CONFIDENCE,
    model_schema,
)
from mesa_keras.training import Transfer, load_pretrained, open_model

# What an encoder must be fed alike to mean the same.
_MUST_AGREE = {
    "image": ("bands", "pixel_scale", "image_unit", "image_scaling"),
    "spectrum": ("wavelength", "flux_unit"),
}
_NOT_ASKED_FOR = "not asked for"


def take_encoder(model: keras.Model, modality: str, path: str) -> Transfer:
    """Takes the weights of one encoder, branch and projection, where they fit.

    Args:
        model: Model of `build_model`.
        modality: `image` or `spectrum`.
        path: Saved model of this recipe.

    Returns:
        What was taken and what was left, with reasons.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no model of this recipe, its data were of another kind, or
            no weight fits.
    """
    source = open_model(path)
    ours, theirs = model_schema(model), model_schema(source)
    for name in _MUST_AGREE[modality]:
        if ours[name] != theirs[name]:
            raise ValueError(
                f"{path}: `{name}` of a pretrained {modality} encoder must be that of "
                f"the data. Received: {theirs[name]}, here {ours[name]}"
            )
    wanted = (f"{BRANCHES[modality]}_", f"{modality}_projection_")
    exclude = {
        weight.path: _NOT_ASKED_FOR
        for weight in model.weights
        if not weight.path.startswith(wanted)
    }
    if modality == "spectrum" and ours["periods"] != theirs.get("periods"):
        # Of one shape, they would turn by other angles than the model and its loss say.
        of_circles = (f"{CIRCLES}_", f"{CONFIDENCE}/")
        circles = (w.path for w in model.weights if w.path.startswith(of_circles))
        exclude |= dict.fromkeys(circles, "its circles have other periods")
    found = load_pretrained(model, source, path, exclude)
    left = {name: why for name, why in found.left.items() if why != _NOT_ASKED_FOR}
    return Transfer(found.taken, left)


def check_frozen(frozen: tuple[str, ...], transfers: dict[str, Transfer]) -> None:
    """Raises `ValueError` if a branch to freeze has weights that were never trained.

    Args:
        frozen: Modalities whose branch is kept as it is.
        transfers: What was taken, by modality.
    """
    for modality in frozen:
        if modality not in transfers:
            raise ValueError(
                f"`freeze` of {modality} needs `pretrained_{modality}`: a branch with "
                "random weights is not worth freezing."
            )
        start, projection = f"{BRANCHES[modality]}_", f"{modality}_projection_"
        for path, reason in transfers[modality].left.items():
            # The projection is trained anew, and may have another width.
            if path.startswith(start) and not path.startswith(projection):
                raise ValueError(
                    f"`freeze` needs pretrained weights for all of the {modality} "
                    f"branch. Received: {path} was not taken ({reason})"
                )
