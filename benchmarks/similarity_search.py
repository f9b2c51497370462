"""Search for similar objects among a million: ours against FAISS.

python -m benchmarks.similarity_search --rows 1000000 --rounds 5

Vectors are made as those of a trained encoder lie: around centres, of which some are
much more common than others, each with few directions in which its objects differ much
and little noise in all others. Queries are further draws of the same. Every way of
searching runs in turns; the median of the rounds is given, by the clock and by the
processor's time, which other programs on the machine lengthen less. Exact search is set
against `faiss.IndexFlatIP`, approximate search against the faster of both, with the
share of the true neighbours that it finds.
"""

import argparse
import os
import time
from collections.abc import Callable

import faiss
import numpy as np
import pandas as pd

from benchmarks.machine import machine
from mesa_keras.evaluation import Neighbors
from mesa_keras.recipes.astroclip.search_cells import recall_of
from mesa_keras.recipes.astroclip.search_index import SimilarityIndex

NUM_CENTRES = 2000
DIRECTIONS = 12
FLAT = "faiss.IndexFlatIP"


class Galaxies:
    """Unit vectors around centres, float32.

    Args:
        dim: Length of a vector.
        seed: Seed of the centres and of the draws.
    """

    def __init__(self, dim: int, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.centres = self.rng.normal(size=(NUM_CENTRES, dim)).astype(np.float32)
        self.centres /= np.linalg.norm(self.centres, axis=1, keepdims=True)
        spread = self.rng.normal(size=(NUM_CENTRES, DIRECTIONS, dim)) / dim**0.5
        self.spread = (spread * np.geomspace(0.4, 0.08, DIRECTIONS)[:, None]).astype(
            np.float32
        )
        share = self.rng.pareto(1.5, NUM_CENTRES) + 0.1
        self.share = share / share.sum()

    def draw(self, num: int) -> np.ndarray:
        """Returns vectors `(num, dim)`."""
        dim = self.centres.shape[1]
        result = np.empty((num, dim), np.float32)
        for start in range(0, num, 50_000):
            size = min(50_000, num - start)
            centre = np.sort(self.rng.choice(NUM_CENTRES, size, p=self.share))
            own = self.rng.standard_normal((size, 1, DIRECTIONS), np.float32)
            part = self.centres[centre] + (own @ self.spread[centre])[:, 0]
            part += 0.02 / dim**0.5 * self.rng.standard_normal((size, dim), np.float32)
            order = self.rng.permutation(size)
            part = part[order]
            result[start : start + size] = part / np.linalg.norm(
                part, axis=1, keepdims=True
            )
        return result


def timed(
    ways: dict[str, Callable[[], object]], rounds: int
) -> dict[str, tuple[float, float]]:
    """Median seconds by the clock and of the processor, in turns, after a first round.

    The first round, which does not count, loads what is loaded once.
    """
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            start = time.perf_counter(), time.process_time()
            way()
            taken = time.perf_counter() - start[0], time.process_time() - start[1]
            if number:
                seconds[name].append(taken)
    return {
        name: tuple(np.median(values, axis=0).tolist())
        for name, values in seconds.items()
    }


def main() -> None:
    """Makes vectors, searches them, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--neighbors", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    galaxies = Galaxies(arguments.dim)
    vectors, queries = galaxies.draw(arguments.rows), galaxies.draw(arguments.queries)
    tuning = galaxies.draw(500)
    table = pd.DataFrame({"object_id": np.arange(len(vectors))})
    k = arguments.neighbors

    exact = SimilarityIndex(vectors, table, kind="exact")
    flat = faiss.IndexFlatIP(arguments.dim)
    flat.add(vectors)
    start = time.perf_counter()
    approximate = SimilarityIndex(
        vectors, table, kind="approximate", tuning=[(tuning, np.full(500, -1))]
    )
    built = time.perf_counter() - start
    seconds = timed(
        {
            "SimilarityIndex, exact": lambda: exact.search(queries, k),
            FLAT: lambda: flat.search(queries, k),
            "SimilarityIndex, approximate": lambda: approximate.search(queries, k),
        },
        arguments.rounds,
    )
    truth = exact.search(queries, k)
    found = {
        "SimilarityIndex, exact": truth,
        FLAT: Neighbors(flat.search(queries, k)[1], truth.similarities),
        "SimilarityIndex, approximate": approximate.search(queries, k),
    }
    cells = approximate.cells
    print(machine("numpy", "faiss-cpu"), f"load {os.getloadavg()[0]:.1f}")
    print(
        f"{arguments.rows:,} vectors of {arguments.dim}, {arguments.queries} queries; "
        f"approximate index of {cells.num_cells if cells else 0} cells, "
        f"{cells.num_probes if cells else 0} looked into, built in {built:.0f} s"
    )
    quickest = [
        min(seconds[name][clock] for name in ("SimilarityIndex, exact", FLAT))
        for clock in (0, 1)
    ]
    print(
        f"| search | ms | of the processor | speed over the quicker exact one | by the "
        f"processor | recall@{k} |"
    )
    print("|---|---|---|---|---|---|")
    for name, (clock, processor) in seconds.items():
        print(
            f"| {name} | {1000 * clock:.1f} | {1000 * processor:.1f} "
            f"| {quickest[0] / clock:.2f} | {quickest[1] / processor:.2f} "
            f"| {recall_of(found[name], truth):.4f} |"
        )


if __name__ == "__main__":
    main()
