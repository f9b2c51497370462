"""Headers of the programs that drive CCD cameras of amateurs and students."""

from mesa_keras.simulation.frames.header_facts import Card, HeaderFacts
from mesa_keras.simulation.frames.randomness import pick

# No amateur program knows arcs: they are taken as light or flat frames.
FRAME_WORDS = {"bias": "Bias Frame", "dark": "Dark Frame", "flat": "Flat Field"}
CAPITAL_WORDS = {"bias": "BIAS", "dark": "DARK", "flat": "FLAT"}
PLAIN_WORDS = {"bias": "Bias", "dark": "Dark", "flat": "Flat"}


def _exposure(facts: HeaderFacts) -> list[Card]:
    if facts.site.swap_exposure:
        return [("EXPOSURE", facts.seconds)]
    return [("EXPTIME", facts.seconds), ("EXPOSURE", facts.seconds)]


def detector(facts: HeaderFacts) -> list[Card]:
    """Pixels and their binning."""
    detector = facts.camera.format
    return [
        ("XPIXSZ", detector.pixel_um),
        ("YPIXSZ", detector.pixel_um),
        ("XBINNING", detector.binning),
        ("YBINNING", detector.binning),
    ]


def cooler(facts: HeaderFacts) -> list[Card]:
    """Temperatures of the detector."""
    return [
        ("SET-TEMP", facts.night.set_temperature),
        ("CCD-TEMP", facts.night.sensor_temperature),
    ]


def pointing(facts: HeaderFacts) -> list[Card]:
    """Where the telescope points, if the program is connected to it."""
    if not facts.site.names_pointing:
        return []
    ra, dec = facts.pointing()
    # Not rounded up to 60 seconds.
    seconds = min(ra * 240 % 60, 59.99)
    hours = f"{int(ra / 15):02d} {int(ra * 4 % 60):02d} {seconds:05.2f}"
    # The sign stands before 0 degrees, too.
    sign = "-" if dec < 0 else "+"
    degrees = f"{sign}{int(abs(dec)):02d} {int(abs(dec) * 60 % 60):02d} 00"
    return [
        ("OBJCTRA", hours),
        ("OBJCTDEC", degrees),
        ("AIRMASS", facts.airmass()),
        ("SITELAT", facts.site.latitude),
        ("SITELONG", facts.site.longitude),
    ]


def maxim(facts: HeaderFacts) -> list[Card]:
    """MaxIm DL."""
    return [
        ("DATE-OBS", facts.moment(pick(facts.rng, (0, 2, 3)))),
        *_exposure(facts),
        *cooler(facts),
        *detector(facts),
        ("XORGSUBF", 0),
        ("YORGSUBF", 0),
        ("READOUTM", pick(facts.rng, ("Raw", "Normal", "Monochrome"))),
        ("FILTER", facts.scene.filter_name or None),
        ("IMAGETYP", FRAME_WORDS.get(facts.kind, "Light Frame")),
        ("FOCALLEN", facts.site.focal_length),
        ("APTDIA", facts.site.aperture),
        *pointing(facts),
        ("OBJECT", facts.target),
        ("TELESCOP", facts.site.telescope),
        ("INSTRUME", facts.instrument()),
        ("OBSERVER", facts.site.observer),
        ("NOTES", ""),
        ("EGAIN", round(facts.camera.gain, 4)),
        ("JD", facts.julian_date()),
        ("SBSTDVER", "SBFITSEXT Version 1.0"),
        ("SWCREATE", "MaxIm DL Version 6.20 180501"),
        ("SNAPSHOT", facts.averaged),
    ]


def ccdsoft(facts: HeaderFacts) -> list[Card]:
    """CCDSoft and TheSkyX."""
    program = pick(facts.rng, ("CCDSoft 5 Version 5.00.217", "TheSkyX Version 10.5.0"))
    return [
        ("DATE-OBS", facts.moment(3)),
        ("EXPTIME", facts.seconds),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("SET-TEMP", facts.night.set_temperature),
        *detector(facts),
        ("IMAGETYP", FRAME_WORDS.get(facts.kind, "Light Frame")),
        ("PICTTYPE", {"bias": 2, "dark": 3, "flat": 4}.get(facts.kind, 1)),
        ("FILTER", facts.scene.filter_name or None),
        ("INSTRUME", facts.instrument()),
        ("OBJECT", facts.target or None),
        *pointing(facts),
        ("CBLACK", 100),
        ("CWHITE", 2000),
        ("SBUUID", "{6F2B0D1C-0000-4A3E-9D6E-000000000000}"),
        ("SWCREATE", program),
        ("EGAIN", round(facts.camera.gain, 2)),
        ("OBSERVER", facts.site.observer),
        ("TELESCOP", facts.site.telescope),
    ]


def apt(facts: HeaderFacts) -> list[Card]:
    """Astro Photography Tool."""
    words = {**FRAME_WORDS, "flat": "Flat Frame"}
    return [
        ("DATE-OBS", facts.moment(0)),
        *_exposure(facts),
        ("CCD-TEMP", facts.night.sensor_temperature),
        ("XBINNING", facts.camera.format.binning),
        ("YBINNING", facts.camera.format.binning),
        ("GAIN", float(facts.site.gain_setting)),
        ("INSTRUME", facts.instrument()),
        ("IMAGETYP", words.get(facts.kind, "Light Frame")),
        ("OBJECT", facts.target or None),
        ("TELESCOP", facts.site.telescope),
        ("FOCALLEN", str(int(facts.site.focal_length))),
        ("SWCREATE", "Astro Photography Tool - APT v.3.86"),
    ]


def astroart(facts: HeaderFacts) -> list[Card]:
    """AstroArt, PRISM and Artemis Capture."""
    program = pick(facts.rng, ("AstroArt", "Artemis Capture", "PRISM"))
    words = PLAIN_WORDS if program == "AstroArt" else FRAME_WORDS
    light = "Light" if words is PLAIN_WORDS else "Light Frame"
    return [
        ("DATE-OBS", facts.moment(0)),
        ("EXPTIME", facts.seconds),
        ("EXPOSURE", f"{facts.seconds:.2f} s" if program == "PRISM" else facts.seconds),
        ("CCD-TEMP", str(facts.night.sensor_temperature).replace(".", ",")),
        ("BINNING", f"{facts.camera.format.binning}x{facts.camera.format.binning}"),
        ("IMAGETYP", words.get(facts.kind, light)),
        ("OBJECT", facts.target or None),
        ("FILTER", facts.scene.filter_name or None),
        ("CAMERA" if program == "PRISM" else "INSTRUME", facts.instrument()),
        ("SWCREATE" if program != "AstroArt" else "PROGRAM", program),
    ]
