"""Frames that belong to no class: a classifier should abstain on them."""

import numpy as np

from mesa_keras.simulation.frames import sky, star_field
from mesa_keras.simulation.frames.randomness import (
    chance,
    log_uniform,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds


def unknown(shot: Shot) -> Scene:
    """A landscape, a test chart, a slit viewer, spots, fringes, a plot, lost lines."""
    rng = shot.rng
    kind = pick(rng, tuple(_PAINTERS))
    image = _PAINTERS[kind](shot)
    image = image / max(float(np.percentile(image, 99.5)), 1e-6)
    level = log_uniform(rng, 0.05, 1.2) * shot.camera.saturation
    return Scene(
        kind=kind,
        seconds=usual_seconds(rng, 0.001, 60),
        electrons=np.maximum(image, 0) * np.float32(level),
        colour=tuple(uniform(rng, 0.4, 1.0) for _ in range(3)),
        target=pick(rng, ("", "test", "Unknown", "snapshot")),
    )


def _landscape(shot: Shot) -> np.ndarray:
    """Sky over a rough horizon, with dark upright shapes."""
    rng = shot.rng
    y = np.linspace(0, 1, shot.height, dtype=np.float32)[:, None]
    rough = sky.clouds(shot, 2.6, 256)
    horizon = np.float32(uniform(rng, 0.3, 0.8)) + 0.15 * (rough[:1] - 0.5)
    image = np.where(y < horizon, 1.2 - 0.5 * y + 0.3 * rough, 0.15 + 0.4 * rough)
    for _ in range(int(rng.integers(0, 8))):
        x0, wide = rng.random() * shot.width, uniform(rng, 0.01, 0.1) * shot.width
        top = uniform(rng, 0.1, 0.8) * shot.height
        image[int(top) :, int(x0) : int(x0 + wide) + 1] *= uniform(rng, 0.2, 0.9)
    return np.asarray(image, dtype=np.float32)


def _test_chart(shot: Shot) -> np.ndarray:
    """Squares, bars or rings."""
    rng = shot.rng
    y, x = (np.arange(n) for n in shot.shape)
    size = max(int(uniform(rng, 0.03, 0.3) * min(shot.shape)), 2)
    kind = pick(rng, ("squares", "bars", "rings"))
    if kind == "squares":
        return np.asarray(np.add.outer(y // size, x // size) % 2, dtype=np.float32)
    if kind == "bars":
        return np.tile((x // size % 5 + 1).astype(np.float32), (shot.height, 1))
    radius = np.hypot((y - shot.height / 2)[:, None], (x - shot.width / 2)[None, :])
    return np.asarray(1 + np.sin(radius / size), dtype=np.float32)


def _slit_viewer(shot: Shot) -> np.ndarray:
    """Stars on the mirror around a slit."""
    rng = shot.rng
    count = int(rng.integers(1, 12))
    fwhm = uniform(rng, 2, 8)
    points = star_field.scatter(
        shot.shape,
        rng.random(count) * shot.height,
        rng.random(count) * shot.width,
        100 * star_field.star_fluxes(rng, count, 1.0, 0.8),
    )
    light = star_field.convolve(points, star_field.point_spread(rng, fwhm, 40))
    light += np.float32(uniform(rng, 0.1, 2)) * sky.gradient(shot, 0.2)
    v, u = shot.field_of_view()
    wide = uniform(rng, 0.003, 0.02)
    inside = (np.abs(v) < wide) & (np.abs(u) < uniform(rng, 0.2, 1.0))
    return np.asarray(light * (1 - 0.95 * inside), dtype=np.float32)


def _spots(shot: Shot) -> np.ndarray:
    """An even grid of spots, as of a wavefront sensor or a bundle of fibres."""
    rng = shot.rng
    step = uniform(rng, 6, max(0.15 * min(shot.shape), 8))
    y, x = np.meshgrid(
        *(np.arange(step / 2, n, step) for n in shot.shape), indexing="ij"
    )
    shake = log_uniform(rng, 0.01, 0.2) * step
    points = star_field.scatter(
        shot.shape,
        y.ravel() + rng.normal(0, shake, y.size),
        x.ravel() + rng.normal(0, shake, x.size),
        rng.uniform(0.3, 1.0, y.size),
    )
    return sky.blurred(points, max(0.12 * step, 0.8))


def _fringes(shot: Shot) -> np.ndarray:
    """An interferogram in a round pupil."""
    rng = shot.rng
    y = np.linspace(-1, 1, shot.height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shot.width, dtype=np.float32)[None, :]
    waves = uniform(rng, 3, 30) * x + uniform(rng, -8, 8) * (x * x + y * y)
    return np.asarray((1 + np.sin(6.28 * waves)) * (np.hypot(x, y) < 0.95), np.float32)


def _plot(shot: Shot) -> np.ndarray:
    """A drawing: black curves and blocks of writing on white."""
    rng = shot.rng
    image = np.ones(shot.shape, dtype=np.float32)
    x = np.arange(shot.width)
    for _ in range(int(rng.integers(1, 5))):
        walk = np.cumsum(rng.standard_normal(shot.width))
        curve = shot.height * (0.5 + 0.4 * walk / np.abs(walk).max())
        image[np.clip(curve.astype(int), 0, shot.height - 1), x] = 0
    for _ in range(int(rng.integers(3, 40))):
        row, column = rng.integers(0, shot.height), rng.integers(0, shot.width)
        image[row : row + 3, column : column + int(rng.integers(3, 40))] = 0.2
    return np.asarray(image if chance(rng, 0.7) else 1 - image)


def _lost_lines(shot: Shot) -> np.ndarray:
    """A frame of which lines were lost on the way."""
    image = sky.clouds(shot, 3.0)
    image[shot.rng.random(shot.height) < uniform(shot.rng, 0.1, 0.6)] = 0
    return image


_PAINTERS = {
    "landscape": _landscape,
    "test chart": _test_chart,
    "slit viewer": _slit_viewer,
    "spots": _spots,
    "fringes": _fringes,
    "plot": _plot,
    "lost lines": _lost_lines,
}
