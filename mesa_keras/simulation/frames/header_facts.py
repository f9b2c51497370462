"""What the header of a simulated frame can tell."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.night import Night
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene

Card = tuple[str, Any]


class Verbatim(str):
    """The value of a card as a program wrote it, though no reader can parse it."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a camera stands and who uses it.

    Attributes:
        telescope, observer, place: Names, maybe empty.
        focal_length, aperture: Millimetres.
        latitude, longitude: Degrees.
        camera_name: As its driver calls it.
        instrument: Name of the spectrograph.
        gain_setting, offset_setting: What the camera's driver was told.
        names_instrument: Whether headers tell the spectrograph.
        names_pointing: Whether headers tell where the telescope points.
        swap_exposure: Whether the exposure time stands under `EXPOSURE` alone.
    """

    telescope: str
    observer: str
    place: str
    focal_length: float
    aperture: float
    latitude: float
    longitude: float
    camera_name: str
    instrument: str
    gain_setting: int
    offset_setting: int
    names_instrument: bool
    names_pointing: bool
    swap_exposure: bool


@dataclass(frozen=True, kw_only=True)
class HeaderFacts:
    """One frame as its header sees it.

    Attributes:
        kind: bias, dark, flat, light or arc: what the header claims.
        target: Object that the header names.
        is_spectrum: Whether a spectrograph is in the light path.
        scene, camera, night, site: The frame itself.
        averaged: Frames of which it is the mean.
        time: Start of the exposure.
        rng: Generator of this header.
    """

    kind: str
    target: str
    is_spectrum: bool
    scene: Scene
    camera: Camera
    night: Night
    site: Site
    averaged: int
    time: dt.datetime
    rng: np.random.Generator

    @property
    def seconds(self) -> float:
        """Exposure time."""
        return self.scene.seconds

    def moment(self, digits: int = 3) -> str:
        """Start of the exposure with some digits of the second."""
        text = self.time.isoformat(timespec="microseconds")
        return text[: 20 + digits] if digits else text[:19]

    def julian_date(self) -> float:
        """Start of the exposure in days."""
        days = (self.time - dt.datetime(2000, 1, 1, 12)).total_seconds() / 86400
        return round(2451545.0 + days, 6)

    def instrument(self) -> str:
        """The camera, or the spectrograph where this site tells it."""
        if self.is_spectrum and self.site.names_instrument:
            return self.site.instrument
        return self.site.camera_name

    def pointing(self) -> tuple[float, float]:
        """Right ascension and declination in degrees."""
        return round(uniform(self.rng, 0, 360), 5), round(uniform(self.rng, -30, 80), 5)

    def airmass(self) -> float:
        """Air mass of an object that is worth observing."""
        return round(1 / float(np.cos(uniform(self.rng, 0, 1.1))), 4)


_CCD_NAMES = (
    *("SBIG ST-8XME", "SBIG STF-8300M", "SBIG STL-11000M", "SBIG ST-7", "SBIG ST-10"),
    *(
        "FLI ProLine PL09000",
        "Apogee Alta U16M",
        "QSI 683wsg",
        "ATIK 383L+",
        "Atik 460EX",
    ),
    *(
        "SX H9",
        "Moravian G2-1600",
        "Andor iKon-M",
        "Andor Newton DU940P",
        "PIXIS 2048B",
    ),
    *("Apogee Ap7p", "Meade DSI Pro", "Kodak KAF-1603ME", "E2V CCD42-40", "SITe 2k"),
)
_CMOS_NAMES = (
    *("ZWO ASI120MM", "ZWO ASI1600MM Pro", "ZWO ASI183MM Pro", "ZWO ASI2600MM Pro"),
    *("ZWO ASI174MM Mini", "QHYCCD QHY268M", "QHY600M", "Player One Apollo-M"),
    *("Altair GPCAM", "Basler acA1920-155um", "PCO.edge 4.2", "QHY5LII-M", "Sona 4B"),
)
_COLOUR_NAMES = (
    *("ZWO ASI120MC", "ZWO ASI294MC Pro", "ZWO ASI533MC Pro", "ZWO ASI224MC", "QHY10"),
    *("Canon EOS 600D", "Canon EOS 1100D", "NIKON D750", "QHY268C", "Starlight Trius"),
    *("Altair Hypercam 183C", "Player One Neptune-C II", "CANON EOS 60Da"),
)
SLIT_SPECTROGRAPHS = {
    "DADOS": 5, "DADOS 200": 2, "DADOS 900": 2, "Dados": 1, "LISA": 1, "Alpy 600": 1.5,
    "LHIRES III": 1.5, "UVEX": 0.7, "ALFOSC": 1, "EFOSC2": 1, "IDS": 0.7, "DIS": 0.7,
    "Kast": 0.7, "FORS2": 0.5, "OSIRIS": 0.5, "GMOS-N": 0.4, "B&C": 0.7, "DOLORES": 0.5,
    "Goodman": 0.6, "Boller & Chivens": 0.5, "DBSP": 0.5, "CAFOS": 0.7, "FLOYDS": 0.6,
    "SOFOSC": 0.2, "slit spectrograph": 0.5, "spectrograph": 0.5,
}  # fmt: skip
ECHELLES = {
    "BACHES": 6, "Baches": 2, "BACHES echelle": 1.5, "FEROS": 1, "HARPS": 0.7,
    "UVES": 0.7, "FIES": 0.7, "HIRES": 0.5, "CHIRON": 0.5, "eShel": 1, "Whoppshel": 0.5,
    "TRES": 0.5, "ESPaDOnS": 0.4, "Hamilton": 0.3, "HERMES": 0.5, "FOCES": 0.4,
    "echelle": 1, "Echelle spectrograph": 0.6, "Mechelle": 0.5, "SES": 0.3, "NRES": 0.5,
}  # fmt: skip
SOLAR_SPECTROGRAPHS = {
    "Einsteinturm": 5, "Einstein Tower": 1.5, "Einsteinturm Potsdam": 1.5, "TESOS": 0.3,
    "GRIS": 0.4, "TRIPPEL": 0.4, "FIRS": 0.3, "solar spectrograph": 1, "LHIRES": 0.3,
    "SHG": 0.5, "VTT Echelle": 0.4, "SOT/SP": 0.2,
}  # fmt: skip
_TELESCOPES = (
    *(
        "CDK20",
        "Planewave CDK",
        "OST",
        "C14",
        "RC 16",
        "0.5m",
        "50cm",
        "Newton 250/1000",
    ),
    *(
        "Takahashi FSQ",
        "T60",
        "2.2m",
        "1m0",
        "1.5m",
        "NOT",
        "LX200",
        "Refraktor",
        "0.9 m",
    ),
    *("Simulator", "EQMOD", "EQ6", "10micron", "ASCOM"),
)
_PLACES = (
    "",
    "Potsdam",
    "Golm",
    "La Palma",
    "Kitt Peak",
    "home",
    "Teide",
    "Calar Alto",
)


def draw_site(seed: int, camera: Camera, spectrograph: str) -> Site:
    """Draws who uses a camera.

    Args:
        seed: Seed of the simulation.
        camera: Camera.
        spectrograph: `"slit"`, `"echelle"`, `"sun"` or empty.
    """
    rng = keyed_generator(seed, "site", camera.number)
    names = _CCD_NAMES if camera.technology == "ccd" else _CMOS_NAMES
    focal_length = round(log_uniform(rng, 50, 20000))
    aperture = round(focal_length / uniform(rng, 2, 15))
    other = keyed_generator(seed, "spectrograph", camera.number, spectrograph)
    choices = {"slit": SLIT_SPECTROGRAPHS, "echelle": ECHELLES}
    return Site(
        telescope=pick(rng, _TELESCOPES),
        observer=pick(rng, ("", "", "observer", "OST team", "Student", "M. Muster")),
        place=pick(rng, _PLACES),
        focal_length=float(focal_length),
        aperture=float(aperture),
        latitude=round(uniform(rng, -40, 60), 4),
        longitude=round(uniform(rng, -120, 150), 4),
        camera_name=pick(rng, _COLOUR_NAMES if camera.mosaic else names),
        instrument=pick(other, choices.get(spectrograph, SOLAR_SPECTROGRAPHS)),
        gain_setting=int(log_uniform(rng, 1, 450)),
        offset_setting=int(uniform(rng, 0, 100)),
        names_instrument=chance(rng, 0.4),
        names_pointing=chance(rng, 0.6),
        swap_exposure=chance(rng, 0.1),
    )
