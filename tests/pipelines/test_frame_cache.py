"""Files are decoded once; what goes wrong costs as little as possible."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from mesa_keras.pipelines import frame_cache
from mesa_keras.pipelines.frame_cache import FrameCache
from mesa_keras.pipelines.frame_cache_shard import ShardWriter

DTYPE = np.dtype([("image", "u1", (4, 3, 1)), ("number", "f4", (2,))])


def decode(path):
    """The file's text is a number; some words stand for what goes wrong."""
    text = Path(path).read_text()
    if text == "bad":
        raise ValueError(f"{path} holds no frame")
    if text == "unknown compression":
        raise ValueError("it needs a package") from ImportError("package")
    if text == "busy":
        raise PermissionError(errno.EACCES, "Permission denied")
    if text == "odd":
        raise KeyError("odd")
    if text == "crash":
        os._exit(1)
    number = float(text)
    return (
        {"image": np.full((4, 3, 1), number, "u1"), "number": [number, np.nan]},
        {"night": f"night {text}"},
    )


class Counting:
    def __init__(self):
        self.paths = []

    def __call__(self, path):
        self.paths.append(Path(path).name)
        return decode(path)


def write(folder, texts):
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{i:03d}" for i in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(str(text))
    return paths


def build(folder, paths, decode=decode, **settings):
    return FrameCache(folder / "cache", DTYPE, settings).build(paths, decode, workers=1)


def test_frames_come_back_in_any_order(tmp_path):
    frames = build(tmp_path, write(tmp_path / "in", range(5)))
    found = frames.read([3, 0, 3])
    assert found["image"].shape == (3, 4, 3, 1)
    np.testing.assert_array_equal(found["image"][:, 0, 0, 0], [3, 0, 3])
    np.testing.assert_array_equal(found["number"][:, 0], [3, 0, 3])
    assert np.isnan(found["number"][:, 1]).all()
    assert frames.frames[2].notes == {"night": "night 2"}
    assert len(frames) == 5


def test_nothing_is_decoded_twice(tmp_path):
    paths = write(tmp_path / "in", [1, 2, "bad", 4])
    first, second = Counting(), Counting()
    build(tmp_path, paths, first)
    frames = build(tmp_path, [*paths, paths[0]], second)
    assert first.paths == ["000", "001", "002", "003"]
    assert second.paths == []
    assert "holds no frame" in frames.frames[2].fault
    np.testing.assert_array_equal(frames.read([4])["number"][0, 0], 1)


def test_a_changed_file_and_other_settings_are_decoded_again(tmp_path):
    paths = write(tmp_path / "in", [1, 2])
    build(tmp_path, paths)
    paths[1].write_text("7")
    os.utime(paths[1], ns=(1, 1))
    counting = Counting()
    frames = build(tmp_path, paths, counting)
    assert counting.paths == ["001"]
    np.testing.assert_array_equal(frames.read([0, 1])["number"][:, 0], [1, 7])
    build(tmp_path, paths, counting, height=3)
    assert counting.paths == ["001", "000", "001"]


def test_a_file_that_changes_while_it_is_read_is_no_frame(tmp_path):
    paths = write(tmp_path / "in", [1])

    def changing(path):
        found = decode(path)
        Path(path).write_text("22")
        return found

    assert "changed" in build(tmp_path, paths, changing).frames[0].fault
    assert build(tmp_path, paths).read([0])["number"][0, 0] == 22


def test_faults_do_not_stop_the_rest_and_passing_ones_are_tried_again(tmp_path):
    paths = write(tmp_path / "in", [1, "busy", "bad", "odd", "unknown compression"])
    frames = build(tmp_path, [*paths, tmp_path / "absent"])
    faults = [frame.fault for frame in frames.frames]
    assert faults[0] == ""
    assert faults[1] == "Permission denied"
    assert "KeyError" in faults[3]
    assert faults[4] == "it needs a package"
    assert faults[5] == "No such file or directory"
    counting = Counting()
    build(tmp_path, paths, counting)
    assert counting.paths == ["001", "003", "004"]
    with pytest.raises(ValueError, match=r"frame 1 is not in the cache: Permission"):
        frames.read([1])


@pytest.mark.parametrize("damage", ["truncate", "no index", "bad index", "no shard"])
def test_a_damaged_shard_is_decoded_again(tmp_path, damage):
    paths = write(tmp_path / "in", range(3))
    build(tmp_path, paths)
    (shard,) = (tmp_path / "cache").rglob("*.npy")
    index = shard.with_suffix(".json")
    if damage == "truncate":
        shard.write_bytes(shard.read_bytes()[:-1])
    elif damage == "no index":
        index.unlink()
    elif damage == "bad index":
        index.write_text("[{")
    else:
        shard.unlink()
    counting = Counting()
    frames = build(tmp_path, paths, counting)
    assert len(counting.paths) == 3
    np.testing.assert_array_equal(frames.read([2])["number"][0, 0], 2)


def test_more_shards_than_open_files(tmp_path, monkeypatch):
    monkeypatch.setattr(frame_cache, "_OPEN_SHARDS", 2)
    monkeypatch.setattr(
        frame_cache, "ShardWriter", lambda *a: ShardWriter(*a, max_bytes=1)
    )
    frames = build(tmp_path, write(tmp_path / "in", range(9)))
    assert len({frame.shard for frame in frames.frames}) == 9
    order = [8, 0, 4, 8, 1, 0]
    for _ in range(3):
        np.testing.assert_array_equal(frames.read(order)["number"][:, 0], order)


def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch):
    paths = write(tmp_path / "in", range(3))
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(OSError, match="the cache of 3 frames needs"):
        build(tmp_path, paths)
    monkeypatch.undo()

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OSError, match="cannot write: No space left"):
        build(tmp_path, paths)
    assert not [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]
    monkeypatch.undo()
    assert len(build(tmp_path, paths)) == 3


def test_an_interrupt_keeps_what_was_decoded(tmp_path):
    paths = write(tmp_path / "in", range(6))

    def interrupted(path):
        if path.endswith("004"):
            raise KeyboardInterrupt
        return decode(path)

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, paths, interrupted)
    counting = Counting()
    build(tmp_path, paths, counting)
    assert counting.paths == ["004", "005"]


def test_remains_of_a_killed_run_go(tmp_path):
    cache = FrameCache(tmp_path / "cache", DTYPE, {})
    old, new = cache.folder / ".a.npy", cache.folder / ".b.npy"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    cache.build(write(tmp_path / "in", [1]), decode, workers=1)
    assert not old.exists()
    assert new.exists()


def test_what_another_process_finishes_meanwhile_is_no_fault(tmp_path):
    cache = FrameCache(tmp_path / "cache", DTYPE, {})
    # Like a temporary file that is renamed once it has been listed: there is a name,
    # and nothing by it.
    (cache.folder / ".a.npy").symlink_to(tmp_path / "gone")
    frames = cache.build(write(tmp_path / "in", [1]), decode, workers=1)
    assert frames.frames[0].fault == ""
