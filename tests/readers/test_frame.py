import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers import Frame, FrameError, find_frames, is_frame_name, read_frame


@pytest.mark.parametrize(
    "name",
    [
        *("a.fits", "A.FIT", "b.fts", "c.fits.fz", "d.fits.gz", "e.Fit.GZ", "f.tif"),
        *("g.TIFF", "h.gz", "M31_2020.01.01.gz", "long name.Fits"),
    ],
)
def test_names_of_frames(name):
    assert is_frame_name(name)
    assert is_frame_name(f"folder/{name}")


@pytest.mark.parametrize(
    "name",
    ["a.csv", "a.csv.gz", "a.tar.gz", "._a.fits", ".fits", "a.tif.gz", "fits", "a.jpg"],
)
def test_names_of_other_files(name):
    assert not is_frame_name(name)


def test_frames_are_found_in_any_case_and_once(tmp_path):
    deep = tmp_path / "night" / "bias"
    deep.mkdir(parents=True)
    for name in ("b.FIT", "a.fits", "notes.txt", "._a.fits"):
        (deep / name).touch()
    (tmp_path / "z.tif").touch()
    (deep / "loop").symlink_to(tmp_path, target_is_directory=True)
    (deep / "gone.fits").symlink_to(tmp_path / "nowhere.fits")
    found = find_frames(tmp_path)
    names = [path.name for path in found]
    assert names == ["a.fits", "b.FIT", "gone.fits", "z.tif"]
    assert found == sorted(found)


def test_linked_folders_are_followed(tmp_path):
    archive, work = tmp_path / "archive", tmp_path / "work"
    archive.mkdir()
    work.mkdir()
    (archive / "a.fits").touch()
    (work / "link").symlink_to(archive, target_is_directory=True)
    assert find_frames(work) == [work / "link" / "a.fits"]


def test_folder_that_cannot_be_listed_is_reported(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.fits").touch()
    scan = os.scandir

    def refuse(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    errors = []
    assert [path.name for path in find_frames(tmp_path, errors.append)] == ["a.fits"]
    assert [type(error) for error in errors] == [PermissionError]
    with pytest.raises(PermissionError):
        find_frames(tmp_path)


def test_folder_that_goes_while_it_is_listed_is_reported(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    (tmp_path / "a.fits").touch()
    stat = Path.stat

    def no_longer(path, **options):
        if path.name == "gone":
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", no_longer)
    errors = []
    assert [path.name for path in find_frames(tmp_path, errors.append)] == ["a.fits"]
    assert [error.filename for error in errors] == [str(tmp_path / "gone")]


def test_wrong_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find_frames(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="not a folder"):
        find_frames(tmp_path / "file")


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a\.fits: no such file"):
        read_frame(tmp_path / "a.fits")


def test_folder_and_pipe_are_refused(tmp_path):
    (tmp_path / "a.fits").mkdir()
    os.mkfifo(tmp_path / "b.fits")
    for name in ("a.fits", "b.fits"):
        with pytest.raises(FrameError, match="not a regular file"):
            read_frame(tmp_path / name)


def test_file_that_cannot_be_opened(tmp_path, monkeypatch):
    path = tmp_path / "a.fits"
    path.write_bytes(b"SIMPLE")

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(FrameError, match=r"cannot be opened \(Permission denied\)"):
        read_frame(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xff\xd8\xff\xe0 a photograph", "neither a FITS nor a TIFF file"),
        (b"SIMPLE  =                    T" + b" " * 50, "no END card"),
        (b"\x1f\x8b", "no FITS file|no END card|damaged"),
        (b"II*\x00", "TIFF"),
    ],
)
def test_other_content_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.fits"
    path.write_bytes(content)
    with pytest.raises(FrameError, match=reason) as caught:
        read_frame(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).count("\n") == 0


def test_content_decides_and_not_the_extension(tmp_path):
    path = tmp_path / "a.tif"
    fits.PrimaryHDU(np.arange(100.0).reshape(10, 10)).writeto(path)
    assert read_frame(path).pixels.shape == (10, 10)


def test_small_image_is_read_with_a_warning(tmp_path):
    path = tmp_path / "a.fits"
    fits.PrimaryHDU(np.arange(1500, dtype=np.uint16).reshape(5, 300)).writeto(path)
    assert "only 300 x 5 pixels" in read_frame(path).warnings[0]


def test_pixels_that_tell_nothing_are_told(tmp_path):
    equal = np.full((40, 30), 500, np.uint16)
    lost = np.full((40, 30), np.nan, np.float32)
    lost[:4] = np.arange(30)
    for pixels, note in (
        (equal, "all of its pixels are equal"),
        (lost, "90% of its pixels are no numbers"),
    ):
        fits.PrimaryHDU(pixels).writeto(tmp_path / "a.fits", overwrite=True)
        assert read_frame(tmp_path / "a.fits").warnings == (f"a.fits: {note}",)


def test_plane_of_colours_keeps_the_kind_of_number():
    colour = np.array([[[10, 20, 60]]], np.uint8)
    plane = Frame("a", colour, {}).plane()
    assert plane.dtype == np.uint8
    assert plane.tolist() == [[30]]
    plane = Frame("a", colour.astype(np.float32) / 2, {}).plane()
    assert plane.dtype == np.float32
    assert plane.tolist() == [[15.0]]
    high = Frame("a", np.full((2, 2, 3), 65535, np.uint16), {}).plane()
    assert high.dtype == np.uint16
    assert (high == 65535).all()


def test_plane_of_a_mosaic_is_the_mosaic():
    pixels = np.arange(16, dtype=np.uint16).reshape(4, 4)
    assert Frame("a", pixels, {}, bayer="RGGB").plane() is pixels


def test_error_crosses_processes():
    error = pickle.loads(pickle.dumps(FrameError("a.fits", "two\nlines.")))
    assert str(error) == "a.fits: two lines."
    assert error.path == "a.fits"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_frame_without_any_number_is_refused(tmp_path, value):
    pixels = np.full((16, 20), value, "float32")
    fits.writeto(tmp_path / "a.fits", pixels)
    with pytest.raises(FrameError, match="finite number"):
        read_frame(tmp_path / "a.fits")
    pixels[3, 4] = 1.0
    fits.writeto(tmp_path / "b.fits", pixels)
    assert read_frame(tmp_path / "b.fits").pixels[3, 4] == 1.0
