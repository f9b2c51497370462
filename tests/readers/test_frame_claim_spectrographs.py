"""Which spectrograph was in the light path, and which lamps burned.

Instruments, dispersers and lamp keywords are facts from PypeIt's spectrograph
definitions and the sources that `test_frame_claim_observatories` names.
"""

import pytest

from mesa_keras.readers import read_claim

TYPE = "ESO DPR TYPE"
ARC_DADOS = "wavelength_calibration_dados"
ARC_BACHES = "wavelength_calibration_baches"


@pytest.mark.parametrize(
    ("header", "class_name"),
    [
        # Long slit, echelle
        (
            {"OBSTYPE": "OBJECT", "INSTRUME": "LRIS", "GRANAME": "400/8500"},
            "spectrum_dados",
        ),
        (
            {"IMAGETYP": "WAVE,LAMP", "INSTRUME": "ALFOSC", "ALGRNM": "Grism_#4"},
            ARC_DADOS,
        ),
        ({"OBSTYPE": "ARC", "INSTRUME": "GMOS-N", "GRATING": "R400+_G5305"}, ARC_DADOS),
        (
            {"OBSTYPE": "FLAT", "INSTRUME": "Goodman_Blue", "GRATING": "SYZY_400"},
            "flat_dados",
        ),
        ({"IMGTYPE": "flat", "INSTRUME": "DBSP", "GRATING": "600/4000"}, "flat_dados"),
        ({TYPE: "STAR,WAVE,G2V", "INSTRUME": "HARPS"}, "spectrum_baches"),
        ({TYPE: "LAMP,LAMP,TUN", "INSTRUME": "HARPS"}, "flat_baches"),
        ({TYPE: "LAMP,WAVE", "INSTRUME": "XSHOOTER"}, ARC_BACHES),
        ({"TNG DPR TYPE": "STAR,WAVE,F8", "INSTRUME": "HARPN"}, "spectrum_baches"),
        ({"OBJECT": "arc", "INSTRUME": "LRISBLUE", "GRISNAME": "400/3400"}, ARC_DADOS),
        ({"OBSTYPE": "SPECTRUM", "INSTRUME": "en06"}, "spectrum_dados"),
        ({"IMAGETYP": "COMP", "INSTRUME": "mmtbluechan"}, ARC_DADOS),
        ({"IMAGETYP": "Spectrum", "OBJECT": "Neon", "INSTRUME": "DADOS"}, ARC_DADOS),
        ({"OBSTYPE": "DOUBLE", "INSTRUME": "nres01"}, ARC_BACHES),
        (
            {"OBJECT": "x", "LAMPPOS": "PolarQuartz", "INSTRUME": "Hamspec"},
            "flat_baches",
        ),
        # The same instruments as cameras
        ({"OBSTYPE": "OBJECT", "INSTRUME": "GMOS-N", "GRATING": "MIRROR"}, None),
        (
            {"IMAGETYP": "OBJECT", "INSTRUME": "ALFOSC_FASU", "ALGRNM": "Open (Lyot)"},
            None,
        ),
        (
            {TYPE: "FLAT,SKY", "INSTRUME": "EFOSC", "ESO INS FILT1 NAME": "V#641"},
            "flats",
        ),
        ({"OBSTYPE": "OBJECT", "INSTRUME": "LRIS", "FILTER": "V"}, "deep_sky"),
        (
            {TYPE: "OBJECT", "ESO DPR TECH": "IMAGE", "INSTRUME": "XSHOOTER"},
            None,
        ),
    ],
)
def test_class(header, class_name):
    assert read_claim(header).class_name == class_name


@pytest.mark.parametrize(
    ("lamps", "kind"),
    [
        # LRIS, Kast, Goodman, Liverpool Telescope
        ({"NEON": "on", "ARGON": "off"}, "arc"),
        ({"FLAMP1": "on"}, "flat"),
        ({"LAMPSTA1": "on", "LAMPSTAC": "off"}, "flat"),
        ({"LAMPSTA1": "off", "LAMPSTAC": "on"}, "arc"),
        ({"LAMP_HGA": "TRUE"}, "arc"),
        (
            {"LAMP1TYP": "W", "LAMP1SET": True, "LAMP2TYP": "Xe", "LAMP2SET": True},
            "arc",
        ),
        ({"NEON": "off", "FLAMP1": "off", "LAMP_HGA": "FALSE"}, "light"),
        ({"LAMP1TYP": "Xe", "LAMP1SET": "OFF"}, "light"),
        # A lamp that is only mounted
        ({"ESO INS LAMP1 NAME": "Argon"}, "light"),
    ],
)
def test_lamps_that_burn(lamps, kind):
    assert read_claim({"OBJECT": "unknown", "OBSTYPE": "Object", **lamps}).kind == kind
