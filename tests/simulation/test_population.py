import numpy as np
import pytest

from mesa_keras.simulation.kinds import KINDS
from mesa_keras.simulation.population import draw_planets, draw_star

LONGEST = 60.0


@pytest.mark.parametrize("kind", KINDS)
def test_events_are_possible(kind):
    rng = np.random.default_rng(0)
    events = []
    for _ in range(150):
        events += KINDS[kind][0](draw_star(rng), LONGEST, rng)
    assert len(events) > 50
    for event in events:
        assert event.kind == kind
        assert 0.3 <= event.period <= LONGEST
        assert 0 < event.duration <= 24 * event.period
        time = event.epoch + np.linspace(-0.5, 0.5, 50) * event.period
        flux = event.signal.flux(time)
        assert np.isfinite(flux).all()
        assert flux.min() > 0


def test_dwarfs_have_a_dwarfs_density():
    rng = np.random.default_rng(1)
    stars = [draw_star(rng) for _ in range(500)]
    assert np.median([s.logg for s in stars]) == pytest.approx(4.42, abs=0.08)
    assert np.median([s.radius for s in stars]) == pytest.approx(1.05, abs=0.12)
    assert min(s.magnitude for s in stars) >= 9


def test_orbit_is_kepler_s():
    star = draw_star(np.random.default_rng(2))
    assert star.orbit(8.0) / star.orbit(1.0) == pytest.approx(4.0)
    assert star.orbit(1.0, 1.0) / star.orbit(1.0) == pytest.approx(2 ** (1 / 3))


def test_systems_are_ordered_and_sometimes_several():
    rng = np.random.default_rng(3)
    systems = [draw_planets(draw_star(rng), LONGEST, rng) for _ in range(300)]
    assert 0.05 < np.mean([len(system) > 1 for system in systems]) < 0.5
    for system in systems:
        periods = [event.period for event in system]
        assert periods == sorted(periods)
