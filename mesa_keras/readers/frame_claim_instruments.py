"""The words by which headers tell that a spectrograph is in the light path."""

from mesa_keras.readers.frame_claim_words import word_pattern

# Keywords that name instruments; words of any length are trusted there.
INSTRUMENT_KEYS = (
    *("INSTRUME", "SPECTROG", "SPECTRGR", "INSTRMNT", "INSTRUMENT", "SPECNAME"),
    *("INSTNAME", "INSTR", "ESO INS ID", "SPECTRO", "BSS_INST"),
)
# Keywords in which an observer may name it; only words that are nothing else count.
OTHER_KEYS = (
    *("TELESCOP", "CAMERA", "DETECTOR", "OBSERVAT", "OBJECT", "APERTURE", "SLIT"),
    *("FILTER", "ESO DPR TECH", "OBSMODE", "IMAGETYP", "OBSTYPE", "CONFNAME"),
    "PROGRAM",
)
CLEAR_WORDS = (
    (
        "einsteinturm",
        "einstein_?(?:turm|tower) solar_spectrograph sonnenspektrograph solar_tower"
        " sonnenturm sun_spectrograph coelostat zoelostat z[oö]lostat"
        " spectro_?heliograph\\w* sol'?_ex vtt_echelle",
    ),
    (
        "baches",
        "baches echelles?(?:_spectrograph)? echelle_?spektrograph e_?shel espadons"
        " feros harps(?:_?n)? harpn uves whoppshel flechas puchereos kreuzgitter"
        " cross_?dispers\\w*",
    ),
    (
        "dados",
        "dados long_?slit langspalt alpy(?:_?600|_?200)? lhires(?:_?iii)? lowspec sprat"
        " floyds uvex star'?_ex",
    ),
    (
        "any",
        "spectrograph\\w* spectrometer spektrograph spektrometer spectro grating gitter"
        " grism gitterspektrograph spectroscopic spectroscopy",
    ),
)
INSTRUMENT_WORDS = (
    ("einsteinturm", "einstein vtt gregor fiss visp irsol mcmath_pierce"),
    (
        "baches",
        "hires fies hermes nres\\d* tres hides chiron narval sophie elodie carmenes hds"
        " steles mike hamilton hamspec bes oes musicos pepsi x_?shooter soxs espresso"
        # Ceres-C and Ceres-M are cameras.
        " coralie maroon_?x kpf neid expres ceres(?!_(?:[cm](?![a-z])|\\d)) sarg caos"
        " levy gecko cafe stella_?ses"
        " bhros ghost veloce hrs giano igrins parvi fideos pucheros ucles boes"
        " hercules spirou nirps mage",
    ),
    (
        "dados",
        "lisa sgs dss_?7 kast isis ids(?!_(?:u|imaging)) boller\\w* dis l200 spupnic"
        " dbsp deveny cgs rc_?spec modspec blue_channel red_channel littrow"
        " czerny_turner tihi"
        " osiris_long slit spalt stis uhrf b&c en05 en06 en12 mmt(?:blue|red)chan\\w*",
    ),
    ("any", "spec aaomega koala wifes deimos"),
)
# Spectrographs that take pictures too: only a disperser in the light path tells.
TWOFOLD_WORDS = (
    (
        "dados",
        "lris(?:blue|red)? goodman\\w* rss cosmos kosmos osiris ldss\\d*\\w* alfosc\\w*"
        " efosc\\d? gmos fors\\d? dolores lrs focas imacs cafos bfosc yfosc hfosc afosc"
        " dfosc\\w* osmos mods\\d\\w*",
    ),
)

CLEAR_PATTERNS = tuple((name, word_pattern(words)) for name, words in CLEAR_WORDS)
INSTRUMENT_PATTERNS = tuple(
    (name, word_pattern(words)) for name, words in INSTRUMENT_WORDS
)
TWOFOLD_PATTERNS = tuple((name, word_pattern(words)) for name, words in TWOFOLD_WORDS)
