"""What observers call their objects."""

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, pick
from mesa_keras.simulation.frames.scene import Scene

_NAMED = {
    "galaxy": ("M 31", "M51", "M 81", "M101", "NGC 891", "NGC4565", "M104", "M 33",
               "NGC 2403", "NGC7331", "Leo Triplet"),
    "galaxies": ("Abell 426", "COSMOS", "Virgo", "NGC 4889", "field12", "UGC 1551"),
    "nebula": ("M 42", "NGC 7000", "NGC6888", "IC 1396", "M57", "M27", "NGC 7293",
               "IC434", "M1", "M16", "NGC 6960", "Rosette", "Sh2-101"),
    "globular cluster": ("M13", "M 3", "M92", "M15", "M 5", "NGC 5139", "M22", "M71"),
    "open cluster": ("M45", "NGC 869", "M 67", "NGC 188", "M37", "NGC7789", "M11"),
    "single star": ("HD 189733", "Vega", "WASP-12", "HAT-P-32", "SA 98", "Landolt 110",
                    "TrES-3", "focus", "Qatar-1", "SAO 23"),
    "comet": ("C/2020 F3", "67P", "C/2014 Q2", "12P/Pons-Brooks"),
    "planet": ("Jupiter", "Saturn", "Mars", "Venus", "Uranus"),
    "moon": ("Moon", "Mond", "Luna"),
}  # fmt: skip
_FIELDS = (
    *("M 31", "M13", "NGC 7789", "BL Lac", "3C 273", "SS Cyg", "V404 Cyg", "RZ Cas"),
    *("AT2021abc", "SN2023ixf", "433 Eros", "GRB 130427A", "DY Peg", "Mrk 421"),
    *("KIC 8462852", "TOI-1234", "ASASSN-14ae", "OJ 287"),
)
_STARS = (
    *("Vega", "alf Lyr", "HD 21389", "P Cyg", "gam Cas", "Deneb", "Arcturus", "Altair"),
    *("Betelgeuse", "28 Tau", "bet Lyr", "Regulus", "zet Tau", "HR 1544", "Feige 34"),
    *("BD+28 4211", "HZ 44", "G191-B2B", "Capella", "Sirius", "Aldebaran", "WR 136"),
    *("HD109995", "V1500 Cyg", "SN2011fe", "eps Aur", "AG Dra"),
)
_NEBULAE = ("M57", "M 42", "NGC 6543", "NGC7027", "M 27", "NGC 7662", "IC 418", "M1")
_LAMP_WORDS = ("{}", "{} lamp", "{} Lampe", "Arc {}", "COMP {}", "comp", "arc", "ARC",
               "wavelength calibration", "wave cal", "calib", "Kalibration",
               "ThAr")  # fmt: skip
_FLAT_WORDS = {
    "slit": (
        *("Flat", "flat", "Flat DADOS", "DADOS flat", "lamp flat", "Halogen", "Quartz"),
        *("Tungsten", "internal flat", "Flat lamp", "FLAT", "slit flat", "continuum"),
    ),
    "echelle": (
        *("Flat", "flat", "Flat BACHES", "BACHES flat", "Halogen", "lamp flat", "LDLS"),
        *("Tungsten", "FLAT", "order definition", "blaze", "continuum", "Flatfield"),
    ),
}
_INSTRUMENT_WORDS = {"slit": "DADOS", "echelle": "BACHES"}


def _spelt(rng: np.random.Generator, name: str) -> str:
    """The same name as another observer would write it."""
    if chance(rng, 0.15):
        name = name.replace(" ", "_")
    if chance(rng, 0.12):
        name = name.upper() if chance(rng, 0.5) else name.lower()
    return name


def sky_target(rng: np.random.Generator, kind: str) -> str:
    """An object of the sky; sometimes none."""
    if chance(rng, 0.2):
        return ""
    return _spelt(rng, pick(rng, _NAMED.get(kind, _FIELDS)))


def spectrum_target(rng: np.random.Generator, kind: str) -> str:
    """An object whose spectrum is taken; sometimes none."""
    if chance(rng, 0.15):
        return ""
    return _spelt(rng, pick(rng, _NEBULAE if kind == "nebula" else _STARS))


def header_target(
    rng: np.random.Generator, scene: Scene, kind: str, spectrograph: str
) -> str:
    """What the header names as object, if the observer took care.

    Args:
        rng: Generator.
        scene: What is shown.
        kind: bias, dark, flat, light or arc.
        spectrograph: `"slit"`, `"echelle"`, `"sun"` or empty.
    """
    name = scene.target
    if kind == "arc":
        name = "" if chance(rng, 0.12) else pick(rng, _LAMP_WORDS).format(scene.lamp)
    elif kind == "flat" and spectrograph:
        name = "" if chance(rng, 0.2) else pick(rng, _FLAT_WORDS[spectrograph])
    if name and chance(rng, 0.15) and spectrograph in _INSTRUMENT_WORDS:
        return f"{name} {_INSTRUMENT_WORDS[spectrograph]}"
    return name


def stale_target(rng: np.random.Generator) -> str:
    """The object of an earlier frame."""
    return pick(rng, (*_FIELDS, *_STARS, "", "test", "Unknown"))
