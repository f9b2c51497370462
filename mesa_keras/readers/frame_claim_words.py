"""The words by which headers tell what a frame is, in many programs and languages.

In the lists below words stand apart by spaces; `_` stands for a space that may be left
out, as in `dome_flat`.
"""

import re

# Keywords made for the type of a frame, the most specific first.
TYPE_KEYS = (
    *("IMAGETYP", "IMAGETYPE", "IMGTYPE", "IMAGE-TYPE", "IMAGE_TYPE", "IMTYPE"),
    *("FRAME", "FRAMETYP", "FRAMETYPE", "FRAMTYPE", "KOAIMTYP", "OBSTYPE", "OBS_TYPE"),
    *("OBS-TYPE", "CCDTYPE", "DATA-TYP", "DATATYP", "EXPTYPE", "EXP_TYPE", "FLAVOR"),
    *("ESO DPR TYPE", "ESO DPR CATG", "ESO DPR TECH", "VIMTYPE", "OBSCLASS", "TYPE"),
    *("DPRTYPE", "DPR TYPE", "OBSMODE", "IMGCLASS", "EXPOSTYP", "FILETYPE"),
)
OBJECT_KEYS = ("OBJECT", "OBJNAME", "TARGNAME", "TARGET", "OBJECTID", "TITLE")
LAMP_KEYS = (
    *("LAMP1TYP", "LAMP2TYP", "LAMPID", "LAMP", "LAMPNAME", "CALLAMP", "COMPLAMP"),
    *("LMP_ID", "LAMPS", "SCLAMP", "CALSOURCE", "ESO INS LAMP1 NAME"),
)
# TYPE codes of CCDSoft and TheSkyX.
PICTURE_TYPES = {"1": "light", "2": "bias", "3": "dark", "4": "flat"}
# Kinds that say no more than that the shutter was open.
VAGUE_KINDS = ("light",)


def word_pattern(words: str) -> re.Pattern[str]:
    """Any of these words where no letters touch them.

    Args:
        words: Regular expressions apart by spaces, `_` for a space that may be missing.
    """
    choices = "|".join(words.split()).replace("_", " ?")
    return re.compile(rf"(?<![a-zäöüß])(?:{choices})(?![a-zäöüß])")


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
        "(?:sky|dome|lamp|int|dm|inst|twi|auto|led|panel|super|master|quartz|[dst])?"
        "flats?(?:fields?|frames?|lamps?|bild|bilder|s)? twilights?(?:flats?)?"
        " flat_?felder? flat_?feld hellbild(?:er)? hellfeld wei(?:ss|ß)bild(?:er)?"
        " weisslicht tungsten wolfram(?:lampe)? halogen(?:lampe)? quartz quarz"
        " white_(?:lamp|light) continuum_(?:lamp|source) continuum order_?def qth"
        " internal_lamp t-?shirt incandescent gl[uü]hlampe deuterium",
    ),
    (
        "arc",
        "arcs? arc_lamps? comparisons? (?:comp|calibration|spectral)_lamps? wave_?cals?"
        " wavelength(?:_cal\\w*)? cal(?:ib)?_lamp vergleichs\\w* eich(?:lampe|spektrum)"
        " kalibrier(?:lampe|spektrum|ung\\w*) wellenl(?:ä|ae)ngen\\w* spektrallampe"
        " th_ar thorium(?:_argon)? cu_ar hg_ar hg_ne he_ne cu_ne fe_ne u_ne hg_cd"
        " neon(?:lampe|lamp)? argon(?:lampe|lamp)? xenon(?:lampe|lamp)? krypton\\w*"
        " quecksilber\\w* (?:mercury|cadmium|zinc|helium)_(?:lamp|arc) ne_xe relco"
        " glimm(?:lampe|starter) energiespar\\w* fabry_perot laser_comb lfc ar_ne",
    ),
    (
        "solar",
        "sun sonne sonnenspektrum sonnenflecken? sunspots? solar_(?:spectrum|disk|limb)"
        " solar soleil photosphere granulation fraunhofer(?:linien)? daylight",
    ),
)
# These mean a kind in the keywords for types and lamps, or as a whole object name: as a
# part of one they may be names (AR Lac, CD -32, FF Aql, Mercury, a field near M31).
TYPE_WORDS = (
    ("bias", "zeros? offsets? ze"),
    ("dark", "dk noir thermal"),
    ("flat", "plu ff illum(?:ination)? trace pinhole lamp_orderdef"),
    (
        "arc",
        "comp calib(?:ration)? cal wave line fp th ar ne xe kr hg cd zn fe cu he"
        " ne_?ar fe_?ar mercury helium cadmium zinc starter eichung",
    ),
    ("spectrum", "spectr(?:um|a|oscopic|oscopy) spektr(?:um|en|al) spec echelle"),
    (
        "light",
        "lights?(?:frames?)? (?:master_)?lights? objects? science expose exposures? sky"
        " target sci obj acquisition acquire focus imaging image objekte? stars? std"
        " standard pointing guide experimental snapshot ext external objektbild rohbild"
        " aufnahme tricolor telluric flux primary raw stack(?:ed)? double snap preview",
    ),
)
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
        *("sec", "s", "for", "the", "of", "and", "und", "series", "serie", "field"),
    )
)
# Nebulae and other things of the sky that have such words in their names.
NAMES_OF_THE_SKY = re.compile(
    r"dark (?:nebula|nebel|shark|doodad|horse|cloud|globule|wolf|tower|river|matter"
    r"|energy|star|planet)|(?:dunkel|dark) ?(?:nebel|wolke)|solar (?:system|analog"
    r"|twin|nebula)|sun ?flower|flat (?:galaxy|earth)|bow shock arc"
)
# Broad and narrow bands of imaging; a spectrograph sees none of them.
PHOTOMETRIC_FILTER = re.compile(
    r"^(?:(?:johnson|bessell?|cousins|sdss|sloan|baader|astrodon|ps1?)[ _-]*)?"
    r"(?:[ubvrigzyl]c?'?|[ugriz]p|rgb|red|green|blue|rot|gr[uü]n|blau|lum(?:inance)?"
    r"|h[ -]?(?:a(?:lpha)?|b(?:eta)?)|o[ -]?iii|s[ -]?ii)\b",
    re.IGNORECASE,
)

SAFE_PATTERNS = tuple((kind, word_pattern(words)) for kind, words in SAFE_WORDS)
TYPE_PATTERNS = tuple((kind, word_pattern(words)) for kind, words in TYPE_WORDS)
