import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.readers import FrameClaim, claimed_classes, read_claim
from mesa_keras.readers.frame_claim import KINDS, class_meaning

CLASSES = (
    *("bias", "darks", "flats", "deep_sky", "flat_dados", "spectrum_dados"),
    *("wavelength_calibration_dados", "flat_baches", "spectrum_baches"),
    *("wavelength_calibration_baches", "einsteinturm"),
)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        # MaxIm DL, APT, Ekos, SBIG, FLI
        ({"IMAGETYP": "Bias Frame"}, "bias"),
        ({"IMAGETYP": "Dark Frame"}, "dark"),
        ({"IMAGETYP": "Flat Field"}, "flat"),
        ({"IMAGETYP": "Flat Frame"}, "flat"),
        ({"IMAGETYP": "Light Frame"}, "light"),
        ({"FRAME": "Flat Field", "CCDTYPE": ""}, "flat"),
        ({"FRAME": "Light"}, "light"),
        # NINA, SGP, ASIAIR, SharpCap, Voyager
        ({"IMAGETYP": "LIGHT"}, "light"),
        ({"IMAGETYP": "DARKFLAT"}, "dark"),
        ({"IMAGETYP": "FLATDARK"}, "dark"),
        ({"IMAGETYP": "SNAPSHOT"}, "light"),
        ({"FRAMETYP": "Dark"}, "dark"),
        # CCDSoft, TheSkyX
        ({"PICTTYPE": 1}, "light"),
        ({"PICTTYPE": 2}, "bias"),
        ({"PICTTYPE": "3"}, "dark"),
        ({"PICTTYPE": 4}, "flat"),
        # PixInsight
        ({"IMAGETYP": "Master Dark"}, "dark"),
        ({"IMAGETYP": "masterFlat"}, "flat"),
        ({"IMAGETYP": "Master Bias"}, "bias"),
        # Prism, AudeLA
        ({"IMAGETYP": "PLU"}, "flat"),
        ({"IMAGETYP": "Noir"}, "dark"),
        ({"IMAGETYP": "Offset"}, "bias"),
        # IRAF
        ({"IMAGETYP": "zero"}, "bias"),
        ({"IMAGETYP": "comp"}, "arc"),
        ({"IMAGETYP": "object"}, "light"),
        ({"CCDTYPE": "SKYFLAT"}, "flat"),
        ({"OBSTYPE": "dome flat"}, "flat"),
        ({"OBSTYPE": "COMPARISON"}, "arc"),
        ({"DATA-TYP": "INSTFLAT"}, "flat"),
        # LCO, Liverpool Telescope
        ({"OBSTYPE": "EXPOSE"}, "light"),
        ({"OBSTYPE": "SKYFLAT"}, "flat"),
        ({"OBSTYPE": "LAMPFLAT"}, "flat"),
        ({"OBSTYPE": "SPECTRUM"}, "spectrum"),
        ({"OBSTYPE": "ARC"}, "arc"),
        # Gemini, Keck, ESO, SDSS, DESI, HST
        ({"OBSTYPE": "OBJECT", "OBSCLASS": "science"}, "light"),
        ({"KOAIMTYP": "arclamp"}, "arc"),
        ({"KOAIMTYP": "flatlamp"}, "flat"),
        ({"OBSTYPE": "IntFlat"}, "flat"),
        ({"ESO DPR CATG": "CALIB", "ESO DPR TYPE": "FLAT,LAMP"}, "flat"),
        ({"ESO DPR CATG": "CALIB", "ESO DPR TYPE": "LAMP,WAVE"}, "arc"),
        ({"ESO DPR CATG": "CALIB", "ESO DPR TYPE": "BIAS"}, "bias"),
        ({"ESO DPR CATG": "SCIENCE", "ESO DPR TYPE": "OBJECT"}, "light"),
        ({"FLAVOR": "arc"}, "arc"),
        ({"OBSTYPE": "TWILIGHT"}, "flat"),
        ({"TARGNAME": "BIAS", "IMAGETYP": "BIAS"}, "bias"),
        # German
        ({"IMAGETYP": "Dunkelbild"}, "dark"),
        ({"IMAGETYP": "Dunkel"}, "dark"),
        ({"OBJECT": "Hellbild"}, "flat"),
        ({"OBJECT": "Flatfield V"}, "flat"),
        ({"OBJECT": "Weißbild"}, "flat"),
        ({"OBJECT": "Nullbild"}, "bias"),
        ({"OBJECT": "Vergleichsspektrum"}, "arc"),
        ({"OBJECT": "Sonne"}, "solar"),
        ({"OBJECT": "Tageslicht"}, "solar"),
        ({"OBJECT": "Himmelsflat"}, "flat"),
        ({"OBJECT": "Dämmerungsflats V"}, "flat"),
        ({"OBJECT": "Kuppelflat"}, "flat"),
        # Nothing said
        ({}, None),
        ({"IMAGETYP": "", "OBJECT": "unknown"}, None),
        ({"TYPE": 4, "FRAME": "FK5"}, None),
    ],
)
def test_dialects(header, kind):
    assert read_claim(header).kind == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ThAr", "arc"),
        ("thar_60s", "arc"),
        ("Th-Ar lamp", "arc"),
        ("Neon", "arc"),
        ("NeonLampe", "arc"),
        ("Ne", "arc"),
        ("Ar 30s", "arc"),
        ("HeNeAr", "arc"),
        ("CuAr arc", "arc"),
        ("ARC: Xe for LHS6328", "arc"),
        ("dome flat", "flat"),
        ("DomeFlat_R", "flat"),
        ("Tungsten 10 s", "flat"),
        ("Halogenlampe", "flat"),
        ("Dark 300s", "dark"),
        ("master dark", "dark"),
        ("bias", "bias"),
        ("Sun", "solar"),
        ("solar spectrum", "solar"),
        ("Ne-Ar", "arc"),
        ("ThAr 5", "arc"),
        ("Ne 5 s", "arc"),
        ("Vega neon", "arc"),
        ("Neon vor Vega", "arc"),
        ("Neon for M31", "arc"),
        ("Neon-Argon", "arc"),
        ("neon DADOS 2", "arc"),
        ("LDN 1622 dark 300s", "dark"),
        ("LDN 1622 dark frame", "dark"),
        ("B33 darks", "dark"),
        ("M31 dark", "dark"),
        ("dark -10C", "dark"),
        ("flat_R", "flat"),
        ("flat_V_001", "flat"),
        ("continuum", "flat"),
        ("continuum DADOS", "flat"),
        ("daylight", "solar"),
    ],
)
def test_object_names_of_calibrations(name, kind):
    assert read_claim({"OBJECT": name}).kind == kind
    assert read_claim({"IMAGETYP": "Light Frame", "OBJECT": name}).kind == kind


@pytest.mark.parametrize(
    "name",
    [
        *("AR Lac", "CD -32 1234", "HE 1327-2326", "Kr 60", "FF Aql", "BI Cyg"),
        *("Dark Doodad Nebula", "dark nebula B33", "Sunflower galaxy", "Mercury 2020"),
        *(
            "Milky Way",
            "field near M31",
            "M 31 offset",
            "Tobias",
            "Arcturus",
            "Zeta Ori",
        ),
        *("M31 flat corrected", "M31 dark-subtracted", "M31 bias_corrected"),
        *("Flattery", "NGC 7000", "SA98 standard", "Darkstar", "Solar analog HD 1"),
        *("LDN 1622 Dark", "LDN1622 (dark)", "Dark LDN 1622", "B33 dark"),
        *("Barnard 33 Dark", "Barnard 33 dark nebula", "B 86 Dark Neb"),
        *("Great Dark Spot", "Dark Side of the Moon", "Dark Seahorse", "dark lanes"),
        *("Ar 5", "Kr 6", "He 2-9", "Th 4-1", "Flatiron", "Flathead Lake"),
        *("Venus daylight", "Moon in daylight", "Daylight Venus", "M82 continuum"),
        *("comparison field", "Milky Way arc", "Arc of the Milky Way", "Argonaut"),
    ],
)
def test_names_of_the_sky_are_no_calibrations(name):
    for spelling in (name, name.upper(), name.lower(), name.replace(" ", "_")):
        assert read_claim({"OBJECT": spelling}).kind == "light", spelling


@pytest.mark.parametrize("name", ["Neon Alley", "Neon Vega", "Xenon Prime"])
def test_a_gas_and_a_word_that_is_not_of_lamps_claim_nothing(name):
    assert read_claim({"OBJECT": name}).kind is None
    assert read_claim({"OBJECT": f"{name} dark 300s"}).kind == "dark"


FILTERS = ("U", "B", "V", "R", "I", "g", "z", "L", "Ha", "OIII", "SII", "RGB", "Red")


@pytest.mark.parametrize("band", FILTERS)
def test_a_flat_is_one_however_its_filter_is_joined(band):
    for name in ("Flat {}", "Flat_{}", "flat-{}", "flat{}", "Flat{}", "SkyFlat{}_01"):
        for spelling in (name.format(band), name.format(band).lower()):
            assert read_claim({"OBJECT": spelling}).kind == "flat", spelling


def test_explicit_type_counts_before_the_object():
    claim = read_claim({"IMAGETYP": "Dark Frame", "OBJECT": "Neon"})
    assert claim == FrameClaim("dark", "darks", None, "IMAGETYP=Dark Frame")


@pytest.mark.parametrize(
    ("header", "class_name"),
    [
        ({"IMAGETYP": "Bias Frame", "INSTRUME": "DADOS"}, "bias"),
        ({"IMAGETYP": "Flat", "INSTRUME": "DADOS"}, "flat_dados"),
        ({"IMAGETYP": "Flat", "TELESCOP": "C14 + BACHES"}, "flat_baches"),
        ({"OBJECT": "ThAr", "INSTRUME": "echelle spectrograph"}, CLASSES[9]),
        ({"OBJECT": "Vega", "INSTRUME": "BACHES"}, "spectrum_baches"),
        ({"OBSTYPE": "EXPOSE", "INSTRUME": "SPRAT"}, "spectrum_dados"),
        ({"OBSTYPE": "ARC", "INSTRUME": "SPRAT"}, "wavelength_calibration_dados"),
        ({"IMAGETYP": "Light", "TELESCOP": "Einsteinturm"}, "einsteinturm"),
        ({"OBJECT": "Sun", "INSTRUME": "Einstein"}, "einsteinturm"),
        ({"OBJECT": "Sonne", "INSTRUME": "DADOS"}, "spectrum_dados"),
        ({"IMAGETYP": "Light Frame", "FILTER": "V"}, "deep_sky"),
        ({"IMAGETYP": "Flat Field", "FILTER": "H-alpha 7nm"}, "flats"),
        ({"IMAGETYP": "Light Frame"}, None),
        ({"IMAGETYP": "Flat Field", "FILTER": "Clear"}, None),
        ({"IMAGETYP": "Flat Field", "INSTRUME": "spectrograph"}, None),
        ({"IMAGETYP": "Light", "OBJECT": "Ceres", "FILTER": "R"}, "deep_sky"),
        ({"IMAGETYP": "Light", "INSTRUME": "Ceres-C", "FILTER": "R"}, "deep_sky"),
        (
            {"IMAGETYP": "Light", "INSTRUME": "POA Ceres 462M", "FILTER": "R"},
            "deep_sky",
        ),
        ({"IMAGETYP": "Light", "INSTRUME": "IDS Imaging", "FILTER": "R"}, "deep_sky"),
        ({"IMAGETYP": "Light", "INSTRUME": "CERES"}, "spectrum_baches"),
    ],
)
def test_class_is_named_where_kind_and_instrument_are(header, class_name):
    assert read_claim(header).class_name == class_name


def claimed(header, classes=CLASSES):
    mask = claimed_classes(read_claim(header), classes)
    return {name for name, agrees in zip(classes, mask, strict=True) if agrees}


def test_claimed_classes():
    assert claimed({}) == set()
    assert claimed({"IMAGETYP": "zero"}) == {"bias"}
    assert claimed({"IMAGETYP": "flat"}) == {"flats", "flat_dados", "flat_baches"}
    assert claimed({"IMAGETYP": "flat", "GRATING": "600l"}) == {
        "flat_dados",
        "flat_baches",
    }
    assert claimed({"IMAGETYP": "Light"}) == {
        *("deep_sky", "spectrum_dados", "spectrum_baches", "einsteinturm")
    }
    assert claimed({"IMAGETYP": "Light", "INSTRUME": "DADOS"}) == {"spectrum_dados"}
    assert claimed({"OBJECT": "ThAr"}) == {CLASSES[6], CLASSES[9]}
    assert claimed({"OBJECT": "Sun"}) == {"einsteinturm"}


def test_claimed_classes_of_another_observatory():
    classes = ("Masterbias", "dark", "flatfield", "science", "spectrum", "arc lamp")
    assert claimed({"IMAGETYP": "BIAS"}, classes) == {"Masterbias"}
    assert claimed({"IMAGETYP": "FLAT", "INSTRUME": "DADOS"}, classes) == {"flatfield"}
    assert claimed({"OBJECT": "Neon", "INSTRUME": "DADOS"}, classes) == {"arc lamp"}
    assert claimed({"IMAGETYP": "Light"}, classes) == {"science", "spectrum"}
    assert claimed({"IMAGETYP": "Light"}, ("cats", "dogs")) == set()


def test_meaning_of_the_observatory_s_classes():
    meanings = [class_meaning(name) for name in CLASSES]
    assert meanings == [
        *(("bias", None), ("dark", None), ("flat", None), ("light", None)),
        *(("flat", "dados"), ("spectrum", "dados"), ("arc", "dados")),
        *(("flat", "baches"), ("spectrum", "baches"), ("arc", "baches")),
        ("solar", "einsteinturm"),
    ]


def test_lamps_speak_only_where_nothing_else_does():
    lamp = {"LAMP1TYP": "Xe", "LAMP1SET": True, "OBSTYPE": "EXPOSE"}
    assert read_claim(lamp).kind == "arc"
    assert read_claim({**lamp, "LAMP1SET": False}).kind == "light"
    assert read_claim({**lamp, "OBSTYPE": "BIAS"}).kind == "bias"


@given(
    st.dictionaries(
        st.sampled_from(("IMAGETYP", "OBJECT", "INSTRUME", "FILTER", "FRAME", "LAMP")),
        st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.booleans()),
    )
)
def test_any_header_gives_a_claim(header):
    claim = read_claim(header)
    assert claim.kind is None or claim.kind in KINDS
    mask = claimed_classes(claim, CLASSES)
    assert mask.any() == (claim.kind is not None)
    assert mask.dtype == np.bool_
