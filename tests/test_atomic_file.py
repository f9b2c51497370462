import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mesa_keras.atomic_file import atomic_file

ROOT = Path(__file__).parents[1]


def test_the_file_appears_once_it_is_whole(tmp_path):
    path = tmp_path / "result.json"
    with atomic_file(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".json"
        temporary.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_only_on_success(tmp_path):
    path = tmp_path / "result.json"
    path.write_text("old")

    def fail():
        with atomic_file(str(path)) as temporary:
            temporary.write_text("new")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with atomic_file(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_a_writer_may_replace_the_temporary_file(tmp_path):
    path = tmp_path / "result.json"
    with atomic_file(path) as temporary:
        other = tmp_path / "other"
        other.write_text("new")
        other.replace(temporary)
    assert path.read_text() == "new"


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_rights_follow_the_mask_of_the_user(tmp_path, mask):
    path = tmp_path / "result.json"
    before = os.umask(mask)
    try:
        with atomic_file(path) as temporary:
            temporary.write_text("x")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_a_missing_folder_is_an_error(tmp_path):
    with (
        pytest.raises(FileNotFoundError),
        atomic_file(tmp_path / "none" / "result.json"),
    ):
        pass


def test_an_error_names_the_file_that_cannot_be_written(tmp_path):
    def fill_the_disk():
        with atomic_file(tmp_path / "first.csv"), atomic_file(tmp_path / "second.npz"):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=r"cannot write: No space.*second\.npz"):
        fill_the_disk()
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_kill_leaves_the_old_file(tmp_path):
    path = tmp_path / "result.json"
    path.write_text("old")
    script = (
        "import os, signal, sys\n"
        "from mesa_keras.atomic_file import atomic_file\n"
        "with atomic_file(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('new')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(path)], cwd=ROOT)
    assert killed.returncode == -9
    assert path.read_text() == "old"
