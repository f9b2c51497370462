"""A plane of embeddings coloured by a property or by classes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from mesa_keras.report.embedding_map import class_scatter
from mesa_keras.report.plane import Plane
from mesa_keras.report.style import new_figure, plain, tidy


def property_map_figure(
    plane: Plane,
    values: ArrayLike,
    label: str,
    class_names: Sequence[str] = (),
) -> Figure:
    """Draws a plane with the colour of each point.

    A property's colours span its 1st to 99th percentile; the bar says where values lie
    beyond.

    Args:
        plane: Points of some of `n` vectors.
        values: Numbers, or class indices where there are `class_names`, shape `(n,)`.
        label: Name of the property or of the classes.
        class_names: Names in order; empty for a property.

    Raises:
        ValueError: If there are fewer values than vectors, or one is not finite.
    """
    given = np.asarray(values)
    if given.ndim != 1 or len(given) <= plane.rows.max():
        raise ValueError(
            f"`values` must have shape (n,), one a vector. Received: {given.shape}"
        )
    shown = given[plane.rows]
    if not np.isfinite(shown).all():
        raise ValueError("`values` must be finite. Received: NaN or infinity")
    if class_names:
        figure = class_scatter(plane.points, shown.astype(int), class_names)
        tidy(figure.axes[0], *plane.axes, f"{plane.title}, by {plain(label)}")
        return figure
    figure = new_figure(6.4)
    axes = figure.add_subplot()
    low, high = np.percentile(shown, [1, 99])
    points = axes.scatter(
        plane.points[:, 0],
        plane.points[:, 1],
        s=float(np.clip(9000 / len(shown), 5, 40)),
        c=shown,
        cmap="viridis",
        vmin=low,
        vmax=high if high > low else low + 1,
        alpha=0.8,
        linewidths=0,
    )
    beyond = {(True, True): "both", (True, False): "min", (False, True): "max"}.get(
        (bool(shown.min() < low), bool(shown.max() > high)), "neither"
    )
    bar = figure.colorbar(points, ax=axes, extend=beyond)
    bar.set_label(plain(label), fontsize=11)
    tidy(axes, *plane.axes, plane.title)
    return figure
