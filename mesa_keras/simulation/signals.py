"""What makes a star's light fall: planets, binaries, spots and the instrument.

Every signal is a small frozen dataclass with a method `flux(time)`: relative flux of
the whole aperture, averaged over half-hour exposures, 1 where nothing happens.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mesa_keras.preprocessing import phase_fold
from mesa_keras.simulation.noise import LONG_CADENCE_DAYS
from mesa_keras.simulation.stars import transit_duration
from mesa_keras.simulation.transits import transit_flux


class Signal(Protocol):
    """Anything with a relative flux."""

    def flux(self, time: np.ndarray) -> np.ndarray:
        """Returns relative flux of the shape of `time`, in days."""


@dataclass(frozen=True, kw_only=True)
class Transit:
    """A dark body that crosses a limb-darkened star on a circular orbit.

    Attributes:
        period: Days.
        epoch: A transit's centre, days.
        radius_ratio: The body's radius over the star's.
        scaled_semimajor_axis: Orbit's radius over the star's.
        impact: Distance of the chord from the disc's centre, stellar radii.
        limb_darkening: u1 and u2.
    """

    period: float
    epoch: float
    radius_ratio: float
    scaled_semimajor_axis: float
    impact: float
    limb_darkening: tuple[float, float]

    def flux(self, time: np.ndarray) -> np.ndarray:
        """Returns relative flux; batman works on the exposures near transit only."""
        flux = np.ones(time.shape)
        near = np.abs(phase_fold(time, self.period, self.epoch)) < self._reach()
        if near.any():
            flux[near] = transit_flux(
                time[near],
                period=self.period,
                epoch=self.epoch,
                radius_ratio=self.radius_ratio,
                scaled_semimajor_axis=self.scaled_semimajor_axis,
                impact=self.impact,
                limb_darkening=self.limb_darkening,
                exposure_days=LONG_CADENCE_DAYS,
            )
        return flux

    def duration(self) -> float:
        """Returns hours from first to last contact."""
        return float(
            transit_duration(
                self.period, self.scaled_semimajor_axis, self.radius_ratio, self.impact
            )
        )

    def _reach(self) -> float:
        return self.duration() / 48 + LONG_CADENCE_DAYS


@dataclass(frozen=True, kw_only=True)
class EclipsingBinary:
    """Two stars that eclipse each other, perhaps beside a brighter star.

    The secondary is a uniform disc. An eccentric orbit moves its eclipse away from half
    a period; the rest of the orbit is taken as circular.

    Attributes:
        primary: Eclipse of the primary by the secondary, as if that were dark.
        surface_brightness: The secondary's surface brightness over the primary's.
        secondary_phase: Phase of the secondary eclipse; 0.5 on a circular orbit.
        ellipsoidal: Amplitude of the tidal distortion, fraction of the binary's light.
        light_fraction: Binary's part of the light in the aperture.
    """

    primary: Transit
    surface_brightness: float
    secondary_phase: float = 0.5
    ellipsoidal: float = 0.0
    light_fraction: float = 1.0

    def flux(self, time: np.ndarray) -> np.ndarray:
        """Returns relative flux: both eclipses, ellipsoidal variation, dilution."""
        eclipse = self.primary
        area = eclipse.radius_ratio**2
        occulted = Transit(
            period=eclipse.period,
            epoch=eclipse.epoch + self.secondary_phase * eclipse.period,
            radius_ratio=eclipse.radius_ratio,
            scaled_semimajor_axis=eclipse.scaled_semimajor_axis,
            impact=eclipse.impact,
            limb_darkening=(0.0, 0.0),
        )
        # The dip of a uniform disc is the hidden area; over k^2, the hidden fraction of
        # the secondary.
        second = area * self.surface_brightness
        hidden = (1 - occulted.flux(time)) / area
        stars = (eclipse.flux(time) + second * (1 - hidden)) / (1 + second)
        cycles = phase_fold(time, eclipse.period, eclipse.epoch) / eclipse.period
        stars = stars * (1 - self.ellipsoidal * np.cos(4 * np.pi * cycles))
        return 1 + self.light_fraction * (stars / (1 - self.ellipsoidal) - 1)


@dataclass(frozen=True, kw_only=True)
class Pulsation:
    """A periodic brightness variation that comes and goes: pulsation or spots.

    Attributes:
        period: Days.
        epoch: A minimum, days.
        amplitude: Half the range, fraction of the light.
        harmonic: Amplitude of twice the frequency over that of the frequency; positive
            makes minima narrow.
        beat_days: Period over which the amplitude changes.
        beat: Fraction by which it changes, below 1.
    """

    period: float
    epoch: float
    amplitude: float
    harmonic: float
    beat_days: float
    beat: float

    def flux(self, time: np.ndarray) -> np.ndarray:
        """Returns relative flux."""
        angle = 2 * np.pi * (time - self.epoch) / self.period
        wave = np.cos(angle) + self.harmonic * np.cos(2 * angle)
        slow = 1 + self.beat * np.sin(2 * np.pi * time / self.beat_days)
        return 1 - self.amplitude * wave * slow


@dataclass(frozen=True, kw_only=True)
class InstrumentEvents:
    """Dips made by the instrument, evenly spaced by chance.

    Attributes:
        times: When they begin, days.
        depths: Fraction of the light lost at first.
        length: Days that a dip lasts (rolling band), or takes to recover to 1 / e (drop
            of a pixel's sensitivity).
        sudden: Whether dips begin with a step and recover, or are smooth humps.
    """

    times: tuple[float, ...]
    depths: tuple[float, ...]
    length: float
    sudden: bool

    def flux(self, time: np.ndarray) -> np.ndarray:
        """Returns relative flux."""
        flux = np.ones(time.shape)
        for start, depth in zip(self.times, self.depths, strict=True):
            since = (time - start) / self.length
            if self.sudden:
                dip = np.where(since >= 0, np.exp(-np.clip(since, 0, None)), 0.0)
            else:
                dip = np.where(
                    (since > 0) & (since < 1), np.sin(np.pi * since) ** 2, 0.0
                )
            flux -= depth * dip
        return flux
