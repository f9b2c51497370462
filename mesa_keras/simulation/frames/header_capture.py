"""Headers of the programs that drive CMOS cameras, and of those that stack frames."""

from mesa_keras.simulation.frames.header_amateur import (
    CAPITAL_WORDS,
    FRAME_WORDS,
    PLAIN_WORDS,
    cooler,
    detector,
    pointing,
)
from mesa_keras.simulation.frames.header_facts import Card, HeaderFacts, Verbatim
from mesa_keras.simulation.frames.randomness import chance, pick


def nina(facts: HeaderFacts) -> list[Card]:
    """N.I.N.A."""
    site = facts.site
    snapshot = facts.kind == "light" and chance(facts.rng, 0.05)
    light = "SNAPSHOT" if snapshot else "LIGHT"
    return [
        ("IMAGETYP", CAPITAL_WORDS.get(facts.kind, light)),
        ("EXPOSURE", facts.seconds),
        ("EXPTIME", facts.seconds),
        ("DATE-LOC", facts.moment(3)),
        ("DATE-OBS", facts.moment(3)),
        *detector(facts),
        ("GAIN", site.gain_setting),
        ("OFFSET", site.offset_setting),
        ("EGAIN", round(facts.camera.gain, 6)),
        ("INSTRUME", facts.instrument()),
        *cooler(facts),
        ("READOUTM", "Default"),
        ("BAYERPAT", facts.camera.mosaic),
        ("TELESCOP", site.telescope),
        ("FOCALLEN", site.focal_length),
        ("FOCRATIO", round(site.focal_length / site.aperture, 1)),
        ("FILTER", facts.scene.filter_name or None),
        ("OBJECT", facts.target or None),
        *pointing(facts),
        ("ROWORDER", "TOP-DOWN"),
        ("SWCREATE", pick(facts.rng, ("N.I.N.A. 1.10.0.3022", "N.I.N.A. 2.0.1.0"))),
    ]


def sharpcap(facts: HeaderFacts) -> list[Card]:
    """SharpCap: older versions do not tell the kind of frame."""
    newer = chance(facts.rng, 0.4)
    exposure = Verbatim(f"{facts.seconds}".replace(".", ","))
    return [
        ("EXTEND", True),
        ("OBJECT", facts.target or None),
        ("INSTRUME", facts.instrument()),
        ("DATE-OBS", facts.moment(6)),
        ("EXPTIME", exposure if chance(facts.rng, 0.1) else facts.seconds),
        ("XPIXSZ", facts.camera.format.pixel_um),
        ("YPIXSZ", facts.camera.format.pixel_um),
        ("XBINNING", facts.camera.format.binning),
        ("YBINNING", facts.camera.format.binning),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("GAIN", facts.site.gain_setting),
        ("BLKLEVEL", facts.site.offset_setting),
        ("BAYERPAT", facts.camera.mosaic),
        ("COLORTYP", facts.camera.mosaic),
        ("IMAGETYP", PLAIN_WORDS.get(facts.kind, "Light") if newer else None),
        ("STACKCNT", facts.averaged),
        ("SWCREATE", "SharpCap v4.0.9538.0" if newer else "SharpCap v3.2.6137.0"),
    ]


def asi_programs(facts: HeaderFacts) -> list[Card]:
    """ASICap, ASIStudio, ASIAIR and older ASI programs."""
    program = pick(facts.rng, ("ZWO ASIAIR Plus", "ZWO ASISTUDIO", "ASICAP"))
    tells = program != "ASICAP"
    return [
        ("CREATOR" if tells else "SWCREATE", program),
        ("XORGSUBF", 0),
        ("YORGSUBF", 0),
        ("FOCALLEN", facts.site.focal_length if tells else None),
        ("XBINNING", facts.camera.format.binning),
        ("YBINNING", facts.camera.format.binning),
        ("CCDXBIN", facts.camera.format.binning),
        ("XPIXSZ", facts.camera.format.pixel_um),
        ("IMAGETYP", PLAIN_WORDS.get(facts.kind, "Light") if tells else None),
        ("EXPOSURE", facts.seconds),
        ("EXPTIME", facts.seconds),
        ("EXPOINUS", round(facts.seconds * 1e6)),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("SET-TEMP", facts.night.set_temperature),
        ("DATE-OBS", facts.moment(6)),
        ("FILTER", facts.scene.filter_name or None),
        ("OBJECT", (facts.target or None) if tells else None),
        ("INSTRUME", facts.instrument()),
        ("BAYERPAT", facts.camera.mosaic),
        ("GAIN", facts.site.gain_setting),
        ("OFFSET", facts.site.offset_setting),
    ]


def ekos(facts: HeaderFacts) -> list[Card]:
    """KStars, Ekos and INDI."""
    words = PLAIN_WORDS if chance(facts.rng, 0.4) else FRAME_WORDS
    light = "Light" if words is PLAIN_WORDS else "Light Frame"
    flat = {"flat": "Flat Frame"} if words is FRAME_WORDS else {}
    kind = {**words, **flat}.get(facts.kind, light)
    return [
        ("ROWORDER", "TOP-DOWN"),
        ("INSTRUME", facts.instrument()),
        ("TELESCOP", facts.site.telescope),
        ("OBSERVER", facts.site.observer or "Unknown"),
        ("OBJECT", facts.target or "Unknown"),
        ("EXPTIME", facts.seconds),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("PIXSIZE1", facts.camera.format.pixel_um),
        ("XBINNING", facts.camera.format.binning),
        ("YBINNING", facts.camera.format.binning),
        ("FRAME", kind.split()[0]),
        ("IMAGETYP", kind),
        ("FILTER", facts.scene.filter_name or None),
        ("BAYERPAT", facts.camera.mosaic),
        ("FOCALLEN", facts.site.focal_length),
        ("APTDIA", facts.site.aperture),
        *pointing(facts),
        ("GAIN", facts.site.gain_setting),
        ("DATE-OBS", facts.moment(3)),
        ("COMMENT", "Generated by INDI"),
    ]


def firecapture(facts: HeaderFacts) -> list[Card]:
    """FireCapture and other planetary programs."""
    return [
        ("DATE-OBS", facts.moment(0)),
        ("EXPTIME", facts.seconds),
        ("EXPTIMMS", round(facts.seconds * 1e3, 3)),
        ("GAIN", facts.site.gain_setting),
        ("INSTRUME", facts.instrument()),
        ("OBJECT", facts.target or None),
        ("SOFTWARE", "FireCapture v2.7"),
    ]


def stacking(facts: HeaderFacts) -> list[Card]:
    """Siril, DeepSkyStacker, PixInsight: programs that combine frames."""
    master = facts.averaged > 1 and chance(facts.rng, 0.7)
    kind = PLAIN_WORDS.get(facts.kind, "Light")
    return [
        ("PROGRAM", pick(facts.rng, ("Siril 1.0.6", "PixInsight 1.8.9", "DSS 4.2.6"))),
        ("IMAGETYP", f"Master {kind}" if master else kind),
        ("EXPTIME", facts.seconds),
        ("STACKCNT", facts.averaged),
        ("INSTRUME", facts.site.camera_name),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("FILTER", facts.scene.filter_name or None),
        ("OBJECT", facts.target or None),
        ("BAYERPAT", facts.camera.mosaic),
        ("DATE-OBS", facts.moment(3)),
    ]
