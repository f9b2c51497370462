"""Training that can be interrupted: run state, optimizer, transfer of weights.

Names load when first used, as they bring Keras along.
"""

from mesa_keras.lazy_exports import lazy_exports

_MODULES = {
    "EpochProgress": "progress",
    "RunState": "run_state",
    "Transfer": "pretrained",
    "check_same_settings": "run_state",
    "fit": "fitting",
    "load_pretrained": "pretrained",
    "open_model": "model_file",
    "save_model": "model_file",
    "scheduled_adamw": "optimizer",
    "set_seeds": "seeds",
    "versions": "run_versions",
    "warmup_then_cosine": "optimizer",
}

__all__ = sorted(_MODULES)
__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
