"""The checkpoint of lowest validation loss, and the state of the run that found it."""

from pathlib import Path
from typing import Any

import keras

from mesa_keras.training import RunState, save_model

_PATTERN = "astroclip-epoch=*-min.keras"


class CheckpointedRun(RunState):
    """A `RunState` that also keeps the best model so far as a model file.

    The file is `astroclip-epoch={epoch}-min.keras`, with epochs counted from 0; a
    better epoch takes its place, and the first epoch that of an earlier run.

    Args:
        path: File of the state.
        settings: What determines the run.
        patience: Epochs without a lower validation loss before training stops.
        saved: Model to save, which shares its weights with the one trained.
        folder: Folder of the checkpoint, made if needed.
    """

    def __init__(
        self,
        path: Path,
        settings: dict[str, Any],
        patience: int,
        *,
        saved: keras.Model,
        folder: Path,
    ) -> None:
        super().__init__(path, settings, patience)
        self.saved = saved
        self.folder = folder

    @property
    def checkpoint(self) -> Path:
        """File of the best epoch so far."""
        return self.folder / f"astroclip-epoch={self.best_epoch}-min.keras"

    def restore(self, model: keras.Model) -> None:
        """Puts a saved run into a model, and writes its checkpoint again.

        A kill may have cost the run its checkpoint, and a file of that name may be of
        another run.
        """
        super().restore(model)
        self._keep_best()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Notes the epoch, and saves the model if it is the best."""
        super().on_epoch_end(epoch, logs)
        if epoch in (0, self.best_epoch):
            self._keep_best()

    def _keep_best(self) -> None:
        """Leaves the best epoch of this run in the folder, and nothing of others."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.best_epoch >= 0:
            with self.best_weights():
                save_model(self.saved, self.checkpoint)
        for other in self.folder.glob(_PATTERN):
            # Of a worse epoch, or of an earlier run, whose loss is that of other data
            # or settings.
            if other != self.checkpoint:
                other.unlink()
