"""Blocks of simulated galaxies, from one process or from several."""

import collections
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from mesa_keras.simulation.galaxies.simulated_galaxy import (
    GalaxySimulation,
    simulate_galaxy,
)
from mesa_keras.worker_pool import worker_pool

# Images, flux and inverse variance of some objects, and their rows of the index.
Block = tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]


def simulated_blocks(
    simulation: GalaxySimulation, tasks: Sequence[Sequence[int]], workers: int
) -> Iterator[Block]:
    """Simulates blocks of objects, in the order of the tasks.

    Args:
        simulation: What galaxies are made from.
        tasks: Numbers of the objects of each block.
        workers: Number of processes.

    Yields:
        Images `(n, 152, 152, 3)`, flux and inverse variance `(n, 7781)`, and rows.
    """
    if workers == 1 or len(tasks) < 2:
        _start_worker(simulation)
        yield from map(_simulate_block, tasks)
        return
    with worker_pool(min(workers, len(tasks)), _start_worker, (simulation,)) as pool:
        waiting: collections.deque[Future[Block]] = collections.deque()
        for task in tasks:
            waiting.append(pool.submit(_simulate_block, task))
            # Blocks are large: only a few may wait to be written.
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_simulation: GalaxySimulation | None = None


def _start_worker(simulation: GalaxySimulation) -> None:
    global _simulation
    _simulation = simulation


def _simulate_block(numbers: Sequence[int]) -> Block:
    if _simulation is None:
        raise RuntimeError("the worker was not started")
    with threadpool_limits(1):
        galaxies = [simulate_galaxy(_simulation, number) for number in numbers]
    return (
        np.stack([galaxy.image for galaxy in galaxies]),
        np.stack([galaxy.spectrum.flux for galaxy in galaxies]),
        np.stack([galaxy.spectrum.ivar for galaxy in galaxies]),
        [galaxy.row for galaxy in galaxies],
    )
