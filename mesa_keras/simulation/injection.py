"""Planets and eclipsing binaries put into a real or simulated light curve.

What comes out of a pipeline is compared with what went in: every injection tells the
numbers that a perfect measurement would find.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.simulation.stars import transit_duration
from mesa_keras.simulation.transits import transit_flux

UNIFORM_DISC = (0.0, 0.0)
PPM = 1e6


@dataclass(frozen=True, kw_only=True)
class Injection:
    """A body in front of a star, and perhaps its own light behind it.

    Attributes:
        period: Days.
        epoch: A transit's centre, days in the time system of the light curve.
        radius_ratio: The body's radius over the star's.
        scaled_semimajor_axis: Orbit's radius over the star's; the orbit is circular.
        impact: Distance of the chord from the disc's centre, stellar radii.
        limb_darkening: Quadratic coefficients of the star.
        secondary_depth: Light of the body that is lost behind the star, ppm; 0 for a
            planet.
        secondary_phase: Where that happens, in periods after the transit.
        odd_even_difference: By how much the 1st, 3rd, … transit is deeper than the
            others, ppm: a binary of nearly equal stars, of which half the period was
            found.
        dilution: The star's part of the light in the aperture, above 0 and at most 1.
    """

    period: float
    epoch: float
    radius_ratio: float
    scaled_semimajor_axis: float
    impact: float = 0.0
    limb_darkening: tuple[float, float] = (0.40, 0.26)
    secondary_depth: float = 0.0
    secondary_phase: float = 0.5
    odd_even_difference: float = 0.0
    dilution: float = 1.0

    def flux(self, time: ArrayLike, exposure_days: float = 0.0) -> np.ndarray:
        """Returns relative flux, averaged over exposures, 1 where nothing happens.

        Args:
            time: Middles of exposures in days, of any shape; NaN gives NaN.
            exposure_days: Length of an exposure.

        Raises:
            ImportError: If batman is not installed.
            ValueError: If a parameter is out of range.
        """
        days = np.asarray(time, dtype=np.float64)
        lost = 1 - self._dip(days, self.epoch, self.limb_darkening, exposure_days)
        if self.odd_even_difference:
            half = self.odd_even_difference / (2 * self.depth())
            cycle = np.floor((days - self.epoch) / self.period + 0.5)
            lost = lost * np.where(cycle % 2 == 0, 1 + half, 1 - half)
        if self.secondary_depth:
            epoch = self.epoch + self.secondary_phase * self.period
            shape = 1 - self._dip(days, epoch, UNIFORM_DISC, exposure_days)
            most = 1 - float(self._dip(np.array([epoch]), epoch, UNIFORM_DISC, 0.0)[0])
            lost = lost + shape / most * self.secondary_depth / PPM / self.dilution
        return np.asarray(1 - self.dilution * lost)

    def depth(self) -> float:
        """Returns the light lost at mid-transit in ppm, odd and even averaged."""
        return PPM * self.dilution * self._undiluted_depth()

    def duration(self) -> float:
        """Returns hours from first to last contact."""
        return float(
            transit_duration(
                self.period, self.scaled_semimajor_axis, self.radius_ratio, self.impact
            )
        )

    def _undiluted_depth(self) -> float:
        middle = np.array([self.epoch])
        return 1 - float(self._dip(middle, self.epoch, self.limb_darkening, 0.0)[0])

    def _dip(
        self,
        days: np.ndarray,
        epoch: float,
        limb_darkening: tuple[float, float],
        exposure_days: float,
    ) -> np.ndarray:
        """Flux of the transits alone; batman works on the times near them only."""
        flux = np.where(np.isfinite(days), 1.0, np.nan)
        since = days - epoch
        phase = since - self.period * np.floor(since / self.period + 0.5)
        reach = self.duration() / 48 + exposure_days
        near = np.abs(phase) <= reach
        flux[near] = transit_flux(
            days[near],
            period=self.period,
            epoch=epoch,
            radius_ratio=self.radius_ratio,
            scaled_semimajor_axis=self.scaled_semimajor_axis,
            impact=self.impact,
            limb_darkening=limb_darkening,
            exposure_days=exposure_days,
        )
        return flux
