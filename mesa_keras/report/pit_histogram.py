"""Whether forecast distributions are as wide as their errors: PIT histograms."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from mesa_keras.report.style import GREY, PALETTE, lightened, new_figure, plain, tidy


def pit_figure(
    values: Mapping[str, ArrayLike],
    num_bins: int = 20,
    level: float = 0.95,
    columns: int = 2,
) -> Figure:
    """Draws histograms of probability integral transforms, which should be flat.

    The band holds `level` of the counts that calibrated forecasts would show by chance.
    A hump says that the forecasts are too wide, a hollow that they are too narrow, a
    slope that they lie to one side.

    Args:
        values: PIT values within [0, 1], shape `(n,)`, by title.
        num_bins: Bins of equal width.
        level: Level of the band.
        columns: Panels beside each other.

    Raises:
        ValueError: If there is no panel, or a value lies outside [0, 1].
    """
    from scipy.stats import binom

    if not values:
        raise ValueError("`values` must hold at least one panel. Received: none")
    width = min(columns, len(values))
    height = -(-len(values) // width)
    figure = new_figure(0.6 + 2.7 * height)
    grid = figure.subplots(height, width, squeeze=False, sharex=True)
    edges = np.linspace(0, 1, num_bins + 1)
    for axes in grid.flat[len(values) :]:
        axes.set_visible(False)
    for number, (axes, (name, given)) in enumerate(
        zip(grid.flat, values.items(), strict=False)
    ):
        pit = np.asarray(given, dtype=np.float64)
        if pit.size == 0 or not ((pit >= 0) & (pit <= 1)).all():
            raise ValueError(
                "`values` must lie in [0, 1], at least one a panel. "
                f"Received: {pit.size} values for {name!r}"
            )
        density = np.histogram(pit, edges)[0] * num_bins / len(pit)
        low, high = binom.ppf(
            [(1 - level) / 2, (1 + level) / 2], len(pit), 1 / num_bins
        )
        scale = num_bins / len(pit)
        axes.axhspan(
            low * scale,
            high * scale,
            color=lightened(PALETTE[1], 0.25),
            linewidth=0,
            label=f"{100 * level:g} % by chance",
        )
        axes.axhline(1, color=GREY, linestyle="--", linewidth=1)
        axes.stairs(density, edges, color=PALETTE[0], linewidth=2)
        last = number + width >= len(values)
        tidy(
            axes,
            "PIT (probability below the truth)" if last else "",
            "Density" if number % width == 0 else "",
            f"{plain(name)}, {len(pit):,} objects",
        )
        axes.set_xlim(0, 1)
        axes.set_ylim(0, max(1.6, 1.1 * density.max(), 1.1 * high * scale))
    grid.flat[0].legend(fontsize=9, frameon=False, loc="lower left")
    return figure
