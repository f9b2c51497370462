import sys

import numpy as np
import pytest

from mesa_keras.readers.desi_pairs_hdf5 import read_desi_pairs
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from tests.readers.small_galaxies import write_pairs

SINGULAR = {name: name for name in ("image", "spectrum", "redshift", "targetid")}


def test_the_published_layout(tmp_path):
    pairs = read_desi_pairs(write_pairs(tmp_path / "p.h5"))
    assert len(pairs) == 15
    assert pairs.object_id.tolist() == [39000000000000000 + i for i in range(15)]
    assert pairs.image_shape == (12, 10, 3)
    assert pairs.num_bins == 7781
    assert not pairs.has_ivar
    # The last fifth of each group is for tests.
    tests = np.flatnonzero(pairs.split == "test")
    assert tests.tolist() == [4, 13, 14]
    assert (pairs.split[[0, 3, 5, 12]] == "train").all()
    assert "no inverse variances" in pairs.warnings[0]


@pytest.mark.parametrize("rows", [(0, 15), (3, 8), (5, 6), (0, 5), (14, 15)])
def test_rows_are_counted_over_all_groups(tmp_path, rows):
    pairs = read_desi_pairs(write_pairs(tmp_path / "p.h5"))
    images, flux, ivar = pairs.read(*rows)
    assert images.shape == (rows[1] - rows[0], 12, 10, 3)
    assert flux.shape == (rows[1] - rows[0], 7781)
    assert ivar is None
    assert images[:, 0, 0, 0].tolist() == list(range(*rows))
    assert flux[:, 0].tolist() == list(range(*rows))


def test_groups_are_read_by_number(tmp_path):
    groups = [str(i) for i in (0, 1, 2, 10)]
    path = write_pairs(tmp_path / "p.h5", [1, 1, 1, 1], groups=groups)
    assert [name for name, _ in read_desi_pairs(path).groups] == groups


def test_groups_named_for_splits(tmp_path):
    path = write_pairs(
        tmp_path / "p.h5", [3, 2, 1], groups=["train", "val", "test"], names=SINGULAR
    )
    pairs = read_desi_pairs(path)
    assert sorted(pairs.split) == ["test"] + 3 * ["train"] + 2 * ["validation"]


def test_no_groups_and_inverse_variances(tmp_path):
    path = write_pairs(
        tmp_path / "p.h5",
        [4],
        groups=["/"],
        names=SINGULAR,
        ivar=np.full((4, 7781), 2.0, "float32"),
    )
    pairs = read_desi_pairs(path)
    assert pairs.split.tolist() == [""] * 4
    assert pairs.has_ivar
    assert (pairs.read(1, 3)[2] == 2).all()
    assert pairs.warnings == ()


def test_bands_may_stand_first(tmp_path):
    path = write_pairs(
        tmp_path / "p.h5", image=lambda images: np.moveaxis(images, -1, 1)
    )
    pairs = read_desi_pairs(path)
    assert pairs.image_shape == (12, 10, 3)
    assert pairs.read(2, 7)[0][:, 0, 0, 0].tolist() == [2, 3, 4, 5, 6]


def test_each_group_has_axes_of_its_own(tmp_path):
    turn, flat = iter([False, True]), iter([False, True])
    path = write_pairs(
        tmp_path / "p.h5",
        image=lambda images: np.moveaxis(images, -1, 1) if next(turn) else images,
        spectrum=lambda flux: flux[..., 0] if next(flat) else flux,
    )
    images, flux, _ = read_desi_pairs(path).read(3, 12)
    assert images.shape == (9, 12, 10, 3)
    assert images[:, 0, 0, 0].tolist() == list(range(3, 12))
    assert flux.shape == (9, 7781)
    assert flux[:, 0].tolist() == list(range(3, 12))


@pytest.mark.parametrize("having", [0, 1])
def test_inverse_variances_of_some_groups_only(tmp_path, having):
    ivar = iter(
        [np.ones((n, 7781)) if i == having else None for i, n in ((0, 5), (1, 10))]
    )
    path = write_pairs(tmp_path / "p.h5", ivar=lambda _: next(ivar))
    reason = f"{having} has inverse variances, and {1 - having} has none"
    with pytest.raises(GalaxyFileError, match=reason):
        read_desi_pairs(path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"targetid": None}, "holds no group with the datasets"),
        ({"redshift": lambda z: z[:-1]}, "must have as many rows"),
        ({"targetid": lambda ids: ids.astype(float)}, "must hold integers"),
        (
            {"targetid": lambda ids: ids.astype(np.uint64) + np.uint64(1 << 63)},
            "must fit 64 bits with a sign",
        ),
        ({"image": lambda images: images[..., 0]}, "must have shape"),
        ({"spectrum": lambda flux: np.repeat(flux, 2, -1)}, "must have shape"),
    ],
)
def test_files_that_break_a_rule(tmp_path, changes, reason):
    with pytest.raises(GalaxyFileError, match=reason):
        read_desi_pairs(write_pairs(tmp_path / "p.h5", **changes))


def test_groups_of_mixed_shapes(tmp_path):
    sizes = iter([12, 10])
    path = write_pairs(tmp_path / "p.h5", image=lambda images: images[:, : next(sizes)])
    with pytest.raises(GalaxyFileError, match="groups must be alike: 0 has"):
        read_desi_pairs(path)


def test_files_that_are_none_or_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_desi_pairs(tmp_path / "none.h5")
    path = tmp_path / "t.h5"
    path.write_text("hello")
    with pytest.raises(GalaxyFileError, match="no HDF5 file"):
        read_desi_pairs(path)
    path = write_pairs(tmp_path / "p.h5")
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(GalaxyFileError, match="no HDF5 file, or a truncated one"):
        read_desi_pairs(path)


def test_without_h5py_the_extra_is_named(tmp_path, monkeypatch):
    path = write_pairs(tmp_path / "p.h5")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"\.\[galaxies\]"):
        read_desi_pairs(path)
