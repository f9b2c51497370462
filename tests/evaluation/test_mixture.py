import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from mesa_keras.evaluation import KernelMixture, crps_ensemble, fit_kernel_mixture


def ensembles(num=6, size=5, seed=0):
    rng = np.random.default_rng(seed)
    z = rng.uniform(0, 0.6, num)
    x = z[:, None] + 0.05 * rng.normal(size=(num, size))
    return z, x, rng.random((num, size))


def parts(forecast, x, w):
    """Centres, standard deviation and weights of one object, by the definition."""
    w = w / w.sum()
    mean = (w * x).sum()
    centers = mean + forecast.stretch * (x - mean)
    smooth = 0.9 * np.sqrt((w * (centers - mean) ** 2).sum()) * (w**2).sum() ** 0.2
    return centers, np.hypot(forecast.width * (1 + mean), smooth), w


@given(st.floats(0, 2), st.floats(0.002, 0.2), st.integers(1, 6), st.integers(0, 99))
def test_crps_matches_its_integral(stretch, width, size, seed):
    forecast = KernelMixture(stretch=stretch, width=width)
    y, x, w = ensembles(2, size, seed)
    found = forecast.crps(y, x, w)
    for row in range(2):
        centers, sigma, shares = parts(forecast, x[row], w[row])
        low = min(centers.min(), y[row]) - 9 * sigma
        high = max(centers.max(), y[row]) + 9 * sigma
        grid = np.linspace(low, high, 20_001)
        cdf = (shares * norm.cdf((grid[:, None] - centers) / sigma)).sum(axis=1)
        step = (grid >= y[row]).astype(float)
        expected = np.trapezoid((cdf - step) ** 2, grid)
        assert found[row] == pytest.approx(expected, abs=2e-4 * (high - low))


def test_crps_of_one_member_is_that_of_a_normal_distribution():
    forecast = KernelMixture(stretch=1.0, width=0.1)
    y, x, _ = ensembles(size=1)
    sigma = 0.1 * (1 + x[:, 0])
    u = (y - x[:, 0]) / sigma
    expected = sigma * (
        u * (2 * norm.cdf(u) - 1) + 2 * norm.pdf(u) - 1 / np.sqrt(np.pi)
    )
    np.testing.assert_allclose(forecast.crps(y, x), expected)


def test_a_narrow_kernel_gives_the_crps_of_the_members():
    y, x, w = ensembles(40, 16)
    forecast = KernelMixture(stretch=1.0, width=1e-6, smoothing=0.0)
    np.testing.assert_allclose(
        forecast.crps(y, x, w), crps_ensemble(y, x, w), atol=1e-6
    )


def test_many_rows_in_blocks_are_as_one_by_one(monkeypatch):
    y, x, w = ensembles(50, 6)
    forecast = KernelMixture(stretch=0.8, width=0.03)
    expected = forecast.crps(y, x, w)
    monkeypatch.setattr("mesa_keras.evaluation.mixture._PAIRS", 40)
    np.testing.assert_allclose(forecast.crps(y, x, w), expected)


def test_quantiles_and_moments_fit_the_distribution():
    forecast = KernelMixture(stretch=0.7, width=0.04)
    _, x, w = ensembles()
    levels = [0.025, 0.16, 0.5, 0.84, 0.975]
    quantiles = forecast.quantiles(levels, x, w)
    for column, level in enumerate(levels):
        np.testing.assert_allclose(forecast.cdf(quantiles[:, column], x, w), level)
    mean, sigma = forecast.moments(x, w)
    for row in range(len(x)):
        centers, kernel, shares = parts(forecast, x[row], w[row])
        rng = np.random.default_rng(row)
        drawn = rng.choice(centers, 200_000, p=shares) + kernel * rng.normal(
            size=200_000
        )
        assert mean[row] == pytest.approx((shares * x[row]).sum())
        assert drawn.std() == pytest.approx(sigma[row], rel=0.01)
        assert drawn.mean() == pytest.approx(mean[row], abs=0.001)


@pytest.mark.parametrize(("spread", "error"), [(0.001, 0.03), (0.05, 0.01)])
def test_fit_finds_the_width_of_known_errors(spread, error):
    """Members scatter by `spread` around a mean that misses the truth by `error`."""
    rng = np.random.default_rng(0)

    def drawn(num):
        center = rng.uniform(0, 0.6, num)
        noise = spread * rng.normal(size=(num, 16))
        x = center[:, None] + noise - noise.mean(axis=1, keepdims=True)
        return center + error * (1 + center) * rng.normal(size=num), x

    y, x = drawn(800)
    forecast = fit_kernel_mixture(y, x)
    y, x = drawn(4000)
    _, sigma = forecast.moments(x)
    assert np.median(sigma / (1 + x.mean(axis=1))) == pytest.approx(error, rel=0.08)
    counts = np.histogram(forecast.cdf(y, x), 5, (0, 1))[0] / 4000
    np.testing.assert_allclose(counts, 0.2, atol=0.03)
    for factor in (0.3, 3):
        other = KernelMixture(stretch=forecast.stretch, width=factor * forecast.width)
        assert other.crps(y, x).mean() > forecast.crps(y, x).mean()


def test_fit_takes_members_without_any_error():
    z = np.linspace(0, 0.5, 20)
    forecast = fit_kernel_mixture(z, np.tile(z[:, None], 4))
    assert 0 < forecast.width < 1e-3
    assert np.isfinite(forecast.quantiles([0.5], np.tile(z[:, None], 4))).all()


def test_rejects():
    y, x, _ = ensembles()
    with pytest.raises(ValueError, match="at least 10 objects"):
        fit_kernel_mixture(y, x)
    with pytest.raises(ValueError, match="`stretch` and `smoothing` must not be"):
        KernelMixture(stretch=1.0, width=0.0)
    with pytest.raises(ValueError, match="`levels` must lie in"):
        KernelMixture(stretch=1.0, width=0.1).quantiles([0.5, 1.0], x)
    with pytest.raises(ValueError, match="must have shape"):
        KernelMixture(stretch=1.0, width=0.1).crps(y, x[:3])


def test_the_cdf_ends_at_one_in_spite_of_rounding():
    rng = np.random.default_rng(0)
    shares = rng.random((200, 10))
    shares /= shares.sum(axis=1, keepdims=True)
    assert (shares.sum(axis=1) > 1).any()
    members = np.tile(np.linspace(0.1, 0.2, 10), (200, 1))
    below = KernelMixture(stretch=1.0, width=0.01).cdf(
        np.full(200, 9.0), members, shares
    )
    assert below.max() <= 1.0
