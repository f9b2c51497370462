"""Headers of professional observatories, laboratories and surveys."""

from mesa_keras.simulation.frames.header_facts import Card, HeaderFacts
from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform

_SKY_WORDS = ("object", "OBJECT", "science", "light")


def _disperser(facts: HeaderFacts) -> list[Card]:
    """Grating and slit; cameras that share a spectrograph tell them always."""
    rng = facts.rng
    if not facts.is_spectrum:
        if not facts.site.names_instrument:
            return []
        return [("GRATING", pick(rng, ("open", "mirror", "none")))]
    return [
        ("GRATING", pick(rng, ("200 l/mm", "900 l/mm", "600", "Gr#4", "VPH-600"))),
        ("SLIT", pick(rng, ("25", "35", "50", "1.0", "1.3_arcsec", "2.0 arcsec"))),
        ("CENWAVE", round(uniform(rng, 4000, 8000), 1) if chance(rng, 0.4) else None),
    ]


def iraf(facts: HeaderFacts) -> list[Card]:
    """An observatory that reduces with IRAF."""
    rng = facts.rng
    words = {"bias": "zero", "dark": "dark", "flat": "flat", "arc": "comp"}
    if chance(rng, 0.3):
        words = {"bias": "BIAS", "dark": "DARK", "flat": "FLAT", "arc": "COMPARISON"}
    ra, dec = facts.pointing()
    return [
        ("OBJECT", facts.target),
        ("OBSERVAT", facts.site.place or "KPNO"),
        ("IMAGETYP", words.get(facts.kind, pick(rng, ("object", "OBJECT")))),
        ("EXPTIME", facts.seconds),
        ("DARKTIME", facts.seconds),
        ("DATE-OBS", facts.moment(1)),
        ("RA", round(ra, 4)),
        ("DEC", round(dec, 4)),
        ("AIRMASS", facts.airmass() if facts.kind in ("light", "arc") else None),
        ("TELESCOP", facts.site.telescope),
        ("DETECTOR", facts.site.camera_name),
        ("INSTRUME", facts.site.instrument if facts.is_spectrum else None),
        ("CCDSUM", f"{facts.camera.format.binning} {facts.camera.format.binning}"),
        ("GAIN", round(facts.camera.gain, 3)),
        ("RDNOISE", round(facts.camera.read_noise, 2)),
        ("CCDTEMP", facts.night.sensor_temperature),
        ("FILTERS", facts.scene.filter_name or None),
        *_disperser(facts),
        ("NCOMBINE", facts.averaged if facts.averaged > 1 else None),
        ("BIASSEC", f"[1:10,1:{facts.camera.format.height}]"),
    ]


def eso(facts: HeaderFacts) -> list[Card]:
    """The European Southern Observatory."""
    rng = facts.rng
    names = {
        "bias": ("CALIB", "BIAS"),
        "dark": ("CALIB", "DARK"),
        "flat": ("CALIB", "LAMP,FLAT" if facts.is_spectrum else "FLAT,SKY"),
        "arc": ("CALIB", pick(rng, ("WAVE", "LAMP,WAVE", "WAVE,THAR,THAR"))),
    }
    category, kind = names.get(facts.kind, ("SCIENCE", pick(rng, ("OBJECT", "STD"))))
    technique = "SPECTRUM" if facts.is_spectrum else "IMAGE"
    if facts.kind in ("bias", "dark"):
        technique = "IMAGE"
    ra, dec = facts.pointing()
    return [
        ("ORIGIN", "ESO"),
        ("TELESCOP", pick(rng, ("ESO-NTT", "ESO-VLT-U1", "MPI-2.2", "ESO-3.6"))),
        ("INSTRUME", facts.site.instrument if facts.is_spectrum else "WFI"),
        ("OBJECT", facts.target or kind),
        ("RA", ra),
        ("DEC", dec),
        ("EXPTIME", facts.seconds),
        ("DATE-OBS", facts.moment(4)),
        ("HIERARCH ESO DPR CATG", category),
        ("HIERARCH ESO DPR TYPE", kind),
        ("HIERARCH ESO DPR TECH", technique),
        ("HIERARCH ESO DET WIN1 BINX", facts.camera.format.binning),
        ("HIERARCH ESO DET WIN1 BINY", facts.camera.format.binning),
        ("HIERARCH ESO DET OUT1 CONAD", round(facts.camera.gain, 2)),
        ("HIERARCH ESO TEL AIRM START", facts.airmass()),
        ("HIERARCH ESO INS FILT1 NAME", facts.scene.filter_name or "FREE"),
    ]


def robotic(facts: HeaderFacts) -> list[Card]:
    """Robotic telescopes: Las Cumbres, the Liverpool Telescope and their like."""
    rng = facts.rng
    words = {"bias": "BIAS", "dark": "DARK", "arc": "ARC"}
    words["flat"] = "LAMPFLAT" if facts.is_spectrum else "SKYFLAT"
    ra, dec = facts.pointing()
    return [
        (
            "OBSTYPE",
            words.get(facts.kind, pick(rng, ("EXPOSE", "STANDARD", "SPECTRUM"))),
        ),
        ("OBJECT", facts.target or None),
        ("EXPTIME", facts.seconds),
        ("DATE-OBS", facts.moment(3)),
        ("MJD-OBS", round(facts.julian_date() - 2400000.5, 6)),
        ("TELESCOP", facts.site.telescope),
        ("INSTRUME", facts.site.instrument if facts.is_spectrum else "fl03"),
        ("FILTER", facts.scene.filter_name or "air"),
        ("CCDXBIN", facts.camera.format.binning),
        ("CCDYBIN", facts.camera.format.binning),
        ("GAIN", round(facts.camera.gain, 2)),
        ("READNOIS", round(facts.camera.read_noise, 1)),
        ("CCDATEMP", facts.night.sensor_temperature),
        ("CCDSTEMP", facts.night.set_temperature),
        ("RA", round(ra, 6)),
        ("DEC", round(dec, 6)),
        ("AIRMASS", facts.airmass()),
        ("CONFNAME", "slit" if facts.is_spectrum else "default"),
    ]


def large_telescope(facts: HeaderFacts) -> list[Card]:
    """Other large telescopes: Gemini, Keck, Subaru, NOT, with words of their own."""
    rng = facts.rng
    words = {"bias": "BIAS", "dark": "DARK", "flat": "FLAT", "arc": "ARC"}
    key = pick(rng, ("OBSTYPE", "IMAGETYP", "DATA-TYP", "IMTYPE", "OBSMODE"))
    if key == "DATA-TYP":
        words = {**words, "flat": "DOMEFLAT", "arc": "COMPARISON"}
    return [
        (key, words.get(facts.kind, pick(rng, _SKY_WORDS).upper())),
        ("OBJECT", facts.target or words.get(facts.kind, "")),
        ("EXPTIME", facts.seconds),
        ("DATE-OBS", facts.moment(0)[:10]),
        ("UT", facts.moment(2)[11:]),
        ("AIRMASS", facts.airmass()),
        ("INSTRUME", facts.site.instrument if facts.is_spectrum else "IMAGER"),
        ("FILTER1", facts.scene.filter_name or "clear"),
        ("GAIN", round(facts.camera.gain, 2)),
        ("RON", round(facts.camera.read_noise, 1)),
        ("DET-TMP", round(facts.night.sensor_temperature + 273.15, 2)),
        *_disperser(facts),
    ]


def laboratory(facts: HeaderFacts) -> list[Card]:
    """Laboratory cameras, which know neither sky nor kind of frame."""
    return [
        ("HEAD", facts.site.camera_name),
        ("ACQMODE", "Single Scan"),
        ("READMODE", "Image"),
        ("EXPOSURE", facts.seconds),
        ("TEMP", facts.night.sensor_temperature),
        ("PREAMP", pick(facts.rng, (1.0, 2.4, 4.9))),
        ("READTIME", 1e-6),
        ("DATE", facts.moment(0)),
        ("USERTXT1", facts.target if chance(facts.rng, 0.3) else None),
    ]


def survey(facts: HeaderFacts) -> list[Card]:
    """Cut-outs of sky surveys."""
    ra, dec = facts.pointing()
    return [
        ("OBJECT", facts.target or None),
        ("SURVEY", pick(facts.rng, ("DECaLS", "SDSS", "PS1", "2MASS", "MzLS"))),
        ("FILTER", facts.scene.filter_name or None),
        ("EXPTIME", facts.seconds),
        ("OBSTYPE", "object" if chance(facts.rng, 0.4) else None),
        ("PRODTYPE", "image" if chance(facts.rng, 0.4) else None),
        ("CTYPE1", "RA---TAN"),
        ("CTYPE2", "DEC--TAN"),
        ("CRVAL1", ra),
        ("CRVAL2", dec),
        ("CD1_1", -round(log_uniform(facts.rng, 5e-5, 5e-4), 8)),
        ("MAGZERO", round(uniform(facts.rng, 22, 31), 3)),
    ]


def plate(facts: HeaderFacts) -> list[Card]:
    """Digitised photographic plates; their exposure times are in minutes."""
    rng = facts.rng
    ra, _ = facts.pointing()
    return [
        ("ORIGIN", pick(rng, ("STScI/MAST", "CASG/STScI", "APPLAUSE"))),
        (
            "TELESCOP",
            pick(rng, ("UK Schmidt (new optics)", "Palomar 48-in", "Astrograph")),
        ),
        (
            "SURVEY",
            pick(rng, ("POSSII-F", "SERC-J", "POSSI-E", "Digitized Sky Survey")),
        ),
        ("REGION", f"S{int(uniform(rng, 1, 900)):03d}"),
        ("PLATEID", f"A{int(uniform(rng, 100, 999))}"),
        ("SCANIMG", f"S{int(uniform(rng, 1, 900)):03d}_{int(uniform(rng, 10, 99))}"),
        ("DATE-OBS", facts.moment(0)),
        ("EXPOSURE", round(facts.seconds / 60, 1)),
        ("BANDPASS", int(uniform(rng, 0, 40))),
        ("PLTSCALE", "67.20"),
        ("OBJECT", facts.target or "data"),
        ("PPO3", 3072.87),
        ("CRVAL1", ra),
    ]


def bare(facts: HeaderFacts) -> list[Card]:
    """No more than the exposure time."""
    return [(pick(facts.rng, ("EXPTIME", "EXPOSURE")), facts.seconds)]


def none(facts: HeaderFacts) -> list[Card]:
    """Nothing at all."""
    del facts
    return []
