"""Small files of galaxies as the archives write them, with made-up content."""

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

RNG = np.random.default_rng(0)
LINES = [("H_alpha", 6564.61), ("[O_III] 5007", 5008.24)]


def write_sdss(path, redshift=0.05, *, upper=False, **changes):
    """A `spec-*.fits`; `changes` replace pixels, or cells of the object."""
    loglam = 3.58 + 1e-4 * np.arange(3800)
    wavelength = 10**loglam
    flux = np.full(wavelength.size, 5.0)
    for _, rest in LINES:
        flux += 20 * np.exp(
            -0.5 * ((wavelength / rest / (1 + redshift) - 1) / 3e-4) ** 2
        )
    coadd = {
        "flux": changes.pop("flux", flux),
        "loglam": changes.pop("loglam", loglam),
        "ivar": changes.pop("ivar", np.ones_like(flux)),
        "and_mask": changes.pop("and_mask", np.zeros(flux.size, np.int32)),
    }
    source = {"SURVEY": "sdss", "PLATE": 266, "MJD": 51630, "FIBERID": 7}
    source |= {"Z": redshift, "Z_ERR": 1e-5, "ZWARNING": 0, "CLASS": "GALAXY"}
    source |= {"SUBCLASS": "", "RUN2D": "26", "SPECOBJID": " 299", "PLUG_RA": 146.0}
    source |= {"PLUG_DEC": -0.4}
    primary = fits.PrimaryHDU()
    primary.header["VACUUM"] = changes.pop("VACUUM", True)
    primary.header["BUNIT"] = changes.pop("BUNIT", "1E-17 erg/cm^2/s/Ang")
    source |= changes
    lines = {
        "LINENAME": [name for name, _ in LINES],
        "LINEWAVE": [rest for _, rest in LINES],
        "LINEZ": [redshift] * 2,
        "LINEZ_ERR": [1e-5] * 2,
        "LINESIGMA": [90.0] * 2,
        "LINEAREA": [300.0] * 2,
        "LINEAREA_ERR": [3.0] * 2,
    }
    table = {name.upper() if upper else name: v for name, v in coadd.items()}
    hdus = [
        primary,
        _table("COADD", table),
        _table("SPECOBJ", {name: [value] for name, value in source.items()}),
        _table("SPZLINE", lines),
    ]
    fits.HDUList(hdus).writeto(path)
    return path


def write_coadd(path, num=4, *, wrong_shape=False, without=(), **fibers):
    """A DESI coadd: the flux of object `i` is `i + 1` in all arms."""
    columns = {
        "TARGETID": 39627866878511000 + np.arange(num),
        "TARGET_RA": 210.0 + np.arange(num),
        "TARGET_DEC": np.zeros(num),
        "OBJTYPE": ["TGT"] * num,
        "COADD_FIBERSTATUS": np.zeros(num, np.int32),
        "FLUX_G": np.ones(num, np.float32),
        "FLUX_R": np.ones(num, np.float32),
        "FLUX_Z": np.ones(num, np.float32),
        **fibers,
    }
    hdus = [fits.PrimaryHDU(), _table("FIBERMAP", columns)]
    for arm, start, stop in (("B", 3600, 5800), ("R", 5760, 7620), ("Z", 7520, 9824)):
        wavelength = 3600 + 0.8 * np.arange(
            round((start - 3600) / 0.8), round((stop - 3600) / 0.8) + 1
        )
        shape = (num, wavelength.size - (1 if wrong_shape else 0))
        flux = np.ones(shape, np.float32) * np.arange(1, num + 1)[:, None]
        parts = {
            "WAVELENGTH": wavelength,
            "FLUX": flux.astype(np.float32),
            "IVAR": np.full(shape, 2.0, np.float32),
            "MASK": np.zeros(shape, np.int32),
        }
        parts["MASK"][:, 10:12] = 1
        hdus += [
            fits.ImageHDU(data, name=f"{arm}_{part}")
            for part, data in parts.items()
            if f"{arm}_{part}" not in without
        ]
    fits.HDUList(hdus).writeto(path)
    return path


def write_redrock(path, ids, redshifts, warnings):
    table = {"TARGETID": ids, "Z": redshifts, "ZWARN": warnings}
    fits.HDUList([fits.PrimaryHDU(), _table("REDSHIFTS", table)]).writeto(path)


def write_cutout(path, *, bands="grz", side=20, scale=0.262, wcs=True, **cards):
    """A FITS cut-out whose band number `i` is `i` plus the row."""
    count = max(len(bands), 1) if bands else 3
    rows = np.arange(side, dtype=np.float32)[:, None]
    cube = np.stack([i * 100 + rows + np.zeros(side) for i in range(count)])
    header = fits.Header()
    if wcs:
        system = WCS(naxis=2)
        system.wcs.ctype = ["RA---TAN", "DEC--TAN"]
        system.wcs.crval = [150.0, 2.0]
        system.wcs.crpix = [(side + 1) / 2, (side + 1) / 2]
        system.wcs.cdelt = [-scale / 3600, scale / 3600]
        header = system.to_header()
    if bands:
        header["BANDS"] = bands
        for i, band in enumerate(bands):
            header[f"BAND{i}"] = band
    header.update(cards)
    fits.PrimaryHDU(cube.astype(np.float32), header).writeto(path)
    return path


def write_jpeg(path, side=16):
    """A picture that is red above and blue below."""
    from PIL import Image

    pixels = np.zeros((side, side, 3), np.uint8)
    pixels[: side // 2, :, 0] = 250
    pixels[side // 2 :, :, 2] = 250
    Image.fromarray(pixels).save(path, quality=95)
    return path


def write_pairs(path, counts=(5, 10), *, groups=None, names=None, **changes):
    """HDF5 as published; `names` renames datasets, `changes` replace them."""
    import h5py

    groups = [str(i) for i in range(len(counts))] if groups is None else groups
    names = {"image": "images", "spectrum": "spectra", **(names or {})}
    names = {"redshift": "redshifts", "targetid": "targetids", **names}
    first = 0
    with h5py.File(path, "w") as file:
        for group, count in zip(groups, counts, strict=True):
            data = {
                "image": RNG.normal(size=(count, 12, 10, 3)).astype("float32"),
                "spectrum": RNG.normal(5, 1, (count, 7781, 1)).astype("float32"),
                "redshift": np.linspace(0.1, 0.2, count),
                "targetid": 39000000000000000 + first + np.arange(count),
            }
            data["spectrum"][0] = 0
            data["image"][:, 0, 0, 0] = first + np.arange(count)
            data["spectrum"][:, 0, 0] = first + np.arange(count)
            for kind, value in changes.items():
                data[kind] = value(data.get(kind)) if callable(value) else value
            for kind, array in data.items():
                if array is not None:
                    name = names.get(kind, kind)
                    file.create_dataset(f"{group}/{name}", data=array)
            first += count
    return path


def _table(name, columns):
    made = []
    for key, values in columns.items():
        array = np.asarray(values)
        kind = {"f": "D", "i": "K", "U": f"{max(array.dtype.itemsize // 4, 1)}A"}
        made.append(fits.Column(key, kind[array.dtype.kind], array=array))
    return fits.BinTableHDU.from_columns(made, name=name)
