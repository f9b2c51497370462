"""The words by which headers tell what a frame is, in many programs and languages."""

import re

# Keywords made for the type of a frame, the most specific first.
TYPE_KEYS = (
    *("IMAGETYP", "IMAGETYPE", "IMGTYPE", "IMAGE-TYPE", "IMAGE_TYPE", "IMTYPE"),
    *("FRAME", "FRAMETYP", "FRAMETYPE", "FRAMTYPE", "KOAIMTYP", "OBSTYPE", "OBS_TYPE"),
    *("OBS-TYPE", "CCDTYPE", "DATA-TYP", "DATATYP", "EXPTYPE", "EXP_TYPE", "FLAVOR"),
    *(
        "ESO DPR TYPE",
        "ESO DPR CATG",
        "ESO DPR TECH",
        "VIMTYPE",
        "PIPELINE",
        "OBSCLASS",
    ),
    *("DPRTYPE", "DPR TYPE", "OBSMODE", "TYPE", "IMGCLASS", "EXPOSTYP"),
)
OBJECT_KEYS = ("OBJECT", "OBJNAME", "TARGNAME", "TARGET", "OBJECTID", "TITLE", "OBS_ID")
LAMP_KEYS = (
    *("LAMP1TYP", "LAMP2TYP", "LAMPID", "LAMP", "LAMPNAME", "CALLAMP", "COMPLAMP"),
    *("LMP_ID", "LAMPS", "SCLAMP", "CALSOURCE", "ESO INS LAMP1 NAME"),
)
SPECTROGRAPH_KEYS = (
    *("INSTRUME", "SPECTROG", "SPECTRGR", "INSTRMNT", "INSTRUMENT", "SPECNAME"),
    *("TELESCOP", "CAMERA", "DETECTOR", "OBSERVAT", "OBJECT", "APERTURE", "SLIT"),
    *("FILTER", "ESO DPR TECH", "OBSMODE", "IMAGETYP", "OBSTYPE", "ORIGIN"),
)
# Broad and narrow bands of imaging; a spectrograph sees none of them.
PHOTOMETRIC_FILTER = re.compile(
    r"^(?:(?:johnson|bessell?|cousins|sdss|sloan|baader|astrodon|ps1?)[ _-]*)?"
    r"(?:[ubvrigzyl]c?'?|[ugriz]p|rgb|red|green|blue|rot|gr[uü]n|blau|lum(?:inance)?"
    r"|h[ -]?(?:a(?:lpha)?|b(?:eta)?)|o[ -]?iii|s[ -]?ii)\b",
    re.IGNORECASE,
)
# TYPE codes of CCDSoft and TheSkyX.
PICTURE_TYPES = {"1": "light", "2": "bias", "3": "dark", "4": "flat"}
# Kinds that say no more than that the shutter was open.
VAGUE_KINDS = ("light",)


def _pattern(*words: str) -> re.Pattern[str]:
    """Any of these words, on its own and with a plural or a number after it."""
    return re.compile(r"(?<![a-z])(?:" + "|".join(words) + r")(?![a-z])")


LAMPS = (
    *("th ?ar", "thorium(?: argon)?", "ne", "neon", "ar", "argon", "xe", "xenon"),
    *("kr", "krypton", "hg", "mercury", "quecksilber", "cd", "cadmium", "zn", "fe ?ar"),
    *(
        "fe ?ne",
        "cu ?ar",
        "cu ?ne",
        "he ?ne",
        "he ?ar",
        "he ?ne ?ar",
        "hg ?ne",
        "ne ?ar",
    ),
    *("hg ?ar(?: ?ne)?", "hg ?cd", "ar ?ne", "ne ?xe", "ne ?hg", "u ?ne", "u ?ar"),
    *("cd ?hg", "cd ?ne", "he ?hg ?cd", "helium", "relco", "glimmstarter", "starter"),
)

# In this order: the first that is found counts. "Flat dark" is a dark; "bias" before
# "dark", since biases are often called zero-second darks.
KIND_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "bias",
        _pattern(
            *("bias(?:es)?", "zeros?", "offsets?", "zero frames?", "master ?bias"),
            *("superbias", "nullbild(?:er)?", "bias ?frames?", "offset ?frames?"),
            *("biasbild(?:er)?", "bi"),
        ),
    ),
    (
        "dark",
        _pattern(
            *(
                "darks?",
                "dark ?frames?",
                "dark ?flats?",
                "flat ?darks?",
                "master ?darks?",
            ),
            *("dunkel(?:bild(?:er)?|strom|frames?)?", "dk", "superdark", "noir"),
            *("dark ?current", "background ?dark"),
        ),
    ),
    (
        "flat",
        _pattern(
            *("flats?", "flat ?fields?", "sky ?flats?", "dome ?flats?", "twilights?"),
            *(
                "twilight ?flats?",
                "flatbild(?:er)?",
                "hellbild(?:er)?",
                "master ?flats?",
            ),
            *(
                "lamp ?flats?",
                "ff",
                "panel ?flats?",
                "skyflats?",
                "domeflats?",
                "superflat",
            ),
            *(
                "weissbild",
                "weißbild",
                "quartz",
                "quarz",
                "tungsten",
                "wolfram",
                "halogen",
            ),
            *(
                "halogenlampe",
                "white ?lamp",
                "white ?light",
                "continuum ?lamp",
                "led ?flat",
            ),
            *("internal ?flat", "dflat", "tflat", "sflat", "qth", "illumination"),
            *("milky", "orderdef", "lamp orderdef", "order ?def", "plage", "illum"),
        ),
    ),
    (
        "arc",
        _pattern(
            *("arcs?", "comp", "comparisons?", "comparison ?lamp", "wavecals?", "wave"),
            *(
                "wavelength",
                "wavelength ?calibrations?",
                "calibration ?lamp",
                "arc ?lamp",
            ),
            *(
                "cal(?:ib)? ?lamp",
                "eich(?:ung|lampe|spektrum)?",
                "kalibrier\\w*",
                "calib",
            ),
            *("wellenlaengen\\w*", "wellenlängen\\w*", "spektrallampe", "lines?amp"),
            *(
                "vergleichs?\\w*",
                "lamp wave",
                "fp",
                "fabry perot",
                "laser ?comb",
                "lfc",
            ),
            *LAMPS,
        ),
    ),
    (
        "solar",
        _pattern(
            *(
                "sun",
                "sonne",
                "solar",
                "soleil",
                "sol",
                "sonnenspektrum",
                "photosphere",
            ),
            *("sunspots?", "sonnenflecken?", "granulation", "fraunhofer"),
        ),
    ),
    (
        "spectrum",
        _pattern(
            *("spectr(?:um|a|oscopic|oscopy)", "spektr(?:um|en|al)", "spec", "echelle"),
            *(
                "standard",
                "std",
                "specphot",
                "spectrophotometric ?standard",
                "telluric",
            ),
        ),
    ),
    (
        "light",
        _pattern(
            *("lights?", "light ?frames?", "master ?lights?", "objects?", "science"),
            *("expose", "exposures?", "sky", "target", "sci", "obj", "acquisition"),
            *("acquire", "focus", "imaging", "image", "hellfeld", "objekte?", "stars?"),
            *("pointing", "guide", "experimental", "lucky ?image", "raw light"),
        ),
    ),
)

SPECTROGRAPH_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "einsteinturm",
        _pattern(
            *("einstein ?(?:turm|tower)?", "solar ?spectrograph", "sonnenspektrograph"),
            *(
                "solar ?tower",
                "sonnenturm",
                "sun ?spectrograph",
                "coelostat",
                "zoelostat",
            ),
        ),
    ),
    (
        "baches",
        _pattern(
            *(
                "baches",
                "echelles?",
                "echelle ?spectrograph",
                "e ?shel",
                "feros",
                "harps",
            ),
            *(
                "harps ?n",
                "uves",
                "hires",
                "fies",
                "hermes",
                "nres\\d*",
                "flechas",
                "tres",
            ),
            *("hides", "chiron", "espadons", "narval", "sophie", "elodie", "carmenes"),
            *("hds", "steles", "mike", "hamilton", "bes", "oes", "musicos", "pepsi"),
            *(
                "x ?shooter",
                "espresso",
                "coralie",
                "maroon ?x",
                "kpf",
                "neid",
                "expres",
            ),
            *(
                "puchereos",
                "ceres",
                "sarg",
                "caos",
                "levy",
                "gecko",
                "cafe",
                "stella ?ses",
            ),
            *("whoppshel", "bhros", "ghost", "veloce", "salt ?hrs", "aries", "giano"),
            *(
                "igrins",
                "parvi",
                "kreuzgitter",
                "cross ?dispers\\w*",
                "fideos",
                "pucheros",
            ),
        ),
    ),
    (
        "dados",
        _pattern(
            *("dados", "long ?slit", "langspalt", "sprat", "alpy(?: ?\\d+)?", "lisa"),
            *(
                "lhires(?: ?iii)?",
                "sgs",
                "dss ?7",
                "lowspec",
                "uvex",
                "star ?ex",
                "lris",
            ),
            *("kast", "floyds", "isis", "ids", "boller\\w*", "rss", "dis", "goodman"),
            *("spectra ?l200", "l200", "cafos ?spec\\w*", "osiris ?long", "spupnic"),
            *(
                "deveny",
                "b&c",
                "cgs",
                "fast",
                "rc ?spec",
                "modspec",
                "sptool",
                "blue ?channel",
            ),
            *("red ?channel", "littrow", "czerny ?turner", "slit", "spalt", "tihi"),
        ),
    ),
    (
        "any",
        _pattern(
            *(
                "spectrograph",
                "spectrometer",
                "spektrograph",
                "spektrometer",
                "spectro",
            ),
            *("grating", "gitter", "grism", "prism", "spectroscopic", "spectroscopy"),
            *("spectrum", "spektrum"),
        ),
    ),
)
