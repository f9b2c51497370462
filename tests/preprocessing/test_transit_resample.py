import numpy as np
import pytest

from mesa_keras.preprocessing import Ephemeris, detrend_light_curve
from mesa_keras.preprocessing.transit_resample import TransitResampler
from mesa_keras.preprocessing.views_candidate import flat_views
from mesa_keras.simulation.injection import Injection

PLANET = Injection(period=3.1, epoch=1.3, radius_ratio=0.1, scaled_semimajor_axis=9)
EPHEMERIS = Ephemeris(period=3.1, epoch=1.3, duration=PLANET.duration())


@pytest.fixture(scope="module")
def flat(wotan_compiled):
    time = np.arange(0.0, 31.0, 0.02)
    # No data at the second transit.
    time = time[np.abs(time - 4.4) > 0.5]
    rng = np.random.default_rng(0)
    flux = PLANET.flux(time, 0.02) * (1 + 1e-4 * rng.normal(size=time.size))
    return detrend_light_curve(time, flux, EPHEMERIS)


def test_whole_orbits_are_drawn(flat):
    resampler = TransitResampler(flat, EPHEMERIS)
    assert resampler.num_transits == 9
    drawn = resampler.draw(np.random.default_rng(3))
    assert set(drawn.time) <= set(flat.time)
    cycles, counts = np.unique(EPHEMERIS.cycle(drawn.time), return_counts=True)
    own = dict(
        zip(*np.unique(EPHEMERIS.cycle(flat.time), return_counts=True), strict=True)
    )
    times = {int(c): n / own[c] for c, n in zip(cycles, counts, strict=True)}
    assert all(value == round(value) for value in times.values())
    assert times[1] == 1
    assert sum(value for cycle, value in times.items() if cycle != 1) in (9, 10)


def test_draws_are_seeded_and_views_of_them_are_like_the_first(flat):
    resampler = TransitResampler(flat, EPHEMERIS)
    first, again = (resampler.draw(np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first.time, again.time)
    depth = flat_views(first, EPHEMERIS).scalars["measured_depth"]
    own = flat_views(flat, EPHEMERIS).scalars["measured_depth"]
    assert depth == pytest.approx(own, rel=0.03)
