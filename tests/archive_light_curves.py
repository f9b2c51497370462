"""Writes light curves as the archive does: columns, units and keywords of its products.

Kepler and K2 by the Kepler Archive Manual (KDMC-10008-006), TESS SPOC by
EXP-TESS-ARC-ICD-0014, TESS QLP by its data product description (two layouts: up to
sector 55, and from 56 on).
"""

import numpy as np
from astropy.io import fits

LONG_CADENCE_DAYS = 0.02043359821692
TESS_CADENCE_DAYS = 120 / 86400

_SPOC_COLUMNS = (
    ("TIME", "D", None),
    ("TIMECORR", "E", "d"),
    ("CADENCENO", "J", None),
    ("SAP_FLUX", "E", "e-/s"),
    ("SAP_FLUX_ERR", "E", "e-/s"),
    ("SAP_BKG", "E", "e-/s"),
    ("SAP_BKG_ERR", "E", "e-/s"),
    ("PDCSAP_FLUX", "E", "e-/s"),
    ("PDCSAP_FLUX_ERR", "E", "e-/s"),
    ("SAP_QUALITY", "J", None),
    ("PSF_CENTR1", "D", "pixel"),
    ("PSF_CENTR1_ERR", "E", "pixel"),
    ("PSF_CENTR2", "D", "pixel"),
    ("PSF_CENTR2_ERR", "E", "pixel"),
    ("MOM_CENTR1", "D", "pixel"),
    ("MOM_CENTR1_ERR", "E", "pixel"),
    ("MOM_CENTR2", "D", "pixel"),
    ("MOM_CENTR2_ERR", "E", "pixel"),
    ("POS_CORR1", "E", "pixels"),
    ("POS_CORR2", "E", "pixels"),
)
_QLP_COLUMNS = (
    ("TIME", "D", "BJD - 2457000, days"),
    ("CADENCENO", "J", None),
    ("SAP_FLUX", "E", None),
    ("KSPSAP_FLUX", "E", None),
    ("KSPSAP_FLUX_ERR", "E", None),
    ("QUALITY", "J", None),
    ("ORBITID", "J", None),
    ("SAP_X", "E", "pixel"),
    ("SAP_Y", "E", "pixel"),
    ("SAP_BKG", "E", None),
    ("SAP_BKG_ERR", "E", None),
    ("KSPSAP_FLUX_SML", "E", None),
    ("KSPSAP_FLUX_LAG", "E", None),
)
_LATER_QLP = {
    "KSPSAP_FLUX": "SYS_RM_FLUX",
    "KSPSAP_FLUX_ERR": "DET_FLUX_ERR",
    "KSPSAP_FLUX_SML": "DET_FLUX_SML",
    "KSPSAP_FLUX_LAG": "DET_FLUX_LAG",
    "SAP_BKG_ERR": "DET_FLUX",
}


def write_kepler(path, time, flux, *, star=757450, quarter=3, **options):
    """A long-cadence file of Kepler."""
    _write_spoc(
        path,
        time,
        flux,
        {
            "TELESCOP": "Kepler",
            "INSTRUME": "Kepler Photometer",
            "OBJECT": f"KIC {star}",
            "KEPLERID": star,
            "CHANNEL": 5,
            "QUARTER": quarter,
            "OBSMODE": "long cadence",
            "MISSION": "Kepler",
        },
        **{"reference": 2454833, "cadence": LONG_CADENCE_DAYS} | options,
    )


def write_k2(path, time, flux, *, star=201367065, campaign=1, **options):
    """A long-cadence file of K2."""
    _write_spoc(
        path,
        time,
        flux,
        {
            "TELESCOP": "Kepler",
            "INSTRUME": "Kepler Photometer",
            "OBJECT": f"EPIC {star}",
            "KEPLERID": star,
            "CHANNEL": 32,
            "CAMPAIGN": campaign,
            "OBSMODE": "long cadence",
            "MISSION": "K2",
        },
        **{"reference": 2454833, "cadence": LONG_CADENCE_DAYS} | options,
    )


def write_tess(path, time, flux, *, star=261136679, sector=1, **options):
    """A two-minute file of TESS."""
    _write_spoc(
        path,
        time,
        flux,
        {
            "TELESCOP": "TESS",
            "INSTRUME": "TESS Photometer",
            "OBJECT": f"TIC {star}",
            "TICID": star,
            "SECTOR": sector,
            "CAMERA": 4,
            "CCD": 2,
        },
        flag="QUALITY",
        **{"reference": 2457000, "cadence": TESS_CADENCE_DAYS} | options,
    )


def write_qlp(
    path, time, flux, *, star=261136679, sector=1, quality=None, detrended=None
):
    """A file of the quick-look pipeline; the layout changed with sector 56."""
    later = sector >= 56
    values = {
        "TIME": time,
        "CADENCENO": np.arange(len(time)),
        "SAP_FLUX": flux,
        "SYS_RM_FLUX": flux,
        "KSPSAP_FLUX": np.ones(len(time)) if detrended is None else detrended,
        "KSPSAP_FLUX_ERR": np.full(len(time), 1e-3),
        "DET_FLUX_ERR": np.full(len(time), 1e-3),
        "QUALITY": np.zeros(len(time), int) if quality is None else quality,
        "ORBITID": np.full(len(time), 9),
        "SAP_X": np.full(len(time), 500.2),
        "SAP_Y": np.full(len(time), 700.6),
    }
    layout = [(_LATER_QLP.get(n, n) if later else n, f, u) for n, f, u in _QLP_COLUMNS]
    table = _table(layout, values)
    table.header.update({"BJDREFI": 2457000, "BJDREFF": 0.0, "TIMEUNIT": "d"})
    primary = fits.PrimaryHDU()
    primary.header.update(
        {
            "ORIGIN": "MIT/QLP",
            "TELESCOP": "TESS",
            "INSTRUME": "TESS Photometer",
            "OBJECT": f"TIC {star}",
            "TICID": star,
            "SECTOR": sector,
        }
    )
    fits.HDUList([primary, table]).writeto(path)


def _write_spoc(
    path,
    time,
    flux,
    keywords,
    *,
    reference,
    cadence,
    flag="SAP_QUALITY",
    quality=None,
    flux_err=None,
    centroid=None,
    motion=None,
    crowding=0.95,
    sap=None,
):
    size = len(time)
    centroid = np.full((size, 2), 250.0) if centroid is None else centroid
    motion = np.zeros((size, 2)) if motion is None else motion
    values = {
        "TIME": time,
        "CADENCENO": np.arange(size),
        "SAP_FLUX": flux if sap is None else sap,
        "PDCSAP_FLUX": flux,
        "PDCSAP_FLUX_ERR": np.full(size, 1.0) if flux_err is None else flux_err,
        flag: np.zeros(size, int) if quality is None else quality,
        "MOM_CENTR1": centroid[:, 0],
        "MOM_CENTR2": centroid[:, 1],
        "POS_CORR1": motion[:, 0],
        "POS_CORR2": motion[:, 1],
    }
    unit = f"BJD - {reference}, days"
    layout = [
        (flag if n == "SAP_QUALITY" else n, f, unit if n == "TIME" else u)
        for n, f, u in _SPOC_COLUMNS
    ]
    table = _table(layout, values)
    table.header.update(
        {
            "TIMEREF": "SOLARSYSTEM",
            "TIMESYS": "TDB",
            "BJDREFI": reference,
            "BJDREFF": 0.0,
            "TIMEUNIT": "d",
            "TIMEDEL": cadence,
            "CROWDSAP": crowding,
            "FLFRCSAP": 0.9,
        }
    )
    primary = fits.PrimaryHDU()
    primary.header.update({"ORIGIN": "NASA/Ames", **keywords})
    aperture = fits.ImageHDU(np.ones((5, 5), np.int32), name="APERTURE")
    fits.HDUList([primary, table, aperture]).writeto(path)


def _table(layout, values):
    size = len(values["TIME"])
    columns = []
    for name, form, unit in layout:
        blank = np.zeros(size, int) if form == "J" else np.full(size, np.nan)
        array = values.get(name, blank)
        columns.append(fits.Column(name, form, unit=unit, array=array))
    return fits.BinTableHDU.from_columns(columns, name="LIGHTCURVE")
