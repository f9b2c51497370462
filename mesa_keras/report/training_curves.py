"""Loss and accuracy per epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from mesa_keras.report.style import GREY, PALETTE, new_figure, plain, tidy

History = Mapping[str, Sequence[float]]


def training_loss(
    history: History, best_epoch: int | None = None, name: str = "loss"
) -> Figure:
    """Draws the loss of training and validation per epoch.

    Args:
        history: Values per epoch by name, as `keras.callbacks.History.history`: `loss`
            and, if there is one, `val_loss`.
        best_epoch: Epoch to mark, from 1. Default: the lowest `val_loss`.
        name: Name of the loss, where it is that of one output of several.

    Raises:
        ValueError: If `history` holds no such loss, or `best_epoch` no epoch of it.
    """
    figure, axes = _curves(history, name, best_epoch)
    tidy(axes, "Epoch", "Loss (weighted sum)", "Training loss")
    return figure


def training_accuracy(
    history: History, metric: str | None = None, best_epoch: int | None = None
) -> Figure:
    """Draws the accuracy of training and validation per epoch.

    Args:
        history: Values per epoch by name.
        metric: Name of the accuracy. Default: `accuracy`, or else the first name that
            ends in `accuracy`.
        best_epoch: Epoch to mark, from 1. Default: the lowest `val_loss`.

    Raises:
        ValueError: If `history` holds no accuracy.
    """
    if metric is None:
        found = [
            name
            for name in history
            if name.endswith("accuracy") and not name.startswith("val_")
        ]
        metric = "accuracy" if "accuracy" in found or not found else found[0]
    figure, axes = _curves(history, metric, best_epoch)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    tidy(axes, "Epoch", "Accuracy (most probable class)", "Training accuracy")
    return figure


def _curves(history: History, name: str, best_epoch: int | None) -> tuple[Figure, Any]:
    if len(history.get(name, ())) == 0:
        raise ValueError(
            f"`history` must hold '{name}'. Received: {sorted(history) or 'nothing'}"
        )
    num_epochs = len(history[name])
    best = _best_epoch(history) if best_epoch is None else best_epoch
    if best is not None and not 1 <= best <= num_epochs:
        raise ValueError(
            f"`best_epoch` must be in [1, {num_epochs}]. Received: {best_epoch=}"
        )
    figure = new_figure(4.2)
    axes = figure.add_subplot()
    # A line through one epoch is nothing to see: mark the points of short runs.
    marker = "o" if num_epochs <= 20 else None
    named = ((name, "Training", "-"), (f"val_{name}", "Validation", "--"))
    for color, (key, label, line) in zip(PALETTE, named, strict=False):
        values = np.asarray(history.get(key, ()), dtype=float)
        if values.size:
            epochs = np.arange(1, len(values) + 1)
            axes.plot(
                epochs,
                values,
                line,
                color=color,
                marker=marker,
                markersize=4,
                linewidth=2,
                label=plain(label),
            )
    if best is not None:
        axes.axvline(
            best, color=GREY, linewidth=1.2, linestyle=":", label=f"Best epoch ({best})"
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlim(0.5, num_epochs + 0.5)
    axes.legend(fontsize=10, frameon=False)
    return figure, axes


def _best_epoch(history: History) -> int | None:
    values = np.asarray(history.get("val_loss", ()), dtype=float)
    if not np.isfinite(values).any():
        return None
    return int(np.nanargmin(np.where(np.isfinite(values), values, np.nan))) + 1
