"""What is put into real and simulated light curves comes out again.

The two real ones are TESS's; in the first the known planet is masked as another one.
"""

import numpy as np
import pytest

from mesa_keras.preprocessing import Ephemeris, candidate_views
from mesa_keras.readers import read_light_curve
from mesa_keras.simulation.injection import Injection

pytestmark = pytest.mark.usefixtures("wotan_compiled")
PI_MENSAE_C = Ephemeris(period=6.268, epoch=1325.504, duration=3.0)
STARS = ("TIC 261136679", "TIC 270501383", "quiet", "spotted")


@pytest.fixture(scope="module", params=STARS)
def star(request):
    """Time, flux, exposure and other planets of a star."""
    if request.param.startswith("TIC"):
        folder = request.getfixturevalue("real_data") / "raw_light_curves"
        curve = read_light_curve(next(folder.glob(f"*{request.param[4:]}*.fits")))
        others = [PI_MENSAE_C] if request.param == STARS[0] else []
        return curve.time, curve.flux, curve.exposure_days(), others
    rng = np.random.default_rng(STARS.index(request.param))
    time = np.arange(130.0, 300.0, 0.0204336)
    time = time[(time % 31 > 0.9) & (rng.uniform(size=time.size) > 0.01)]
    flux = 1 + 8e-5 * rng.normal(size=time.size)
    if request.param == "spotted":
        flux += 3e-3 * np.sin(2 * np.pi * time / 9) + 1e-3 * np.cos(time)
    return time, 1e4 * flux, 0.0204336, []


def recover(star, injection, stretch=1.0):
    time, flux, exposure, others = star
    transits = Ephemeris(
        period=injection.period,
        epoch=injection.epoch,
        duration=injection.duration() * stretch,
    )
    return candidate_views(
        time,
        flux * injection.flux(time, exposure),
        transits,
        others=others,
        exposure_days=exposure,
    ).scalars


def drawn(star, rng, **options):
    """An orbit and a body, drawn at random."""
    return Injection(
        period=rng.uniform(2, 5),
        epoch=star[0][0] + rng.uniform(0, 2),
        scaled_semimajor_axis=rng.uniform(7, 16),
        **options,
    )


@pytest.mark.parametrize("seed", range(4))
def test_planets(star, seed):
    rng = np.random.default_rng(seed)
    planet = drawn(
        star, rng, radius_ratio=rng.uniform(0.05, 0.12), impact=rng.uniform(0, 0.6)
    )
    found = recover(star, planet, stretch=rng.uniform(0.85, 1.15))
    assert found["measured_depth"] == pytest.approx(planet.depth(), rel=0.05)
    assert found["measured_duration"] == pytest.approx(planet.duration(), rel=0.05)
    assert abs(found["odd_even_difference"]) < 3 * found["odd_even_error"]
    # The strongest of hundreds of places without an eclipse.
    assert found["secondary_depth"] < 5 * found["secondary_error"]
    assert found["secondary_depth"] < 0.1 * planet.depth()
    expected = (star[0] - planet.epoch) / planet.period
    cycles = np.unique(np.round(expected[np.abs(expected - expected.round()) < 0.005]))
    assert found["transit_count"] == pytest.approx(cycles.size, abs=2)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dilution", [1.0, 0.2])
def test_eclipsing_binaries(star, seed, dilution):
    rng = np.random.default_rng(100 + seed)
    binary = drawn(
        star,
        rng,
        radius_ratio=rng.uniform(0.25, 0.45),
        impact=rng.uniform(0, 0.5),
        secondary_depth=rng.uniform(2e3, 2e4),
        secondary_phase=rng.uniform(0.35, 0.65),
        odd_even_difference=rng.uniform(-2e3, 2e3),
        dilution=dilution,
    )
    found = recover(star, binary)
    assert found["measured_depth"] == pytest.approx(binary.depth(), rel=0.05)
    assert found["measured_duration"] == pytest.approx(binary.duration(), rel=0.05)
    difference = found["odd_even_difference"] - binary.odd_even_difference
    assert abs(difference) < 3 * found["odd_even_error"]
    secondary = found["secondary_depth"] - binary.secondary_depth
    assert abs(secondary) < 3 * found["secondary_error"]
    hours = 24 * binary.period * (found["secondary_phase"] - binary.secondary_phase)
    assert abs(hours) < 0.1 * binary.duration()


@pytest.mark.parametrize("seed", range(6))
def test_companions_nearly_as_large_as_the_star(star, seed):
    rng = np.random.default_rng(200 + seed)
    binary = drawn(
        star,
        rng,
        radius_ratio=rng.uniform(0.45, 1.0),
        impact=rng.uniform(0, 0.5),
        secondary_depth=rng.uniform(2e3, 2e4),
        secondary_phase=rng.uniform(0.35, 0.65),
    )
    found = recover(star, binary)
    assert found["measured_depth"] == pytest.approx(binary.depth(), rel=0.05)
    assert found["measured_duration"] == pytest.approx(binary.duration(), rel=0.05)


def test_known_planet_of_pi_mensae(real_data):
    folder = real_data / "raw_light_curves"
    curve = read_light_curve(next(folder.glob("*261136679*.fits")))
    views = candidate_views(
        curve.time,
        curve.flux,
        PI_MENSAE_C,
        centroid=curve.centroid,
        exposure_days=curve.exposure_days(),
    )
    found = views.scalars
    # Huang et al. 2018, ApJL 868, L39: 0.0172 of the star's radius, 2.95 hours.
    assert found["measured_depth"] == pytest.approx(300, abs=30)
    assert found["measured_snr"] > 20
    assert found["measured_duration"] == pytest.approx(2.95, abs=0.25)
    assert found["transit_count"] == 5
    assert found["v_shape"] < 0.2
    assert abs(found["odd_even_difference"]) < 3 * found["odd_even_error"]
    assert found["secondary_depth"] < 60
    dip = np.flatnonzero(views.normalized()["local"] < -0.5)
    assert dip.mean() == pytest.approx(30, abs=1)


def test_errors_are_honest_where_nothing_is(real_data):
    folder = real_data / "raw_light_curves"
    curve = read_light_curve(next(folder.glob("*270501383*.fits")))
    rng = np.random.default_rng(0)
    found = []
    for _ in range(24):
        transits = Ephemeris(
            period=rng.uniform(1, 9),
            epoch=curve.time[0] + rng.uniform(0, 9),
            duration=rng.uniform(1.5, 4),
        )
        scalars = candidate_views(
            curve.time,
            curve.flux,
            transits,
            centroid=curve.centroid,
            exposure_days=curve.exposure_days(),
        ).scalars
        found.append(
            [
                scalars["measured_snr"],
                scalars["odd_even_difference"] / scalars["odd_even_error"],
                scalars["centroid_shift"] / scalars["centroid_error"],
                scalars["secondary_depth"] / scalars["secondary_error"],
            ]
        )
    depth, odd_even, centroid, secondary = np.array(found).T
    assert 0.6 < np.std(depth) < 1.5
    assert 0.5 < np.std(odd_even) < 1.5
    # The length of a vector of two such numbers is 1.2 in the median.
    assert 0.6 < np.median(centroid) < 2.0
    assert secondary.max() < 5
