"""Measures of a validation set per epoch."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mesa_keras.report.style import PALETTE, new_figure, plain, tidy


def measures_per_epoch(
    history: Mapping[str, Sequence[float]],
    names: Mapping[str, str],
    measure: str,
    title: str,
) -> Figure:
    """Draws several measures per epoch, a line each.

    Args:
        history: Values per epoch by name.
        names: What to draw: the name in the history, and the one shown.
        measure: What the values are, for the vertical axis.
        title: Title of the figure.

    Raises:
        ValueError: If `history` lacks one of the names.
    """
    missing = [name for name in names if not len(history.get(name, ()))]
    if missing or not names:
        raise ValueError(
            f"`history` must hold {', '.join(missing) or 'what is to be drawn'}. "
            f"Received: {sorted(history) or 'nothing'}"
        )
    figure = new_figure(4.2)
    axes = figure.add_subplot()
    num = max(len(history[name]) for name in names)
    for i, (name, shown) in enumerate(names.items()):
        values = np.asarray(history[name], dtype=float)
        axes.plot(
            np.arange(1, len(values) + 1),
            values,
            ("-", "--", ":")[i // len(PALETTE) % 3],
            color=PALETTE[i % len(PALETTE)],
            # A line through one epoch is nothing to see.
            marker="o" if num <= 20 else None,
            markersize=4,
            linewidth=2,
            label=plain(shown),
        )
    tidy(axes, "Epoch", measure, title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlim(0.5, num + 0.5)
    axes.legend(fontsize=9, frameon=False)
    return figure
