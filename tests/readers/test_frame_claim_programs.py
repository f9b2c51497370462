"""Claims in the dialects of camera programs.

Each case names the program; the cards are from headers published by their users
(PhotonFinder's sample headers, AstroPhotography's and OSTdata's notes, the help pages
of Sequence Generator Pro and WinScan, headers in public issue trackers).
"""

import pytest

from mesa_keras.readers import read_claim

# Program, cards, kind, class.
CASES = [
    ("SGP", {"IMAGETYP": "LIGHT", "OBJECT": "M57", "FILTER": "HaOIII"}, "light"),
    ("SGP flat", {"IMAGETYP": "FLAT", "CREATOR": "Sequence Generator Pro"}, "flat"),
    ("MaxIm DL", {"IMAGETYP": "Light Frame", "OBJECT": "", "FILTER": "Green"}, "light"),
    ("MaxIm DL 6", {"IMAGETYP": "Light frame", "OBJECT": "46P_Wirtanen"}, "light"),
    ("MaxIm bias", {"IMAGETYP": "Bias Frame", "FILTER": "Green"}, "bias"),
    ("MaxIm dark", {"IMAGETYP": "Dark Frame", "SET-TEMP": -20.0}, "dark"),
    ("MaxIm flat", {"IMAGETYP": "Flat Field", "FILTER": "V"}, "flat"),
    ("MaxIm colour", {"IMAGETYP": "Tricolor Image", "OBJECT": "M 42"}, "light"),
    ("APT", {"IMAGETYP": "Light Frame", "OBJECT": "TEST"}, "light"),
    ("NINA", {"IMAGETYP": "LIGHT", "OBJECT": "MarsM45"}, "light"),
    ("NINA snapshot", {"IMAGETYP": "SNAPSHOT"}, "light"),
    ("NINA dark flat", {"IMAGETYP": "DARKFLAT"}, "dark"),
    ("SharpCap", {"OBJECT": "Markarian", "COLORTYP": "RGB"}, "light"),
    ("SharpCap without object", {"SWCREATE": "SharpCap", "COLORTYP": "RAW16"}, None),
    ("SharpCap dark", {"IMAGETYP": "Dark", "FRAMETYP": "Dark"}, "dark"),
    ("Dwarf II", {"OBJECT": "", "TELESCOP": "DWARFII", "BAYERPAT": "GBRG"}, None),
    ("Seestar", {"IMAGETYP": "Light", "INSTRUME": "Seestar S50"}, "light"),
    ("ASIAIR", {"IMAGETYP": "Bias", "CREATOR": "ZWO ASIAIR Plus"}, "bias"),
    ("Ekos", {"FRAME": "Light", "OBJECT": "NGC 7635"}, "light"),
    ("Ekos bias", {"FRAME": "Bias", "INSTRUME": "ZWO CCD"}, "bias"),
    ("PRISM", {"FILTERS": "Filter_L", "CVF": 5.0}, None),
    ("WinScan", {"OBJECT": "OBJECT", "INSTRUME": "SBIG ST-7", "SNAPSHOT": 1}, "light"),
    ("ASTAP", {"IMAGETYP": "light", "CALSTAT": "DF"}, "light"),
    ("PixInsight", {"IMAGETYP": "Master Flat", "FILTER": "Ha"}, "flat"),
    ("APP", {"IMAGETYP": "MASTER LIGHT"}, "light"),
    ("NOWT", {"IMAGETYP": "Bias Field", "OBJECT": "BIAS"}, "bias"),
    ("Andor SOLIS", {"FRAME": "2017-06-13T10:15:00.000", "HEAD": "DU897"}, None),
    ("CCDSoft", {"PICTTYPE": 3, "IMAGETYP": ""}, "dark"),
    # At the OST lamps are taken as light frames with the lamp as the object, and the
    # title that MaxIm gives on its own, or a note, is no object.
    ("OST ThAr", {"IMAGETYP": "Light Frame", "OBJECT": "ThAr"}, "arc"),
    ("OST calib", {"IMAGETYP": "Light Frame", "OBJECT": "calib"}, None),
    ("OST DADOS", {"OBJECT": "calib", "INSTRUME": "DADOS 200"}, "arc"),
    ("OST BACHES", {"OBJECT": "calib BACHES", "TELESCOP": "C11 BACHES"}, "arc"),
    ("OST lamp", {"OBJECT": "Lampe", "INSTRUME": "DADOS 200"}, None),
    ("OST title", {"IMAGETYP": "Dark Frame", "OBJECT": "Autosave Image"}, "dark"),
    ("OST title alone", {"OBJECT": "Autosave Image"}, None),
    ("OST Moon", {"IMAGETYP": "Light Frame", "OBJECT": "Mond"}, "light"),
]


@pytest.mark.parametrize(
    ("header", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_kind(header, kind):
    assert read_claim(header).kind == kind


@pytest.mark.parametrize(
    ("filter_name", "imaging"),
    [
        # SGP, NINA, MaxIm, ASIAIR, Seestar, PRISM, LCO, HSC, CFHT, EFOSC2, ZTF
        *(("HaOIII", True), ("Ha", True), ("SII", True), ("Green", True)),
        *(("L", True), ("Lum", True), ("Filter_L", True), ("IRCUT", True)),
        *(("L-eXtreme", True), ("Optolong L-Ultimate 3nm", True), ("rp", True)),
        *(("zs", True), ("HSC-i", True), ("i.MP9702", True), ("V#641", True)),
        *(
            ("ZTF_g", True),
            ("z DECam SDSS c0004 9260.0 1520.0", True),
            ("R_SPEC", True),
        ),
        # HST, Suprime-Cam
        *(("F502N", True), ("F850LP", True), ("W-C-RC", True), ("W-S-I+", True)),
        *(("G141", False), ("F2", False)),
        *(("Bessell V", True), ("V_Bessel", True), ("Halpha 7nm", True)),
        # What stands in front of a spectrograph too, or says nothing.
        *(("Clear", False), ("Empty", False), ("air", False), ("GG495", False)),
        *(("OG550", False), ("Open", False), ("BG38", False), ("Grism_4", False)),
        *(("BLANK", False), ("Beam", False), ("SDSS block", False)),
    ],
)
def test_filters_of_imaging_tell_the_class(filter_name, imaging):
    claim = read_claim({"IMAGETYP": "LIGHT", "FILTER": filter_name})
    assert claim.class_name == ("deep_sky" if imaging else None)


def test_any_filter_wheel_tells():
    header = {"OBSTYPE": "EXPOSE", "FILTER": "Clear", "FILTER1": "air", "FILTER2": "rp"}
    assert read_claim(header).class_name == "deep_sky"


@pytest.mark.parametrize(
    ("header", "kind", "class_name"),
    [
        ({"OBJECT": "Sun", "INSTRUME": "Sol'Ex"}, "solar", "einsteinturm"),
        ({"TARGET": "Sunspot_01", "INSTRUME": "FISS"}, "solar", "einsteinturm"),
        ({"OBJECT": "Sun", "INSTRUME": "VTT Echelle"}, "solar", "einsteinturm"),
        ({"OBJECT": "Sun", "TELESCOP": "Spectroheliograph"}, "solar", "einsteinturm"),
        # A picture of the Sun through a filter is no spectrum.
        ({"OBJECT": "Sun", "FILTER": "Ha"}, "light", None),
        ({"IMAGETYP": "Light", "OBJECT": "Vega", "INSTRUME": "Star'Ex"}, "spectrum", 1),
        ({"IMAGETYP": "Light", "OBJECT": "Vega", "INSTRUME": "Alpy600"}, "spectrum", 1),
    ],
)
def test_amateurs_spectrographs(header, kind, class_name):
    claim = read_claim(header)
    assert claim.kind == kind
    assert claim.class_name == ("spectrum_dados" if class_name == 1 else class_name)


@pytest.mark.parametrize(
    "name",
    [
        *("IDS UI-3480LE", "QHYCCD-Cameras-Capture", "SBIG ST-8 3 CCD Camera", "FLI"),
        *("ZWO ASI120MM", "Atik 460ex", "Apogee USB/Net", "DU897_BV", "PIXIS: 1024BR"),
        *("Moravian Instruments, G2-8300", "Kepler KL400", "Trius SX-694", "QSI 583"),
        *("Player One Neptune-C II", "Altair GPCAM", "Canon EOS 600D", "DMK 21AU04.AS"),
        *("ARIES 1.3m CCD", "PRISM", "CCD-FAST", "Starlight Xpress", "Seestar S50"),
        *("ORCA-Flash4.0", "MI G4-16000", "Celestron Skyris 445C", "DECam", "HSC"),
        *("MegaPrime", "90prime", "Mosaic3", "WFC", "kb95", "fa15", "OmegaCAM"),
    ],
)
def test_cameras_are_no_spectrographs(name):
    claim = read_claim({"IMAGETYP": "Light Frame", "INSTRUME": name, "FILTER": "V"})
    assert (claim.spectrograph, claim.class_name) == (None, "deep_sky")


@pytest.mark.parametrize(
    ("name", "spectrograph"),
    [
        # What amateurs of the BeSS database write of their instruments
        *(("C11 LHIRES III 2400", "dados"), ("RC400 Alpy600 Atik414EX", "dados")),
        *(("C14 eShel ATIK460EX", "baches"), ("LISA", "dados"), ("UVEX3", "dados")),
        *(("BACHES + ST-8XME", "baches"), ("DADOS 900", "dados"), ("NOU_T", None)),
        *(("STAREX HR", "dados"), ("WHOPPSHEL", "baches"), ("LOWSPEC 3", "dados")),
    ],
)
def test_instruments_of_amateurs_spectra(name, spectrograph):
    claim = read_claim({"IMAGETYP": "Light Frame", "BSS_INST": name})
    assert claim.spectrograph == spectrograph


def test_second_filter_wheel_of_alfosc_tells():
    wheels = {"ALFLTNM": "Open", "FAFLTNM": "Open", "FBFLTNM": "V_Bes 530_80"}
    assert read_claim({"IMAGETYP": "FLAT,SKY", **wheels}).class_name == "flats"
