"""Everything that an interrupted training run needs to go on, in one file."""

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mesa_keras.atomic_file import atomic_file


class RunState(keras.callbacks.Callback):
    """Stops early, keeps the best weights, and saves the run after every epoch.

    The file holds the weights, the optimizer with its moving averages, the states of
    the random generators, the best weights so far and the history; it is replaced in
    one step, so that a kill at any time leaves the last finished epoch.

    Where the optimizer averages the weights, the averages are what is validated and
    kept as the best.

    Args:
        path: File of the state, `*.npz`.
        settings: What determines the run; a file of other settings is refused.
        patience: Epochs without a lower value of `monitor` before training stops.
        monitor: Entry of the logs to minimize.
        rate_name: Setting that holds the peak learning rate, for the message of a
            training that diverged.
    """

    def __init__(
        self,
        path: str | Path,
        settings: dict[str, Any],
        patience: int,
        monitor: str = "val_loss",
        rate_name: str = "learning_rate",
    ) -> None:
        super().__init__()
        self.path = Path(path)
        self.settings = json.loads(json.dumps(settings))
        self.patience = patience
        self.monitor = monitor
        self.rate_name = rate_name
        self.best = math.inf
        self.best_epoch = -1
        self.finished = False
        self.epoch_history: dict[str, list[float]] = {}
        self._best_weights: list[np.ndarray] | None = None

    @property
    def epochs_done(self) -> int:
        """Number of finished epochs."""
        return len(next(iter(self.epoch_history.values()), []))

    def restore(self, model: keras.Model) -> None:
        """Puts a saved run into a compiled model of the same settings.

        Args:
            model: Model as at the start of the run.

        Raises:
            FileNotFoundError: If there is no saved run.
            ValueError: If the file is damaged or of a run with other settings.
        """
        self.set_model(model)
        arrays, state = self._read()
        check_same_settings(self.path, state["settings"], self.settings)
        model.optimizer.build(model.trainable_variables)
        places = [
            (variable, f"{name}_{i}")
            for name, variables in self._variables().items()
            for i, variable in enumerate(variables)
        ]
        # Nothing is assigned unless everything fits.
        for variable, name in places:
            if name not in arrays or arrays[name].shape != tuple(variable.shape):
                raise ValueError(
                    f"{self.path} must be of the same model to go on. Received: no "
                    f"value of shape {tuple(variable.shape)} for {variable.path}"
                )
        for variable, name in places:
            variable.assign(arrays[name])
        if "best_0" in arrays:
            self._best_weights = [
                arrays[f"best_{i}"] for i in range(len(model.variables))
            ]
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self.epoch_history, self.finished = state["history"], state["finished"]

    def _read(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        try:
            # NumPy leaves a damaged file open that it opened itself.
            with self.path.open("rb") as file, np.load(file) as saved:
                arrays = {name: saved[name] for name in saved.files}
            state = json.loads(str(arrays["state"]))
            if not {"settings", "best", "history"} <= set(state):
                raise ValueError("it holds something else")
        except FileNotFoundError:
            raise
        except Exception as error:
            raise ValueError(f"{self.path} is not a saved run: {error}") from error
        return arrays, state

    def restore_best(self, model: keras.Model) -> None:
        """Gives a model of the same build the best weights of the run.

        Raises:
            ValueError: If no epoch has had a finite value of `monitor`.
        """
        if self._best_weights is None:
            name = self.rate_name
            raise ValueError(
                f"`{self.monitor}` was never finite: the training diverged. Try a "
                f"smaller `{name}`. Received: {name}={self.settings.get(name)}"
            )
        for variable, value in zip(model.variables, self._best_weights, strict=True):
            variable.assign(value)

    @contextlib.contextmanager
    def best_weights(self) -> Iterator[None]:
        """Gives the trained model the best weights for a while, to save it say."""
        now = [_copy(variable) for variable in self.model.variables]
        self.restore_best(self.model)
        try:
            yield
        finally:
            for variable, value in zip(self.model.variables, now, strict=True):
                variable.assign(value)

    def on_train_begin(self, logs: Any = None) -> None:
        """Makes the folder of the file; a call that is refused before makes none."""
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def on_test_begin(self, logs: Any = None) -> None:
        """Validates the averaged weights."""
        self._swap_averages()

    def on_test_end(self, logs: Any = None) -> None:
        """Goes on with the weights that are trained."""
        self._swap_averages()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Notes the epoch, decides whether to stop, and saves."""
        logs = {name: float(value) for name, value in (logs or {}).items()}
        for name, value in logs.items():
            self.epoch_history.setdefault(name, []).append(value)
        value = logs[self.monitor]
        if value < self.best:
            self.best, self.best_epoch = value, epoch
            self._swap_averages()
            self._best_weights = [_copy(v) for v in self.model.variables]
            self._swap_averages()
        diverged = not math.isfinite(logs["loss"])
        if diverged or epoch - max(self.best_epoch, 0) >= self.patience:
            self.finished = self.model.stop_training = True
        self._save()

    def on_train_end(self, logs: Any = None) -> None:
        """Marks the run as finished."""
        self.finished = True
        self._save()

    def _save(self) -> None:
        arrays: dict[str, Any] = {
            f"{name}_{i}": _copy(variable)
            for name, variables in self._variables().items()
            for i, variable in enumerate(variables)
        }
        for i, value in enumerate(self._best_weights or []):
            arrays[f"best_{i}"] = value
        state = {
            "settings": self.settings,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "history": self.epoch_history,
            "finished": self.finished,
        }
        with atomic_file(self.path) as temporary:
            np.savez(temporary, state=np.array(json.dumps(state)), **arrays)

    def _variables(self) -> dict[str, list[Any]]:
        return {
            "model": list(self.model.variables),
            "optimizer": list(self.model.optimizer.variables),
        }

    def _swap_averages(self) -> None:
        optimizer = self.model.optimizer
        if not optimizer.use_ema:
            return
        averages = optimizer._model_variables_moving_average
        trained = optimizer._trainable_variables
        for variable, average in zip(trained, averages, strict=True):
            value = _copy(variable)
            variable.assign(average)
            average.assign(value)


def check_same_settings(
    path: Path, old: Mapping[str, Any], new: Mapping[str, Any]
) -> None:
    """Refuses to go on with a file of a run with other settings.

    Args:
        path: The file.
        old: Settings that it holds, as JSON gives them back.
        new: Settings of the run, likewise.

    Raises:
        ValueError: If they differ; it says where.
    """
    changed = [
        f"{name} {old.get(name)!r}, now {new.get(name)!r}"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]
    if changed:
        raise ValueError(
            f"{path} must be of the same settings to go on. Received: "
            + "; ".join(changed)
        )


def _copy(variable: Any) -> np.ndarray:
    """Values of a variable in memory of their own."""
    return np.array(keras.ops.convert_to_numpy(variable))
