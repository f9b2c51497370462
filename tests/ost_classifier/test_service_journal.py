import os
from dataclasses import asdict

import pytest

from mesa_keras.pipelines.frame_cache_shard import FileKey
from ost_classifier.service_journal import Journal


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "night"
    folder.mkdir()
    paths = [folder / f"{i}.fits" for i in range(3)]
    for path in paths:
        path.write_bytes(b"x" * 10)
    return paths


def entry(path, **changes):
    return {
        "path": str(path),
        "key": asdict(FileKey.of(path)),
        "result": {"class": "bias"},
        "lasting": True,
        "warnings": [],
        "facts": {},
        **changes,
    }


def test_what_was_added_is_done_in_the_next_run_too(tmp_path, files):
    journal = Journal(tmp_path / "j", {"model": 1})
    assert not journal.is_done(files[0])
    journal.add([entry(files[0]), entry(files[1])])
    assert journal.is_done(files[0])
    again = Journal(tmp_path / "j", {"model": 1})
    assert [again.is_done(path) for path in files] == [True, True, False]
    assert [e["path"] for e in again.entries()] == [str(files[0]), str(files[1])]


def test_a_file_that_changed_is_not_done(tmp_path, files):
    journal = Journal(tmp_path / "j", {})
    journal.add([entry(files[0])])
    files[0].write_bytes(b"y" * 11)
    assert not journal.is_done(files[0])
    journal.add([entry(files[0], result={"class": "flats"})])
    found = Journal(tmp_path / "j", {}).entries()
    assert [e["result"]["class"] for e in found] == ["flats"]


def test_other_settings_start_anew_and_lose_nothing(tmp_path, files):
    Journal(tmp_path / "j", {"tta": False}).add([entry(files[0])])
    other = Journal(tmp_path / "j", {"tta": True})
    assert len(other) == 0
    other.add([entry(files[1])])
    assert len(Journal(tmp_path / "j", {"tta": False})) == 1
    assert len(Journal(tmp_path / "j", {"tta": True})) == 1


def test_faults_that_may_pass_are_tried_again(tmp_path, files):
    journal = Journal(tmp_path / "j", {})
    journal.add(
        [
            entry(files[0], defect="Permission denied", lasting=False),
            entry(files[1], key=None, defect="No such file", lasting=False),
        ]
    )
    assert len(Journal(tmp_path / "j", {})) == 0


@pytest.mark.parametrize("cut", [1, 7, 60])
def test_a_line_cut_short_by_a_kill_costs_that_line_only(tmp_path, files, cut):
    Journal(tmp_path / "j", {}).add([entry(files[0]), entry(files[1])])
    os.truncate(tmp_path / "j", (tmp_path / "j").stat().st_size - cut)
    journal = Journal(tmp_path / "j", {})
    kept = {str(files[0])} | ({str(files[1])} if cut == 1 else set())
    assert {e["path"] for e in journal.entries()} == kept
    journal.add([entry(files[2])])
    found = {e["path"] for e in Journal(tmp_path / "j", {}).entries()}
    assert found == kept | {str(files[2])}


def test_a_place_that_takes_no_files_is_named_at_once(tmp_path):
    with pytest.raises(OSError, match="absent"):
        Journal(tmp_path / "absent" / "j", {})
