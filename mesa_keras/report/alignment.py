"""How well the two views of an object agree."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from mesa_keras.evaluation import RetrievalRanks, retrieval_ranks
from mesa_keras.evaluation.retrieval import unit_pairs
from mesa_keras.report.style import GREY, PALETTE, new_figure, tidy


def alignment_figure(
    first: ArrayLike,
    second: ArrayLike,
    groups: ArrayLike | None = None,
    names: tuple[str, str] = ("light curve", "physics"),
    seed: int = 0,
) -> Figure:
    """Draws pair similarity against shuffled pairs, and retrieval ranks.

    Args:
        first: Embeddings of one view, shape `(n, dim)`, `n` at least 2.
        second: Embeddings of the other view, shape `(n, dim)`.
        groups: Star of each row; other rows of a query's star leave its pool.
        names: What the two views are called.
        seed: Seed of the shuffle.

    Raises:
        ValueError: If the shapes do not fit, or there are fewer than two rows.
    """
    a, b = unit_pairs(first, second)
    if len(a) < 2:
        raise ValueError(
            f"`first` must have at least two rows to shuffle. Received: {len(a)}"
        )
    # A cycle through a random order pairs no object with itself.
    order = np.random.default_rng(seed).permutation(len(a))
    partner = np.empty(len(a), dtype=int)
    partner[order] = np.roll(order, 1)
    similarities = {
        "True pairs": np.sum(a * b, axis=1),
        "Shuffled pairs": np.sum(a * b[partner], axis=1),
    }
    figure = new_figure(4.6)
    left, right = figure.subplots(1, 2)
    edges = np.linspace(-1, 1, 51)
    looks = ((PALETTE[0], None), (PALETTE[1], "///"))
    for (name, values), (color, hatch) in zip(similarities.items(), looks, strict=True):
        left.hist(
            np.clip(values, -1, 1),
            edges,
            weights=np.full(len(values), 100 / len(values)),
            color=color,
            alpha=0.55,
            hatch=hatch,
            edgecolor=color,
            histtype="stepfilled",
            label=f"{name}, mean {values.mean():.2f}",
        )
    tidy(left, "Cosine similarity", "Share of pairs (%)", "Similarity of the two views")
    left.set_ylim(0, left.get_ylim()[1] * 1.25)
    left.set_xticks([-1, -0.5, 0, 0.5, 1])
    left.legend(fontsize=9, frameon=False, loc="upper left")
    forward = retrieval_ranks(a, b, groups)
    backward = retrieval_ranks(b, a, groups)
    _rank_curves(right, forward, backward, names)
    return figure


def _rank_curves(
    axes: Any,
    forward: RetrievalRanks,
    backward: RetrievalRanks,
    names: tuple[str, str],
) -> None:
    largest = int(forward.pool.max())
    ks = np.unique(np.geomspace(1, largest, 60).round().astype(int))
    for ranks, color, line, label in (
        (forward, PALETTE[0], "-", f"{names[0]} finds {names[1]}"),
        (backward, PALETTE[1], "--", f"{names[1]} finds {names[0]}"),
    ):
        found = [100 * float(ranks.hits(int(k)).mean()) for k in ks]
        axes.plot(ks, found, line, color=color, linewidth=2, label=label)
    chance = [100 * float(np.minimum(k / forward.pool, 1).mean()) for k in ks]
    axes.plot(ks, chance, ":", color=GREY, linewidth=1.5, label="chance")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlim(1, max(largest, 2))
    axes.set_ylim(0, 103)
    tidy(
        axes,
        f"Rank k (pool of {forward.pool.mean():,.0f})",
        "Partner among the first k (%)",
        "Retrieval of the partner",
    )
    axes.legend(fontsize=9, frameon=False, loc="best")
