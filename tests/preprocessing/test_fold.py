import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.preprocessing import Ephemeris, phase_fold

PERIODS = st.floats(0.2, 800.0)
TIMES = st.floats(0.0, 3000.0)


def apart(a, b, period):
    """Days between two phases around the circle."""
    return abs((a - b + period / 2) % period - period / 2)


@given(TIMES, PERIODS, TIMES, st.integers(-50, 50))
def test_is_periodic(time, period, epoch, cycles):
    first = phase_fold(time, period, epoch)
    later = phase_fold(time + cycles * period, period, epoch)
    assert apart(first, later, period) < 1e-9
    assert -period / 2 <= first < period / 2


@given(TIMES, PERIODS, TIMES)
def test_any_transit_may_be_the_epoch(time, period, epoch):
    moved = phase_fold(time, period, epoch + 7 * period)
    assert apart(phase_fold(time, period, epoch), moved, period) < 1e-9


def test_by_hand():
    phase = phase_fold([1.0, 2.0, 3.0, 4.0, np.nan, np.inf], 4.0, 2.0)
    np.testing.assert_allclose(phase, [-1, 0, 1, -2, np.nan, np.nan])
    assert phase_fold(np.zeros((2, 3)), 1.0, 0.0).shape == (2, 3)


def test_rounding_stays_inside():
    phase = phase_fold(-0.5 - 1e-17, 1.0, 0.0)
    assert -0.5 <= phase < 0.5
    assert phase_fold(np.nextafter(-0.5, -1), 1.0, 0.0) < 0.5


@pytest.mark.parametrize("period", [0, -1, np.nan, np.inf])
def test_rejects_period(period):
    with pytest.raises(ValueError, match="`period` must be positive"):
        phase_fold([1.0], period, 0.0)


def test_rejects_epoch():
    with pytest.raises(ValueError, match="`epoch` must be a finite"):
        phase_fold([1.0], 1.0, np.nan)


def test_ephemeris():
    transits = Ephemeris(period=4.0, epoch=10.0, duration=24.0)
    time = np.array([9.0, 9.6, 10.4, 11.9, 12.1, 14.0, np.pi])
    np.testing.assert_allclose(transits.phase(time)[:3], [-1, -0.4, 0.4])
    assert transits.cycle(time).tolist() == [0, 0, 0, 0, 1, 1, -2]
    assert transits.near(time).tolist() == [
        False,
        True,
        True,
        False,
        False,
        True,
        False,
    ]
    assert transits.near(time, 2.5)[1:3].all()
    # Never more than half of the period.
    wide = Ephemeris(period=4.0, epoch=10.0, duration=90.0)
    assert wide.duration_days == 2
    assert wide.near(np.arange(0, 4, 0.01), 3.0).mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"period": 0.0}, "`period` must be positive"),
        ({"epoch": np.inf}, "`epoch` must be a finite"),
        ({"duration": np.nan}, "`duration` must be positive hours"),
        ({"duration": 96.0}, "`duration` must be shorter than the period"),
    ],
)
def test_rejects_ephemeris(changed, message):
    with pytest.raises(ValueError, match=message):
        Ephemeris(**({"period": 4.0, "epoch": 1.0, "duration": 2.0} | changed))


@given(st.lists(st.floats(-50, 50), min_size=1), st.floats(0.0, 3.999))
def test_folded_once(times, place):
    transits = Ephemeris(period=4.0, epoch=1.0, duration=2.0)
    folded = transits.fold(np.array(times))
    np.testing.assert_allclose(folded.phase, transits.phase(times), atol=1e-12)
    np.testing.assert_array_equal(folded.cycle, transits.cycle(times))
    beside = folded.around(place)
    # The time is what it was.
    np.testing.assert_allclose(
        beside.cycle * 4.0 + beside.phase + place + 1.0, times, atol=1e-9
    )
    assert (np.abs(beside.phase) <= 2 + 1e-9).all()
    assert folded.take(np.array([0])).phase.shape == (1,)
