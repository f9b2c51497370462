"""The figures of an evaluation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mesa_keras.evaluation import classification_report
from mesa_keras.readers import KNOWN_COLUMNS
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.evaluation_measures import Evaluated
from mesa_keras.recipes.mesa.stars import star_groups
from mesa_keras.report import (
    Picture,
    alignment_figure,
    confusion_matrix_figure,
    decision_boundary_figure,
    light_curves_figure,
    pca_map,
    reliability_figure,
    roc_figure,
    tsne_map,
)

_GRID = 70
_MOST_EXAMPLES = 8
# Values that span more than this ratio are drawn on a logarithmic axis.
_LOG_RATIO = 20.0


def boundary_columns(
    data: MesaData, wanted: Sequence[str] = ()
) -> tuple[str, str] | None:
    """Returns the two columns of the decision boundary.

    Args:
        data: Candidates; says which columns the model has.
        wanted: Two of them, or none for the first two with two values or more.

    Returns:
        Two names, `None` if none are wanted and the data have no two.

    Raises:
        ValueError: If not two different columns of the model are wanted, or one has
            fewer than two values.
    """
    known = [*data.planet_columns, *data.stellar_columns]
    usable = [name for name in known if _spread(_column(data, name)) is not None]
    if not wanted:
        return (usable[0], usable[1]) if len(usable) > 1 else None
    absent = [name for name in wanted if name not in known]
    if len(wanted) != 2 or len(set(wanted)) != 2 or absent:
        raise ValueError(
            "`boundary_features` must be two different columns of the model "
            f"({', '.join(known)}). Received: {', '.join(wanted)}"
        )
    empty = [name for name in wanted if name not in usable]
    if empty:
        raise ValueError(
            f"{data.path}: `boundary_features` need two values or more, and "
            f"'{empty[0]}' has fewer."
        )
    return wanted[0], wanted[1]


def draw(
    evaluated: Evaluated,
    boundary: tuple[str, str] | None,
    seed: int = 0,
) -> dict[str, Picture]:
    """Draws every figure that the data allow, by name.

    Args:
        evaluated: Candidates and the model's outputs.
        boundary: Columns of the decision boundary, `None` for no such figure.
        seed: Seed of shuffles and of the t-SNE map.
    """
    names = evaluated.predictor.class_names
    label, p = evaluated.label, evaluated.probabilities
    embedding = evaluated.found["embedding"]
    report = classification_report(label, evaluated.found["decision"], names)
    figures: dict[str, tuple[Any, str, str]] = {
        "confusion_matrix": (
            confusion_matrix_figure(report["confusion"], names),
            "Table of true classes against decided classes.",
            "",
        ),
        "reliability": (
            reliability_figure(label, p, seed=seed),
            "Share of right decisions against the probability of the top class.",
            "Points outside their bar are evidence of miscalibration.",
        ),
        "roc": (roc_figure(label, p, names), "ROC curve of each class.", ""),
    }
    pairs = evaluated.views_of_pairs()
    if pairs is not None and len(pairs[0]) > 1:
        stars = star_groups(evaluated.data)[evaluated.paired]
        figures["alignment"] = (
            alignment_figure(*pairs, groups=stars, seed=seed),
            "Similarity of true and of shuffled pairs, and ranks of retrieval.",
            "Light curve and physics of one candidate against those of others.",
        )
    if len(label) > 1:
        figures["pca_visualization"] = (
            pca_map(embedding, label, names),
            "Candidates in the plane of the two largest components.",
            "The classifier's input, coloured by true class.",
        )
    if len(label) > 3:
        figures["tsne_visualization"] = (
            tsne_map(embedding, label, names, seed=seed),
            "Candidates in a t-SNE map of their embedding.",
            "Neighbours mean something; distances and sizes of groups do not.",
        )
    if boundary is not None:
        figure, note = _boundary(evaluated, boundary)
        alt = "Most probable class over two features, with the candidates."
        figures["decision_boundary"] = (figure, alt, note)
    if evaluated.data.views:
        figures["light_curves"] = (
            _examples(evaluated),
            "Folded light curves of a few candidates.",
            "Of each true class, the surest right decision and the surest wrong one.",
        )
    return {
        name: Picture(figure=figure, alt=alt, caption=caption)
        for name, (figure, alt, caption) in figures.items()
    }


def _column(data: MesaData, name: str) -> np.ndarray:
    for values, names in (
        (data.planet_features, data.planet_columns),
        (data.stellar_features, data.stellar_columns),
    ):
        if name in names:
            return np.asarray(values[:, names.index(name)], dtype=np.float64)
    raise ValueError(f"`name` must be a column of the model. Received: name={name!r}")


def _spread(values: np.ndarray) -> tuple[float, float] | None:
    """Range without the outermost percent, `None` where there is none."""
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    low, high = np.quantile(known, [0.01, 0.99])
    if low == high:
        low, high = known.min(), known.max()
    return (float(low), float(high)) if low < high else None


def _boundary(evaluated: Evaluated, columns: tuple[str, str]) -> tuple[Any, str]:
    data = evaluated.data
    axes, logs, points = [], [], []
    for name in columns:
        values = _column(data, name)
        spread = _spread(values)
        # Rows without any usable value are gone by now, and with them perhaps a range.
        low, high = spread if spread is not None else (0.0, 1.0)
        log = bool(low > 0 and high / low > _LOG_RATIO)
        steps = np.geomspace if log else np.linspace
        axes.append(steps(low, high, _GRID))
        logs.append(log)
        points.append(values)
    grid = dict(zip(columns, np.meshgrid(*axes), strict=True))
    inputs = {}
    for name, values, names in (
        ("planet_features", data.planet_features, data.planet_columns),
        ("stellar_features", data.stellar_features, data.stellar_columns),
    ):
        if names:
            inputs[name] = np.column_stack(
                [
                    grid[column].ravel()
                    if column in grid
                    else np.full(_GRID**2, _median(values[:, place]))
                    for place, column in enumerate(names)
                ]
            )
    note = "Every other feature at its median"
    note += "; light curves missing." if data.views else "."
    found = evaluated.predictor.predict(
        inputs, evaluated.batch_size, outputs=("probabilities",)
    )
    figure = decision_boundary_figure(
        axes[0],
        axes[1],
        found["probabilities"].reshape(_GRID, _GRID, -1),
        np.column_stack(points),
        evaluated.label,
        evaluated.predictor.class_names,
        axis_labels=(_axis_label(columns[0]), _axis_label(columns[1])),
        log_axes=(logs[0], logs[1]),
        note=note,
    )
    return figure, note


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _axis_label(name: str) -> str:
    text = KNOWN_COLUMNS.get(name, name.replace("_", " "))
    return text[0].upper() + text[1:]


def _examples(evaluated: Evaluated) -> Any:
    """Draws of each true class the surest right and the surest wrong decision."""
    label, found = evaluated.label, evaluated.found
    names = (*evaluated.predictor.class_names, "unknown")
    curves = list(evaluated.data.views.values())
    has_curve = np.any([~np.isnan(x).all(axis=1) for x in curves], axis=0)
    chosen: list[int] = []
    for k in range(len(names) - 1):
        right = found["decision"] == k
        for wanted in (right, ~right):
            rows = np.flatnonzero((label == k) & wanted & has_curve)
            if rows.size:
                chosen.append(int(rows[np.argmax(found["score"][rows])]))
    rows = np.array(chosen[:_MOST_EXAMPLES] or [0])
    return light_curves_figure(
        {name: view[rows] for name, view in evaluated.data.views.items()},
        evaluated.data.object_id[rows].tolist(),
        [names[k] for k in label[rows]],
        [names[k] for k in found["decision"][rows]],
        found["score"][rows],
    )
