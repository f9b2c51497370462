"""The words by which headers tell what a frame is, in many programs and languages.

In the lists below words stand apart by spaces; `_` stands for a space that may be left
out, as in `dome_flat`.
"""

import re

# Keywords made for the type of a frame, the most specific first.
TYPE_KEYS = (
    *("IMAGETYP", "IMAGETYPE", "IMGTYPE", "IMGTYP", "IMAGE-TYPE", "IMAGE_TYPE"),
    *("IMTYPE", "FRAME", "FRAMETYP", "FRAMETYPE", "FRAMTYPE", "KOAIMTYP", "OBSTYPE"),
    *("OBS_TYPE", "OBS-TYPE", "CCDTYPE", "DATA-TYP", "DATATYP", "EXPTYPE", "EXP_TYPE"),
    *("FLAVOR", "ESO DPR TYPE", "TNG DPR TYPE", "DPRTYPE", "DPR TYPE", "NDFCLASS"),
    *("ESO DPR CATG", "TNG DPR CATG", "ESO DPR TECH", "VIMTYPE", "OBSCLASS", "TYPE"),
    *("OBSMODE", "IMGCLASS", "IMAGECAT", "EXPOSTYP", "FILETYPE"),
)
# Keywords of which a word that is not understood forbids to guess from the object.
DECISIVE_KEYS = frozenset(TYPE_KEYS) - {
    *("FRAME", "CCDTYPE", "TYPE", "OBSMODE", "OBSCLASS", "FILETYPE", "VIMTYPE"),
    "ESO DPR TECH",
}
# Keywords that tell how a frame was taken, not what it is: in "ECHELLE,SLIT,OFFSET" the
# telescope was moved aside.
TECHNIQUE_KEYS = ("ESO DPR TECH",)
DISPERSED_KINDS = ("spectrum", "light")
# Keywords in which spectrographs name what each of their fibres sees.
FIBRE_KEYS = ("ESO DPR TYPE", "TNG DPR TYPE", "DPRTYPE", "DPR TYPE")
OBJECT_KEYS = ("OBJECT", "OBJNAME", "TARGNAME", "TARGET", "OBJECTID", "TITLE")
# TYPE codes of CCDSoft and TheSkyX.
PICTURE_TYPES = {"1": "light", "2": "bias", "3": "dark", "4": "flat"}
# Kinds that say no more than that the shutter was open.
VAGUE_KINDS = ("light",)
# A word that is of a kind unknown to us, or of several.
UNSURE = "unsure"


def word_pattern(words: str) -> re.Pattern[str]:
    """Any of these words where no letters touch them.

    Args:
        words: Regular expressions apart by spaces, `_` for a space that may be missing.
    """
    choices = "|".join(words.split()).replace("_", " ?")
    return re.compile(rf"(?<![a-zäöüß])(?:{choices})(?![a-zäöüß])")


# In `FIBRE_KEYS`: a star beside a lamp is a star, a lamp beside a dark fibre a lamp.
FIBRE_WORDS = (
    ("solar", "sun"),
    ("light", "stars? obj(?:ects?)? polar"),
    ("flat", "lamp_dark dark_lamp lamp_lamp flat_dark dark_flat tun led"),
    ("arc", "wave fp hc\\w* comb un\\d"),
)
# In this order: the first that is found counts. A "flat dark" is a dark.
# These words mean the same wherever they stand, in an object's name too.
SAFE_WORDS = (
    (
        "bias",
        "(?:super|master)?bias(?:es|bild|bilder|frames?)? zero_frames? nullbild(?:er)?"
        " offset_frames? zero_(?:second|sec)_exposures?",
    ),
    (
        "dark",
        "(?:super|master)?darks?(?:frames?|current)? darks?_?flats? flats?_?darks?"
        " dunkel(?:bild|bilder|strom|frames?|aufnahmen?)? thermal_frame",
    ),
    (
        "flat",
        "(?:sky|dome|lamp|int|dm|inst|twi|tw|auto|ccd|led|panel|pix|pixel|super|master|quartz"
        "|himmels?|kuppel|d(?:ä|ae)mmerungs?|abend|morgen|lampen"
        "|screen|dusk|dawn|eve|morn|spec[ls]?|gcal|[a-z])?"
        "_flats?(?:fields?|frames?|lamps?|bild|bilder|s|q[hl]|[a-z]|h[ab]|[osn]i+|rgb"
        "|lum|red|green|blue|clear)? twilights?(?:flats?)?"
        " flat_?felder? flat_?feld hellbild(?:er)? hellfeld wei(?:ss|ß)bild(?:er)?"
        " weisslicht tungsten wolfram(?:lampe)? halogen(?:lampe)? quartz quarz xe_flash"
        " white_(?:lamp|light) continuum_(?:lamp|source) [dq]?order_?def qth"
        " internal_lamp t-?shirt incandescent gl[uü]hlampe deuterium",
    ),
    (
        "arc",
        "arcs? arc_lamps? comparisons? (?:comp|calibration|spectral)_lamps? wave_cals?"
        " wavelength(?:_cal\\w*)? cal(?:ib)?_lamp vergleichs\\w* eich(?:lampe|spektrum)"
        " kalibrier(?:ungs)?(?:lampe|spektrum) wellenl(?:ä|ae)ngen\\w* spektrallampe"
        " th_ar thorium(?:_argon)? cu_ar hg_ar hg_ne he_ne cu_ne fe_ne hg_cd"
        " neon(?:lampe|lamp)? argon(?:lampe|lamp)? xenon(?:lampe|lamp)? krypton\\w*"
        " quecksilber\\w* (?:mercury|cadmium|zinc|helium)_(?:lamp|arc) ne_xe relco"
        " glimm(?:lampe|starter) energiespar\\w* fabry_perot lfc"
        " (?:laser|frequency)_comb fmt_chk mf_arc auto_wave spec[ls]?_lamps?",
    ),
    (
        "solar",
        # Spots, the limb or granulation are as likely taken without a spectrograph.
        "sun sonne sonnenspektrum solar_spectr\\w* soleil fraunhofer(?:linien)?"
        " daylight tageslicht(?:spektrum)?",
    ),
)
# These mean a kind in the keywords for types and lamps, or as a whole object name: as a
# part of one they may be names (AR Lac, CD -32, FF Aql, Mercury, a field near M31).
TYPE_WORDS = (
    ("bias", "zeros? offsets? ze"),
    ("dark", "dk noir thermal"),
    (
        "flat",
        "continuum plu ff illum(?:ination)? trace pinhole dome tung mfff+ blackbody",
    ),
    (
        "arc",
        # One element or several; Fe 55 is a source of X-rays.
        "(?!(?:near|hear|fear|arne)\\b)(?:th|ar|ne|xe|kr|hg|cd|zn|fe(?!\\d)|cu|he)+"
        " u_ne comp wave line fp hitm double helium cadmium zinc starter eichung",
    ),
    ("solar", "solar"),
    (
        "spectrum",
        "spectr(?:um|a|oscopic|oscopy) spektr(?:um|en|al) spec echelle"
        " spec[ls]?_(?:target|fluxref)",
    ),
    (
        "light",
        "lights?(?:frames?)? (?:master_)?lights? objects? science expose exposures?"
        " deep_sky (?:night|all)_sky sky_(?:image|object)s? target sci obj mf_object"
        " acq(?:uisition)? acquire focus imaging image objekte? stars? std stand"
        " standard pointing guide experimental snapshot ext external objektbild rohbild"
        " aufnahme tricolor telluric flux primary raw stack(?:ed)? snap preview",
    ),
)
# With its lamp off even a flat is dark; "LAMP,OFF" is a fibre that is lit and another.
LAMP_OFF = re.compile(r"lamps?[ _-]?off", re.IGNORECASE)
# Objects that are no star and may be any calibration; with a spectrograph, those of the
# first line are of the wavelength.
CALIBRATIONS = word_pattern("cal calib calibrations? kalib? kalibration kalibrierung")
UNSURE_OBJECTS = word_pattern("lamps? lampe iodine jod mercury merkur")
# What may stand beside such a word in an object's name.
FILLERS = frozenset(
    (
        *(
            "lamp",
            "lampe",
            "arc",
            "cal",
            "calib",
            "calibration",
            "spectrum",
            "spektrum",
        ),
        *("frame", "frames", "image", "bild", "test", "master", "exposure", "exp"),
        *("sec", "s", "the", "of", "und", "series", "serie", "field"),
        *("dados", "baches", "echelle", "slit", "spalt"),
    )
)
# Catalogues of dark nebulae, of which such a number alone is no exposure time.
_DARK_NEBULA = r"(?:ldn|lynds|barnard|b|tgu|dobashi|dcld|dc|sandqvist) ?\d+[a-z]?"
_DAYTIME_OBJECTS = r"(?:mercury|venus|jupiter|moon|mond|merkur|comet|komet|stars?)"
# Nebulae and other things of the sky that have such words in their names.
NAMES_OF_THE_SKY = re.compile(
    r"dark (?:nebula|nebel|site|sky|skies|rift|shark|doodad|horse|cloud|globule|wolf"
    r"|tower|river|lane|matter|energy|star|planet|neb|spot|side|cone|seahorse|dust"
    r"|filament|halo)|(?:dunkel|dark) ?(?:nebel|wolke)"
    # With an exposure time, or with others of its kind, it is a dark for that nebula.
    rf"|\b{_DARK_NEBULA} dark(?:$| (?:in|with|and|at|region|field|patch)\b)"
    rf"|^dark {_DARK_NEBULA}$"
    r"|solar (?:system|analog|twin|nebula|eclipse)|sun ?flower|flat (?:galaxy|earth)"
    rf"|\b{_DAYTIME_OBJECTS} (?:(?:in|at|by|am) )?(?:daylight|tageslicht)"
    rf"|(?:daylight|tageslicht) {_DAYTIME_OBJECTS}"
    r"|bow shock arc|(?:giant|lensed|gravitational|einstein|auroral?|milky way) arcs?"
    r"|\barc of the|comp(?:arison)? (?:star|field)s?"
    r"|abell \d+ arcs?|double (?:double|cluster|star)|sun (?:set|rise|shadow)"
    # Not of the sky, but what was done to a frame of it.
    r"|(?:bias|darks?|flats?)(?: ?field)? (?:correct|subtract|divid|remov)\w*"
)
# A gas with a word behind it that has nothing to do with lamps: "Neon Alley".
_BESIDE_A_GAS = "|".join(
    (
        *sorted(FILLERS),
        *("argon", "neon", "xenon", "krypton", "helium", "[a-z]{1,2}", "ms", "min"),
        *("tube", "bulb", "glow", "comp(?:arison)?", "spectra", "spektren", "lines?"),
        *("lamps", "lampen", "for", "before", "after", "with", "from", "vor", "nach"),
        *("bei", "für", "fuer", "mit", "left", "right", "linien", "röhre", "glimm\\w*"),
    )
)
NAMED_AFTER_A_GAS = re.compile(
    rf"(?<![a-z])(?:argon|neon|xenon|krypton) (?!(?:{_BESIDE_A_GAS})(?![a-zäöüß]))"
    r"[a-zäöüß]+"
)
# Of an element's symbol and a number (Ar 5, He 2-9, Th 4-1) catalogues are made.
ELEMENT_AND_NUMBER = re.compile(r"(?:th|ar|ne|xe|kr|hg|cd|zn|fe|cu|he)(?: \d+)+")
# Broad and narrow bands of imaging; a spectrograph sees none of them.
PHOTOMETRIC_FILTER = re.compile(
    r"^(?:(?:filter|johnson|bessell?|cousins|gunn|sdss|sloan|baader|astrodon|antlia"
    r"|optolong|hsc|ztf|bok|ps1?)[ _-]*)?"
    r"(?:[ubvrigzyl]c?'?|[ugriz]p|z[sd]|rgb|red|green|blue|rot|gr[uü]n|blau"
    r"|lum(?:inance)?|h[ -]?(?:a(?:lpha)?|b(?:eta)?)|o[ -]?iii|s[ -]?ii|n[ -]?ii"
    r"|(?:ha|sii) ?oiii|l-?(?:e?xtreme|enhance|ultimate|pro)|(?:uv)?[ /-]?ir[ -]?cut"
    # Hubble and Webb, Suprime-Cam
    r"|f\d{3,4}(?:w2?|n|m|lp|x)|w-[cjs]-[a-z]+"
    r"|(?:duo|dual|tri|quad)[ -]?band)(?![a-z0-9])",
    re.IGNORECASE,
)

SAFE_PATTERNS = tuple((kind, word_pattern(words)) for kind, words in SAFE_WORDS)
TYPE_PATTERNS = tuple((kind, word_pattern(words)) for kind, words in TYPE_WORDS)
FIBRE_PATTERNS = tuple((kind, word_pattern(words)) for kind, words in FIBRE_WORDS)
