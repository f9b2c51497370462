import numpy as np
import pytest

from mesa_keras.preprocessing import join_spectra, wavelength_grid
from mesa_keras.readers.desi_coadd import read_desi_coadd
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from tests.readers.small_galaxies import write_coadd, write_redrock, write_sdss

REAL = ("coadd-5-169-thru20210419.fits", "coadd-sv3-dark-26065.fits")


def test_reads_what_was_written(tmp_path):
    coadd = read_desi_coadd(write_coadd(tmp_path / "coadd-x.fits"))
    assert len(coadd) == 4
    assert coadd.table["object_id"].tolist() == [
        39627866878511000 + i for i in range(4)
    ]
    assert coadd.table["ra"].tolist() == [210.0, 211.0, 212.0, 213.0]
    assert coadd.table["redshift"].isna().all()
    assert (coadd.table["reason"] == "").all()
    assert list(coadd.wavelengths) == ["B", "R", "Z"]
    assert coadd.warnings == (
        "coadd-x.fits: has no redshifts, and there is no redrock file beside it",
    )
    arms = coadd.arms(1, 3)
    for wavelength, flux, ivar in arms:
        assert flux.shape == ivar.shape == (2, wavelength.size)
        np.testing.assert_array_equal(flux[0], 2.0)
        assert (ivar[:, 10:12] == 0).all()
        assert (ivar[:, 12:] == 2).all()


def test_arms_join_on_the_grid_bin_by_bin(tmp_path):
    coadd = read_desi_coadd(write_coadd(tmp_path / "coadd-x.fits"))
    grid = wavelength_grid()
    flux, ivar = join_spectra(coadd.arms(), grid)
    overlap = ((grid > 5770) & (grid < 5799)) | ((grid > 7530) & (grid < 7619))
    assert (ivar[:, overlap] == 4).all()
    assert (ivar[:, 10:12] == 0).all()
    measured = ivar[3] > 0
    assert measured.sum() == 7779
    np.testing.assert_allclose(flux[3, measured], 4.0)


def test_redshifts_come_from_redrock(tmp_path):
    path = write_coadd(tmp_path / "coadd-x.fits")
    ids = 39627866878511000 + np.array([2, 0, 3])
    write_redrock(tmp_path / "redrock-x.fits", ids, [0.2, 0.1, 0.4], [0, 0, 4])
    coadd = read_desi_coadd(path)
    np.testing.assert_array_equal(coadd.table["redshift"], [0.1, np.nan, 0.2, np.nan])
    assert coadd.warnings == ()


@pytest.mark.parametrize(
    ("fibers", "reason"),
    [
        ({"OBJTYPE": ["SKY", "TGT"]}, "the fibre looked at the sky"),
        ({"OBJTYPE": ["", "TGT"]}, "the fibre had no target"),
        ({"OBJTYPE": ["BAD", "TGT"]}, "the fibre looked at BAD, no target"),
        (
            {"COADD_FIBERSTATUS": [512, 8]},
            "the fibre was not right (COADD_FIBERSTATUS 512)",
        ),
    ],
)
def test_spectra_of_no_target_have_a_reason(tmp_path, fibers, reason):
    coadd = read_desi_coadd(write_coadd(tmp_path / "coadd-x.fits", 2, **fibers))
    assert coadd.table["reason"].tolist() == [reason, ""]
    assert "1 of 2 spectra are of no target" in coadd.warnings[0]


def test_one_arm_is_enough(tmp_path):
    without = [f"{arm}_{p}" for arm in "BZ" for p in ("FLUX", "IVAR", "MASK")]
    coadd = read_desi_coadd(write_coadd(tmp_path / "coadd-x.fits", without=without))
    assert list(coadd.wavelengths) == ["R"]
    assert "has only the arms R" in coadd.warnings[0]


def test_files_that_are_none(tmp_path):
    with pytest.raises(GalaxyFileError, match="no DESI coadd"):
        read_desi_coadd(write_sdss(tmp_path / "s.fits"))
    path = write_coadd(tmp_path / "coadd-a.fits", without=["R_IVAR"])
    with pytest.raises(GalaxyFileError, match="HDU R_IVAR is missing"):
        read_desi_coadd(path)
    path = write_coadd(tmp_path / "coadd-b.fits", wrong_shape=True)
    with pytest.raises(GalaxyFileError, match=r"B_FLUX must have shape \(4, 2751\)"):
        read_desi_coadd(path)
    path = write_coadd(tmp_path / "coadd-c.fits")
    path.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(GalaxyFileError, match="truncated"):
        read_desi_coadd(path)


@pytest.mark.parametrize("name", REAL)
def test_real_coadds(real_data, name):
    coadd = read_desi_coadd(real_data / "galaxies" / name)
    assert len(coadd) == 5
    targets = (coadd.table["reason"] == "").to_numpy()
    grid = wavelength_grid()
    flux, ivar = join_spectra(coadd.arms(), grid)
    assert targets.sum() == {REAL[0]: 1, REAL[1]: 2}[name]
    # What has a target is measured nearly everywhere.
    assert ((ivar > 0).mean(1)[targets] > 0.99).all()
    # The native bins are those of the grid: nothing is mixed outside the overlaps.
    wavelength, native, weight = coadd.arms()[0]
    alone = wavelength < 5750
    np.testing.assert_array_equal(ivar[:, : alone.sum()], weight[:, alone])
    good = weight[:, alone] > 0
    np.testing.assert_allclose(
        flux[:, : alone.sum()][good], native[:, alone][good], rtol=1e-5
    )
    # In the overlap of two arms the inverse variances add.
    red = coadd.arms()[1]
    spot = 5780.0
    both = sum(
        arm[2][:, np.abs(arm[0] - spot).argmin()] for arm in (coadd.arms()[0], red)
    )
    np.testing.assert_allclose(ivar[:, np.abs(grid - spot).argmin()], both, rtol=1e-5)
