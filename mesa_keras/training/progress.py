"""One line of progress for a training run."""

from typing import Any

import keras
from tqdm import tqdm


class EpochProgress(keras.callbacks.Callback):
    """Shows epochs done, losses, examples per second and the time that remains.

    Args:
        epochs: Epochs of the whole run.
        examples_per_epoch: Training examples of an epoch.
        first_epoch: Epochs done before, by an interrupted run.
        validation: Entry of the logs that is shown for the validation.
    """

    def __init__(
        self,
        epochs: int,
        examples_per_epoch: int,
        first_epoch: int = 0,
        validation: str = "val_loss",
    ) -> None:
        super().__init__()
        self.epochs = epochs
        self.examples_per_epoch = examples_per_epoch
        self.first_epoch = first_epoch
        self.validation = validation
        self._bar: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Opens the bar."""
        self._bar = tqdm(
            total=self.epochs, initial=self.first_epoch, unit="epoch", desc="training"
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Moves on by one epoch."""
        logs = logs or {}
        shown = {
            name: f"{logs[key]:.4f}"
            for name, key in (("loss", "loss"), ("validation", self.validation))
            if key in logs
        }
        done = epoch + 1 - self.first_epoch
        elapsed = self._bar.format_dict["elapsed"]
        if elapsed > 0:
            shown["examples/s"] = f"{done * self.examples_per_epoch / elapsed:,.0f}"
        self._bar.set_postfix(shown, refresh=False)
        self._bar.update()

    def on_train_end(self, logs: Any = None) -> None:
        """Closes the bar."""
        self.close()

    def close(self) -> None:
        """Ends the line, also where an error ended the training."""
        if self._bar is not None:
            self._bar.close()
