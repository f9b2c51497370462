import gzip
import re

import numpy as np
import pytest

from mesa_keras.preprocessing import resample_spectrum, wavelength_grid
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.sdss_spectrum import BAD_PIXEL_BITS, read_sdss_spectrum
from tests.readers.small_galaxies import write_coadd, write_sdss

PLATES = ("0168", "0215", "0367")


@pytest.mark.parametrize("upper", [False, True])
def test_reads_what_was_written(tmp_path, upper):
    spectrum = read_sdss_spectrum(write_sdss(tmp_path / "s.fits", upper=upper))
    assert spectrum.name == "0266-51630-0007"
    assert spectrum.object_id == 266516300007
    assert spectrum.redshift == pytest.approx(0.05)
    assert spectrum.redshift_error == pytest.approx(1e-5)
    assert (spectrum.ra, spectrum.dec) == (146.0, -0.4)
    assert spectrum.source_class == "GALAXY"
    assert spectrum.wavelength[0] == pytest.approx(10**3.58)
    assert spectrum.flux.dtype == spectrum.ivar.dtype == np.float32
    assert (spectrum.ivar == 1).all()
    assert spectrum.lines["name"].tolist() == ["H_alpha", "[O_III] 5007"]
    assert spectrum.warnings == ()
    assert not spectrum.in_air


def test_bad_pixels_have_no_inverse_variance(tmp_path):
    mask = np.zeros(3800, np.int32)
    mask[5] = 1 << BAD_PIXEL_BITS["FULLREJECT"]
    mask[6] = 1 << 23  # bright sky
    flux = np.ones(3800)
    flux[7] = np.nan
    ivar = np.ones(3800)
    ivar[8] = -1
    path = write_sdss(tmp_path / "s.fits", and_mask=mask, flux=flux, ivar=ivar)
    spectrum = read_sdss_spectrum(path)
    assert np.flatnonzero(spectrum.ivar == 0).tolist() == [5, 7, 8]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"ZWARNING": 4}, r"doubts its redshift \(ZWARNING 4\)"),
        ({"CLASS": "STAR"}, "takes the object for a STAR"),
        ({"ivar": np.zeros(3800)}, "no pixel is measured"),
        ({"VACUUM": False}, "wavelengths are in air"),
        ({"BUNIT": "Jy"}, "flux is in Jy"),
    ],
)
def test_warnings(tmp_path, changes, note):
    (warning,) = read_sdss_spectrum(write_sdss(tmp_path / "s.fits", **changes)).warnings
    assert warning.startswith("s.fits: ")
    assert re.search(note, warning)


def test_failed_error_is_unknown(tmp_path):
    spectrum = read_sdss_spectrum(write_sdss(tmp_path / "s.fits", Z_ERR=-1.0))
    assert np.isnan(spectrum.redshift_error)


def test_gzipped(tmp_path):
    plain = write_sdss(tmp_path / "s.fits")
    packed = tmp_path / "s.fits.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    np.testing.assert_array_equal(
        read_sdss_spectrum(packed).flux, read_sdss_spectrum(plain).flux
    )
    packed.write_bytes(packed.read_bytes()[:5000])
    with pytest.raises(GalaxyFileError, match="damaged or truncated"):
        read_sdss_spectrum(packed)


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_sdss_spectrum(tmp_path / "none.fits")
    with pytest.raises(GalaxyFileError, match="is a folder"):
        read_sdss_spectrum(tmp_path)
    text = tmp_path / "t.fits"
    text.write_text("hello")
    with pytest.raises(GalaxyFileError, match=r"t.fits: no FITS file.*5 bytes"):
        read_sdss_spectrum(text)
    coadd = write_coadd(tmp_path / "coadd.fits")
    with pytest.raises(GalaxyFileError, match="no table with the columns loglam"):
        read_sdss_spectrum(coadd)
    falling = write_sdss(tmp_path / "f.fits", loglam=np.linspace(4, 3, 3800))
    with pytest.raises(GalaxyFileError, match="wavelengths do not increase"):
        read_sdss_spectrum(falling)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_truncated_files(tmp_path, part):
    path = write_sdss(tmp_path / "s.fits")
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(GalaxyFileError, match=r"s.fits: .*truncated") as caught:
        read_sdss_spectrum(path)
    assert "\n" not in str(caught.value)


def line_place(wavelength, flux, ivar, expected, sigma):
    """Where a Gaussian of the line's width fits best, in steps of 0.1 Angstrom."""
    near = (np.abs(wavelength - expected) < 40) & (ivar > 0)
    excess = flux[near] - np.median(flux[near])
    places = expected + np.arange(-10, 10.05, 0.1)
    profile = np.exp(-0.5 * ((wavelength[near] - places[:, None]) / sigma) ** 2)
    return places[(profile @ excess).argmax()]


@pytest.mark.parametrize("fibre", PLATES)
def test_lines_of_real_galaxies_lie_where_the_archive_has_them(real_data, fibre):
    spectrum = read_sdss_spectrum(real_data / f"galaxies/spec-0266-51630-{fibre}.fits")
    grid = wavelength_grid()
    flux, ivar = resample_spectrum(
        spectrum.wavelength, spectrum.flux, spectrum.ivar, grid
    )
    assert spectrum.warnings == ()
    lines = spectrum.lines
    strong = lines[
        (lines["area_error"] > 0) & (lines["area"] > 8 * lines["area_error"])
    ]
    strong = strong[strong["name"].isin(["H_alpha", "H_beta", "[O_III] 5007"])]
    # One of the three is an early type without emission.
    assert len(strong) == {"0168": 2, "0215": 3, "0367": 0}[fibre]
    for line in strong.itertuples():
        expected = line.wavelength * (1 + line.redshift)
        sigma = expected * np.hypot(line.sigma, 70.0) / 299792.458
        place = line_place(grid, flux, ivar, expected, sigma)
        assert place == pytest.approx(expected, abs=0.8)


def test_calcium_of_a_real_early_type_is_absorbed_at_its_redshift(real_data):
    spectrum = read_sdss_spectrum(real_data / "galaxies/spec-0266-51630-0367.fits")
    grid = wavelength_grid()
    flux, _ = resample_spectrum(spectrum.wavelength, spectrum.flux, spectrum.ivar, grid)
    for rest in (3934.78, 3969.59):  # Ca K and H in vacuum
        expected = rest * (1 + spectrum.redshift)
        near = np.abs(grid - expected) < 20
        smooth = np.convolve(flux[near], np.ones(9) / 9, "same")[5:-5]
        assert grid[near][5:-5][smooth.argmin()] == pytest.approx(expected, abs=5)
