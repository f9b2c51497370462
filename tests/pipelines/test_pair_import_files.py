import numpy as np
import pandas as pd
import pytest

from mesa_keras.pipelines.pair_import_files import import_files
from mesa_keras.readers import open_pair_store
from tests.readers.small_galaxies import (
    write_coadd,
    write_cutout,
    write_jpeg,
    write_redrock,
    write_sdss,
)

TARGET = 39627866878511000


def run(tmp_path, **options):
    done = import_files(tmp_path / "store", **{"image_size": 24, **options})
    store = open_pair_store(tmp_path / "store")
    return done, store, store.index.set_index("object_id")


def csv(path, **columns):
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_spectra_and_images_are_joined_by_name_and_id(tmp_path):
    write_sdss(tmp_path / "spec-0266-51630-0007.fits", 0.05)
    write_cutout(tmp_path / "spec-266-51630-7.fits", side=24)
    write_coadd(tmp_path / "coadd-x.fits", 2)
    write_redrock(tmp_path / "redrock-x.fits", [TARGET], [0.3], [0])
    write_cutout(tmp_path / f"{TARGET + 1}.fits", side=24)
    write_cutout(tmp_path / "a galaxy.fits", side=24)
    images = [tmp_path / "spec-266-51630-7.fits", tmp_path / f"{TARGET + 1}.fits"]
    done, store, index = run(
        tmp_path,
        spectra=[tmp_path / "spec-0266-51630-0007.fits", tmp_path / "coadd-x.fits"],
        images=[*images, tmp_path / "a galaxy.fits"],
    )
    assert len(index) == 4
    sdss = index.loc[266516300007]
    assert sdss["redshift"] == pytest.approx(0.05)
    assert sdss["ra"] == 146.0
    assert sdss["reason"] == ""
    assert index.loc[TARGET, "redshift"] == pytest.approx(0.3)
    assert index.loc[TARGET, "reason"] == "no image"
    assert index.loc[TARGET + 1, ["image_valid", "spectrum_valid"]].all()
    assert np.isnan(index.loc[TARGET + 1, "redshift"])
    # A name without a number still has an id, always the same.
    other = index.drop([266516300007, TARGET, TARGET + 1])
    assert other["reason"].tolist() == ["no spectrum"]
    assert other["ra"].tolist() == pytest.approx([150.0])
    assert done.faults == {}
    assert store.settings["image_unit"] == "nanomaggy per pixel"
    # Made spectra are recognised after resampling: the lines stand out at 1.05 x rest.
    row = int(np.flatnonzero(store.index["object_id"] == 266516300007)[0])
    flux, ivar = store.spectra([row])
    place = store.wavelengths[np.nanargmax(np.where(ivar > 0, flux, np.nan)[0])]
    lines = np.array([6564.61, 5008.24]) * 1.05
    assert np.abs(lines - place).min() < 2


def test_folders_are_searched_for_files_of_the_right_name(tmp_path):
    files = tmp_path / "files"
    (files / "sub").mkdir(parents=True)
    write_sdss(files / "sub" / "spec-0266-51630-0007.fits")
    write_coadd(files / "coadd-x.fits", 2)
    write_redrock(files / "redrock-x.fits", [TARGET], [0.3], [0])
    write_cutout(files / f"{TARGET}.fits", side=24)
    (files / "readme.txt").write_text("hello")
    _, _, index = run(tmp_path, spectra=[files], images=[files])
    assert len(index) == 3
    assert index["spectrum_valid"].all()
    assert index["image_valid"].sum() == 1
    with pytest.raises(FileNotFoundError, match="the folder holds no spectra"):
        run(tmp_path, spectra=[tmp_path / "store"])
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        run(tmp_path, spectra=[tmp_path / "none"])


def test_the_table_comes_first_and_its_redshift_counts(tmp_path):
    write_sdss(tmp_path / "spec-0266-51630-0007.fits", 0.05)
    write_cutout(tmp_path / "blue one.fits", side=24)
    table = csv(
        tmp_path / "t.csv",
        name=["elsewhere", "blue one", "spec-0266-51630-0007"],
        object_id=pd.array([9007199254740993, 12, None], "Int64"),
        redshift=[0.7, 0.2, 0.06],
        ra=[1.0, 2.0, None],
        mass=[10.5, None, 11.0],
        kind=["disc", "disc", None],
    )
    done, _, index = run(
        tmp_path,
        spectra=[tmp_path / "spec-0266-51630-0007.fits"],
        images=[tmp_path / "blue one.fits"],
        table=table,
    )
    assert index.index.tolist() == [9007199254740993, 12, 266516300007]
    assert index["redshift"].tolist() == [0.7, 0.2, 0.06]
    assert index["ra"].tolist() == [1.0, 2.0, 146.0]
    assert index["reason"].tolist() == [
        "no image; no spectrum",
        "no spectrum",
        "no image",
    ]
    np.testing.assert_array_equal(index["mass"], [10.5, np.nan, 11.0])
    assert index["kind"].tolist()[:2] == ["disc", "disc"]
    assert "too few objects to be split" in done.warnings


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_long_ids_and_dates_of_the_table_stay_what_they_are(tmp_path, name):
    first = 1237648720693755918
    table = pd.DataFrame(
        {
            "object_id": [3, 4, 5],
            "objid": [first, first + 1, first + 2],
            "night": pd.to_datetime(["2020-01-01", None, "2020-01-03"]),
            "luminosity": [1e40, 2e41, 3.5],
        }
    )
    if name.endswith("csv"):
        table.to_csv(tmp_path / name, index=False)
    else:
        table.to_parquet(tmp_path / name)
    _, _, index = run(tmp_path, table=tmp_path / name)
    assert index["objid"].tolist() == [str(first + i) for i in range(3)]
    assert [str(cell)[:10] for cell in index["night"].dropna()] == [
        "2020-01-01",
        "2020-01-03",
    ]
    assert index["night"].isna().tolist() == [False, True, False]
    assert index["luminosity"].tolist() == [1e40, 2e41, 3.5]


def test_a_redshift_is_no_date(tmp_path):
    table = pd.DataFrame({"object_id": [3], "redshift": pd.to_datetime(["2020-01-01"])})
    table.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="'redshift' must hold numbers"):
        run(tmp_path, table=tmp_path / "t.parquet")


def test_what_cannot_be_read_keeps_its_row_and_is_named(tmp_path):
    bad = tmp_path / "spec-0266-51630-0008.fits"
    write_sdss(bad)
    bad.write_bytes(bad.read_bytes()[:60_000])
    image = tmp_path / "spec-0266-51630-0009.fits"
    image.write_text("hello")
    coadd = tmp_path / "coadd-x.fits"
    coadd.write_bytes(b"")
    write_sdss(tmp_path / "spec-0266-51630-0007.fits")
    done, _, index = run(
        tmp_path,
        spectra=[tmp_path / "spec-0266-51630-0007.fits", bad, coadd],
        images=[image],
    )
    assert set(done.faults) == {bad.name, image.name, coadd.name}
    assert len(index) == 3
    assert index.loc[266516300007, "reason"] == "no image"
    reason = index.loc[266516300008, "reason"]
    assert "spectrum cannot be read: truncated" in reason
    assert "no image" in reason
    assert "image cannot be read: no FITS" in index.loc[266516300009, "reason"]
    assert not index.loc[266516300008, "spectrum_valid"]


def test_spectra_that_hold_nothing(tmp_path):
    ones, zeros = np.ones(3800), np.zeros(3800)
    write_sdss(tmp_path / "spec-0266-51630-0001.fits", ivar=zeros)
    write_sdss(tmp_path / "spec-0266-51630-0002.fits", flux=zeros)
    loglam = 4.1 + 1e-4 * np.arange(3800)
    write_sdss(tmp_path / "spec-0266-51630-0003.fits", flux=ones, loglam=loglam)
    write_sdss(tmp_path / "spec-0266-51630-0004.fits", ZWARNING=4)
    write_coadd(tmp_path / "coadd-x.fits", 2, OBJTYPE=["SKY", "TGT"])
    _, _, index = run(tmp_path, spectra=[tmp_path])
    assert index["spectrum_valid"].tolist() == [False, True, False, False, False, True]
    assert index["reason"].tolist() == [
        "no image; the fibre looked at the sky",
        "no image",
        "no image; no spectrum",
        "no image; spectrum is all zero",
        "no image; no spectrum",
        "no image",
    ]
    assert np.isnan(index["redshift"].iloc[5])


def test_images_come_to_one_scale_and_size(tmp_path):
    write_cutout(tmp_path / "1.fits", side=40)
    write_cutout(tmp_path / "2.fits", side=10)
    write_cutout(tmp_path / "3.fits", side=40, scale=0.524)
    _, store, _ = run(tmp_path, images=[tmp_path])
    images = store.images([0, 1, 2]).astype(float)
    assert images.shape == (3, 24, 24, 3)
    assert np.isfinite(images[0]).all()
    assert np.isfinite(images[1]).sum() == 300
    assert np.isfinite(images[1, 7:17, 7:17]).all()
    # Pixels of half the size hold a quarter of the flux each.
    assert images[2, 12, 12, 1] == pytest.approx((100 + 20) / 4, rel=0.01)


def test_an_image_of_impossible_scale_is_named_and_the_rest_imported(tmp_path):
    write_cutout(tmp_path / "1.fits", side=40)
    write_cutout(tmp_path / "2.fits", side=40, wcs=False, PIXSCALE=0.0)
    done, _, index = run(tmp_path, images=[tmp_path])
    assert index["image_valid"].tolist() == [True, False]
    reason = "pixels of 0 arcsec cannot be brought to 0.262 arcsec"
    assert done.faults == {"2.fits": reason}
    assert f"image cannot be read: {reason}" in index["reason"].iloc[1]


def test_pictures_make_a_store_of_pictures(tmp_path):
    write_jpeg(tmp_path / "1.jpeg", side=24)
    write_jpeg(tmp_path / "2.jpg", side=24)
    done, store, _ = run(tmp_path, images=[tmp_path])
    assert store.settings["image_unit"] == "level of a JPEG, 0 to 255"
    assert store.settings["about"]["linear_flux"] is False
    assert sum("stretched" in warning for warning in done.warnings) == 2
    write_cutout(tmp_path / "3.fits")
    with pytest.raises(ValueError, match=r"cannot stand in one store.*3.fits and .*1"):
        run(tmp_path, images=[tmp_path])


def test_splits_of_the_table(tmp_path):
    names = [str(i) for i in range(1, 7)]
    splits = ["train"] * 3 + ["validation", "test", "calibration"]
    sources = [2**60 + i for i in (1, 1, 2, 3, 4, 5)]
    table = csv(tmp_path / "t.csv", object_id=names, split=splits, source_id=sources)
    for complete in (True, False):
        _, _, index = run(tmp_path, table=table, split=complete)
        assert index["split"].tolist() == splits
        assert index["source_id"].tolist() == sources


def test_rows_without_a_split_get_that_of_their_source(tmp_path):
    table = csv(
        tmp_path / "t.csv",
        object_id=np.arange(10, 14),
        split=["test", None, "train", None],
        source_id=pd.array([5, 5, 6, -1], "Int64"),
    )
    _, _, index = run(tmp_path, table=table)
    assert index["split"].tolist() == ["test", "test", "train", "train"]
    # A source that is not known is the object itself.
    assert index["source_id"].tolist() == [5, 5, 6, 13]


@pytest.mark.parametrize(
    ("splits", "complete", "message"),
    [
        (["training", "test"], True, r"t\.csv: splits must be of.*'training'"),
        (["training", "test"], False, r"t\.csv: splits must be of.*'training'"),
        (["train", "test"], True, r"t\.csv: rows of one .*'train' and 'test' for 5"),
        (["train", "test"], False, r"t\.csv: rows of one .*'train' and 'test' for 5"),
        (["train", None], False, r"t\.csv: without completing.*1 of 3 rows without"),
    ],
)
def test_wrong_splits_are_refused_before_anything_is_written(
    tmp_path, splits, complete, message
):
    source = [5, 5, 6] if None not in splits else [5, 7, 6]
    columns = {"object_id": [1, 2, 3], "split": [*splits, "train"]}
    table = csv(tmp_path / "t.csv", **columns, source_id=source)
    with pytest.raises(ValueError, match=message):
        run(tmp_path, table=table, split=complete)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"ra": [1, 2]}, "needs a column 'object_id' or 'name'"),
        ({"object_id": [5, 5]}, "object 5 stands in two rows, the second is row 1"),
        ({"object_id": ["5", "x7"]}, "'object_id' must hold integers.*'x7' in row 1"),
        ({"object_id": [2.0**60, 1.0]}, "without a point. Received: '1.1529215"),
        ({"object_id": [1, 2], "redshift": [0.1, "far"]}, "'redshift' must hold num"),
        ({"name": ["a", None]}, "row 1 has neither"),
    ],
)
def test_wrong_tables(tmp_path, columns, message):
    with pytest.raises(ValueError, match=message):
        run(tmp_path, table=csv(tmp_path / "t.csv", **columns))


def test_objects_that_are_there_twice(tmp_path):
    (tmp_path / "a").mkdir()
    for path in ("1.fits", "a/1.fits"):
        write_cutout(tmp_path / path)
    with pytest.raises(ValueError, match="object 1 has two images"):
        run(tmp_path, images=[tmp_path])
    for path in ("coadd-1.fits", "coadd-2.fits"):
        write_coadd(tmp_path / path, 2)
    with pytest.raises(ValueError, match=f"object {TARGET} has two spectra"):
        run(tmp_path, spectra=[tmp_path])


def test_nothing_to_import(tmp_path):
    with pytest.raises(ValueError, match="nothing to import"):
        run(tmp_path)
    (tmp_path / "coadd-x.fits").write_bytes(b"")
    with pytest.raises(ValueError, match=r"nothing to import.*coadd-x.fits: no FITS"):
        run(tmp_path, spectra=[tmp_path / "coadd-x.fits"])
