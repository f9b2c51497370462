"""Claims in the dialects of observatories.

The values are facts from public sources: lsst/astro_metadata_translator's test headers
(DECam, HSC, MegaPrime, SDSS), PypeIt's spectrograph definitions and reduction files,
PyReduce (HARPS, HARPS-N), soxspipe (X-shooter, SOXS), APERO (SPIRou, NIRPS), banzai and
banzai-nres (LCO), the Keck archive's types, PAPI (PANIC), BFOSC pipelines, ESO's,
NOIRLab's, Gemini's and Subaru's keyword dictionaries.
"""

import pytest

from mesa_keras.readers import read_claim

TYPE = "ESO DPR TYPE"
CATG = "ESO DPR CATG"
TECH = "ESO DPR TECH"
# Instrument, cards, kind.
CASES = [
    ("DECam", {"OBSTYPE": "object", "OBJECT": "DES supernova hex SN-S1"}, "light"),
    ("NOIRLab zero", {"OBSTYPE": "zero", "OBJECT": "pre-zero"}, "bias"),
    ("NOIRLab dome", {"OBSTYPE": "dome flat", "OBJECT": "r dome"}, "flat"),
    ("NOIRLab projector", {"OBSTYPE": "projector flat"}, "flat"),
    ("NOIRLab sky flat", {"OBSTYPE": "sky flat"}, "flat"),
    ("NOIRLab comp", {"OBSTYPE": "comp"}, "arc"),
    ("HSC", {"DATA-TYP": "OBJECT", "OBJECT": "STRIPE82L"}, "light"),
    ("HSC dome", {"DATA-TYP": "DOMEFLAT", "OBJECT": "DOMEFLAT"}, "flat"),
    ("FOCAS", {"DATA-TYP": "COMPARISON", "OBJECT": "COMPARISON"}, "arc"),
    ("FOCAS instflat", {"DATA-TYP": "INSTFLAT"}, "flat"),
    ("Subaru standard", {"DATA-TYP": "STANDARD_STAR", "OBJECT": "Feige34"}, "light"),
    ("MegaPrime", {"OBSTYPE": "OBJECT", "EXPTYPE": "OBJECT"}, "light"),
    ("SDSS", {"FRAME": 407, "FLAVOR": "science", "OBJECT": "82 S"}, "light"),
    ("APOGEE quartz", {"EXPTYPE": "QUARTZFLAT", "IMAGETYP": "QuartzFlat"}, "flat"),
    ("APOGEE arc", {"EXPTYPE": "ARCLAMP", "IMAGETYP": "ArcLamp"}, "arc"),
    ("DESI arc", {"OBSTYPE": "ARC", "FLAVOR": "arc"}, "arc"),
    ("DESI zero", {"OBSTYPE": "ZERO", "FLAVOR": "zero"}, "bias"),
    ("LSST", {"IMGTYPE": "ENGTEST", "OBJECT": "slew_icrs"}, None),
    ("LSST Fe-55", {"IMGTYPE": "FE55"}, None),
    ("LSST acquisition", {"IMGTYPE": "ACQ", "OBJECT": "HD 185975"}, "light"),
    ("PTF", {"IMGTYP": "dome"}, "flat"),
    ("LCO", {"OBSTYPE": "EXPOSE", "OBJECT": "auto_focus"}, "light"),
    ("LCO NRES", {"OBSTYPE": "DOUBLE", "OBJECTS": "thar&thar&none"}, "arc"),
    ("LCO NRES star", {"OBSTYPE": "TARGET", "OBJECTS": "HD 1&thar&none"}, "light"),
    ("FLOYDS", {"OBSTYPE": "LAMPFLAT", "OBJECT": "HD 1"}, "flat"),
    ("Gemini standard", {"OBSTYPE": "OBJECT", "OBSCLASS": "partnerCal"}, "light"),
    ("Gemini cal", {"OBSTYPE": "CAL", "OBSCLASS": "dayCal", "OBJECT": "x"}, None),
    ("GMOS arc", {"OBSTYPE": "ARC", "OBJECT": "CuAr", "OBSCLASS": "progCal"}, "arc"),
    ("GMOS flat", {"OBSTYPE": "FLAT", "OBJECT": "GCALflat"}, "flat"),
    ("GMOS object only", {"OBJECT": "GCALflat"}, "flat"),
    ("PANIC", {"IMAGETYP": "SCIENCE", "OBJECT": "NGC 4565"}, "light"),
    ("PANIC lamp on", {"IMAGETYP": "DOME_FLAT_LAMP_ON"}, "flat"),
    ("PANIC lamp off", {"IMAGETYP": "DOME_FLAT_LAMP_OFF", "OBJECT": "flat"}, None),
    ("PANIC twilight", {"IMAGETYP": "TW_FLAT_DUSK"}, "flat"),
    # ING takes twilight flats as "sky"; elsewhere that is the sky beside the object.
    ("ING sky", {"IMAGETYP": "sky", "OBSTYPE": "SKY", "OBJECT": "blank 3"}, None),
    ("ING zero", {"IMAGETYP": "zero", "OBSTYPE": "BIAS", "OBJECT": "Bias"}, "bias"),
    ("ING target", {"IMAGETYP": "object", "OBSTYPE": "TARGET"}, "light"),
    ("IDS arc", {"OBSTYPE": "ARC", "OBJECT": "Arc CuAr+CuNe"}, "arc"),
    ("ALFOSC", {"IMAGETYP": "FLAT,LAMP", "IMAGECAT": "CALIB"}, "flat"),
    ("ALFOSC arc", {"IMAGETYP": "WAVE,LAMP", "IMAGECAT": "CALIB"}, "arc"),
    ("ALFOSC sky flat", {"IMAGETYP": "FLAT,SKY"}, "flat"),
    ("DFOSC standard", {"IMAGETYP": "STAND", "OBJECT": "LTT 3218"}, "light"),
    ("DOLORES", {"OBS-TYPE": "CALIB", "LMP_ID": "Ne+Hg"}, "arc"),
    ("DOLORES halogen", {"OBS-TYPE": "CALIB", "LMP_ID": "Halogen"}, "flat"),
    ("DOLORES parked", {"OBS-TYPE": "OBJECT", "LMP_ID": "Parking"}, "light"),
    ("DOLORES unlit", {"OBS-TYPE": "CALIB", "OBJECT": "GRW+70", "LMP_ID": ""}, None),
    ("DBSP", {"IMGTYPE": "cal", "OBJECT": "FeAr arc"}, "arc"),
    ("DBSP unnamed", {"IMGTYPE": "cal", "OBJECT": "x", "LAMPS": "0100000"}, None),
    ("OSIRIS", {"OBSMODE": "OsirisCalibrationLamp", "OBJECT": "ArcLamp_Ne"}, "arc"),
    ("OSIRIS flat", {"OBSMODE": "OsirisSpectralFlat"}, "flat"),
    ("OSIRIS bias", {"OBSMODE": "OsirisBias", "OBJECT": "BIAS"}, "bias"),
    ("MagE flash", {"EXPTYPE": "Xe-Flash", "OBJECT": "Xe-Flash"}, "flat"),
    ("MagE arc", {"EXPTYPE": "ThAr-Lamp"}, "arc"),
    ("LDSS3", {"OBJECT": "FlatQH"}, "flat"),
    ("LDSS3 arc", {"EXPTYPE": "Object", "OBJECT": "HeNeAr"}, "arc"),
    ("BFOSC arc", {"OBSTYPE": "SPECLLAMP", "OBJECT": "FeAr"}, "arc"),
    ("BFOSC flat", {"OBSTYPE": "SPECLFLAT", "OBJECT": "FLAT"}, "flat"),
    ("BFOSC", {"OBSTYPE": "SPECLTARGET", "OBJECT": "SN2023ixf"}, "spectrum"),
    ("BFOSC standard", {"OBSTYPE": "SPECLFLUXREF", "OBJECT": "HZ44"}, "spectrum"),
    ("DEIMOS arc", {"OBSTYPE": "Line", "OBJECT": "DOME PHLAT"}, "arc"),
    ("DEIMOS flat", {"OBSTYPE": "IntFlat", "OBJECT": "DOME PHLAT"}, "flat"),
    ("ESI flat", {"OBSTYPE": "DmFlat", "OBJECT": "unknown"}, "flat"),
    ("KCWI", {"IMTYPE": "ARCLAMP", "OBJECT": "x"}, "arc"),
    ("KCWI twilight", {"IMTYPE": "TWIFLAT"}, "flat"),
    ("KCWI bars", {"IMTYPE": "CONTBARS", "OBJECT": "x"}, None),
    ("Keck archive", {"KOAIMTYP": "flatlampoff", "OBJECT": "flat"}, None),
    ("Hamilton", {"OBJECT": "x", "LAMPPOS": "Thorium-Argon"}, "arc"),
    ("Hamilton flat", {"OBJECT": "x", "LAMPPOS": "PolarQuartz"}, "flat"),
    ("Levy", {"OBJECT": "WideFlat", "TOBJECT": ""}, "flat"),
    ("Levy iodine", {"OBJECT": "Iodine"}, None),
    ("Nickel bias", {"OBSTYPE": "DARK", "OBJECT": "bias", "EXPTIME": 0}, "bias"),
    ("CHIRON", {"IMAGETYP": "calibration", "OBJECT": "quartz"}, "flat"),
    ("CHIRON iodine", {"IMAGETYP": "calibration", "OBJECT": "iodine"}, None),
    ("SALT", {"CCDTYPE": "ARC", "LAMPID": "Xe", "OBJECT": "ARC"}, "arc"),
    ("SALT object", {"CCDTYPE": "OBJECT", "LAMPID": "NONE"}, "light"),
    ("DeVeny", {"OBSTYPE": "COMPARISON", "OBJECT": "HgCdAr Arcs"}, "arc"),
    ("Kast", {"OBJECT": "Arcs"}, "arc"),
    ("UHRF", {"OBJECT": "ARC CN"}, "arc"),
    ("UHRF star", {"OBJECT": "ZETA OPH CN"}, "light"),
    ("ESPaDOnS", {"OBSTYPE": "COMPARISON", "OBJECT": "ThAr"}, "arc"),
    ("ESPaDOnS align", {"OBSTYPE": "ALIGN", "OBJECT": "Align"}, None),
    ("FORS2 standard", {TYPE: "STD", CATG: "CALIB", "OBJECT": "STD"}, "light"),
    ("FORS2 other", {TYPE: "OTHER", CATG: "CALIB", "OBJECT": "OTHER"}, None),
    ("FORS2 screen", {TYPE: "FLAT,LAMP", CATG: "CALIB"}, "flat"),
    ("EFOSC2 dome", {TYPE: "DOME", CATG: "CALIB"}, "flat"),
    ("UVES", {TYPE: "LAMP,FMTCHK", CATG: "CALIB"}, "arc"),
    ("UVES orders", {TYPE: "LAMP,ORDERDEF", CATG: "CALIB"}, "flat"),
    ("X-shooter", {TYPE: "LAMP,DORDERDEF", CATG: "CALIB"}, "flat"),
    ("X-shooter D2", {TYPE: "LAMP,QFLAT", CATG: "CALIB"}, "flat"),
    ("X-shooter flexure", {TYPE: "LAMP,AFC", CATG: "CALIB", "OBJECT": "x"}, None),
    # How it was taken says nothing of a bias.
    ("X-shooter offset", {TYPE: "STD,FLUX", TECH: "ECHELLE,SLIT,OFFSET"}, "spectrum"),
    ("X-shooter bias", {TYPE: "BIAS", TECH: "IMAGE"}, "bias"),
    ("OmegaCAM", {TYPE: "FLAT,DOME", CATG: "CALIB"}, "flat"),
    ("ESO sky", {TYPE: "SKY", CATG: "CALIB", "OBJECT": "SKY"}, None),
    ("MUSE sky flat", {TYPE: "FLAT,SKY", CATG: "CALIB"}, "flat"),
    # Fibre spectrographs name what each fibre sees.
    ("HARPS bias", {TYPE: "BIAS,BIAS", CATG: "CALIB"}, "bias"),
    ("HARPS dark", {TYPE: "DARK,DARK", CATG: "CALIB"}, "dark"),
    ("HARPS orders", {TYPE: "LAMP,DARK,TUN", CATG: "CALIB"}, "flat"),
    ("HARPS flat", {TYPE: "LAMP,LAMP,TUN", CATG: "CALIB"}, "flat"),
    ("HARPS arc", {TYPE: "WAVE,WAVE,THAR2", "OBJECT": "WAVE,WAVE,THAR2"}, "arc"),
    ("HARPS star", {TYPE: "STAR,WAVE,G2V", CATG: "SCIENCE"}, "light"),
    ("HARPS star, dark", {TYPE: "STAR,DARK", CATG: "SCIENCE"}, "light"),
    ("HARPS-N star", {"TNG DPR TYPE": "STAR,WAVE", "OBJECT": "HD 1"}, "light"),
    ("HARPS-N arc", {"TNG DPR TYPE": "WAVE,WAVE,THAR2"}, "arc"),
    ("ESPRESSO flat", {TYPE: "FLAT,LAMP,OFF", "OBJECT": "FLAT,LAMP,OFF"}, "flat"),
    ("ESPRESSO orders", {TYPE: "ORDERDEF,OFF,LAMP", CATG: "CALIB"}, "flat"),
    ("ESPRESSO arc", {TYPE: "WAVE,THAR,FP", CATG: "CALIB"}, "arc"),
    ("ESPRESSO star", {TYPE: "OBJECT,FP", CATG: "SCIENCE"}, "light"),
    ("HARPS-N Sun", {"TNG DPR TYPE": "SUN,FP,G2V"}, "solar"),
    ("STIS", {"IMAGETYP": "FLAT", "TARGNAME": "CCDFLAT"}, "flat"),
    ("STIS star", {"OBSTYPE": "SPECTROSCOPIC", "TARGNAME": "HD 1"}, "spectrum"),
    ("STIS lamp", {"OBSTYPE": "SPECTROSCOPIC", "SCLAMP": "LINE"}, "arc"),
    ("STIS lamp 1", {"OBSTYPE": "SPECTROSCOPIC", "SCLAMP": "HITM1"}, "arc"),
    ("STIS tungsten", {"OBSTYPE": "SPECTROSCOPIC", "SCLAMP": "TUNGSTEN"}, "flat"),
    ("FEROS", {TYPE: "OBJECT,WAVE", CATG: "SCIENCE"}, "light"),
    ("NIRPS", {TYPE: "WAVE,UN1,UN1", CATG: "CALIB"}, "arc"),
    ("SPIRou", {"DPRTYPE": "OBJ_DARK"}, "light"),
    ("SPIRou etalon", {"DPRTYPE": "OBJ_FP"}, "light"),
    ("SPIRou flat", {"DPRTYPE": "FLAT_DARK"}, "flat"),
    ("SPIRou dark", {"DPRTYPE": "DARK_DARK"}, "dark"),
    ("SPIRou lamp", {"DPRTYPE": "HCONE_HCONE"}, "arc"),
    ("DDO", {"IMAGETYP": "comp", "OBJECT": "tHar", "INSTRUME": "echelle-ccd"}, "arc"),
    ("SCORPIO", {"IMAGETYP": "obj", "OBJECT": "KKH30"}, "light"),
    ("SCORPIO neon", {"IMAGETYP": "neon", "OBJECT": "neon"}, "arc"),
    ("LVM", {"IMAGETYP": "object", "HGNE": "ON", "NEON": "OFF"}, "arc"),
    ("LVM pixels", {"IMAGETYP": "pixelflat"}, "flat"),
    ("FISS", {"TARGET": "Sunspot_01", "INSTRUME": "FISS"}, "solar"),
    ("Sunspot", {"TARGET": "Sunspot_01"}, "light"),
    ("AAOmega", {"NDFCLASS": "MFARC", "OBJECT": "ARC - CuAr"}, "arc"),
    ("AAOmega flat", {"NDFCLASS": "MFFFF"}, "flat"),
    ("AAOmega fibres", {"NDFCLASS": "MFOBJECT", "OBJECT": "SERVICE"}, "light"),
]


@pytest.mark.parametrize(
    ("header", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_kind(header, kind):
    assert read_claim(header).kind == kind


@pytest.mark.parametrize(
    "name", ["HGAR", "FENE", "CuNeAr", "HgArNe", "FeAr 60s", "UNe"]
)
def test_lamps_of_several_elements(name):
    assert read_claim({"OBJECT": name}).kind == "arc"


@pytest.mark.parametrize(
    "name",
    [
        *("Comparison star", "comp star 3", "Giant arc Abell 370", "Solar eclipse"),
        *(
            "AR And",
            "FF And",
            "AR3664",
            "Double Double",
            "Solar prominences",
            "Mercury",
        ),
        *("Dark site test M13", "Dark sky"),
        *("near", "Hear", "Arne", "Thor", "Skyline", "Calibrator HR 1", "Sky Survey"),
    ],
)
def test_names_that_only_look_like_calibrations(name):
    assert read_claim({"OBJECT": name}).kind in ("light", None)
