import csv
import errno
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ost_classifier import frame_stream, service_folder
from ost_classifier.service import ClassifierService
from ost_classifier.service_folder import FolderRun
from ost_classifier.service_outputs import FolderOutputs
from tests.ost_classifier.small_night import names_of, outputs_in
from tests.small_ost import write_frame


def test_writes_everything_and_skips_what_is_done(service, night, tmp_path):
    out = outputs_in(tmp_path / "out")
    first = FolderRun(service, night, out).look(batch_size=2)
    assert (first.found, first.new, first.waiting) == (5, 5, 0)
    written = json.loads(out.output_json.read_text())
    assert names_of(written) == ["0.fits", "1.fits", "2.fits", "3.FIT"]
    assert written["meta"]["input_dir"] == str(night)
    assert written["defects"][0]["path"].endswith("broken.fits")
    assert out.defect_log.read_text().startswith(f"{night}/broken.fits\t")
    assert out.warn_log.exists()
    assert sum(first.counts("class").values()) == 4
    with out.night_log.open() as stream:
        files = {row["file"] for row in csv.DictReader(stream)}
    assert files == {"0.fits", "1.fits", "2.fits", "deeper/3.FIT", "broken.fits"}
    write_frame(night / "4.fits", seed=4)
    second = FolderRun(service, night, out).look()
    assert (second.found, second.new) == (6, 1)
    assert names_of(second.results) == ["0.fits", "1.fits", "2.fits", "4.fits", "3.FIT"]
    kept = [r for r in second.results["results"] if not r["path"].endswith("4.fits")]
    assert kept == written["results"]


def test_a_frame_that_changed_is_classified_again(service, night, tmp_path):
    out = outputs_in(tmp_path / "out")
    FolderRun(service, night, out).look()
    write_frame(night / "0.fits", "Flat Field", seed=9, size=(30, 30))
    again = FolderRun(service, night, out).look()
    assert (again.new, len(again.results["results"])) == (1, 4)


def test_files_are_named_as_the_folder_is_now(service, night, tmp_path, monkeypatch):
    out = outputs_in(tmp_path / "out")
    monkeypatch.chdir(night.parent)
    FolderRun(service, night.name, out).look()
    monkeypatch.chdir(tmp_path / "out")
    write_frame(night / "4.fits", seed=4)
    found = FolderRun(service, night, out).look().results
    paths = [row["path"] for row in found["results"] + found["defects"]]
    assert {Path(path).parent for path in paths} == {night, night / "deeper"}
    assert len(paths) == 6


def test_nothing_is_written_beside_the_frames(service, night, tmp_path):
    before = sorted(night.rglob("*"))
    folders = [night, night / "deeper"]
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        FolderRun(service, night, outputs_in(tmp_path / "out")).look()
    finally:
        for folder in folders:
            folder.chmod(stat.S_IRWXU)
    assert sorted(night.rglob("*")) == before


def test_since_leaves_older_files_out(service, night, tmp_path):
    old = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(night / "0.fits", (old, old))
    since = datetime(2026, 1, 2, tzinfo=UTC)
    out = outputs_in(tmp_path / "out")
    found = FolderRun(service, night, out, since).look()
    assert (found.found, found.new) == (4, 4)
    assert found.results["meta"]["since"] == "2026-01-02T00:00:00+00:00"
    nothing = FolderRun(service, night, out, datetime(2999, 1, 1, tzinfo=UTC)).look()
    assert (nothing.found, nothing.new) == (0, 0)


def test_a_link_in_a_loop_and_an_absent_target_do_no_harm(service, night, tmp_path):
    (night / "deeper" / "loop").symlink_to(night)
    (night / "lost.fits").symlink_to(tmp_path / "absent.fits")
    found = FolderRun(service, night, outputs_in(tmp_path / "out")).look()
    assert len(found.results["results"]) == 4
    reasons = {Path(d["path"]).name: d for d in found.results["defects"]}
    assert set(reasons) == {"broken.fits", "lost.fits"}


def test_faults_that_pass_are_tried_again(service, night, tmp_path):
    (night / "lost.fits").symlink_to(tmp_path / "later.fits")
    out = outputs_in(tmp_path / "out")
    FolderRun(service, night, out).look()
    write_frame(tmp_path / "later.fits", seed=7)
    found = FolderRun(service, night, out).look()
    assert (found.new, len(found.results["results"])) == (1, 5)


def test_a_file_is_a_result_or_a_defect_and_what_is_gone_stays(
    service, night, tmp_path
):
    out = outputs_in(tmp_path / "out")
    FolderRun(service, night, out).look()
    (night / "0.fits").unlink()
    (night / "0.fits").symlink_to(tmp_path / "absent.fits")
    (night / "1.fits").unlink()
    (night / "broken.fits").unlink()
    found = FolderRun(service, night, out).look()
    assert names_of(found.results) == ["1.fits", "2.fits", "3.FIT"]
    assert [Path(d["path"]).name for d in found.results["defects"]] == ["0.fits"]
    with out.night_log.open() as stream:
        files = sorted(row["file"] for row in csv.DictReader(stream))
    assert files == ["0.fits", "1.fits", "2.fits", "deeper/3.FIT"]


def test_what_may_not_be_read_is_a_defect(service, night, tmp_path, monkeypatch):
    """As the superuser, who may read everything, tests run in many containers."""
    read, find = frame_stream.read_frame, service_folder.find_frames

    def read_frame(path):
        if path.endswith("0.fits"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return read(path)

    def find_frames(root, on_error):
        on_error(PermissionError(errno.EACCES, "Permission denied", f"{root}/deeper"))
        return [path for path in find(root) if "deeper" not in path.parts]

    monkeypatch.setattr(frame_stream, "read_frame", read_frame)
    monkeypatch.setattr(service_folder, "find_frames", find_frames)
    out = outputs_in(tmp_path / "out")
    found = FolderRun(service, night, out).look()
    reasons = {Path(d["path"]).name: d["reason"] for d in found.results["defects"]}
    assert reasons["0.fits"] == "Permission denied"
    assert reasons["deeper"] == "Permission denied"
    assert len(found.results["results"]) == 2
    monkeypatch.undo()
    assert len(FolderRun(service, night, out).look().results["results"]) == 4


def test_outputs_that_cannot_be_written_are_named_at_once(service, night, tmp_path):
    (tmp_path / "log").mkdir()
    out = FolderOutputs(output_json=tmp_path / "o.json", night_log=tmp_path / "log")
    with pytest.raises(OSError, match=r"`night_log` must be a file .*: it is a folder"):
        FolderRun(service, night, out)
    assert not (tmp_path / "o.journal").exists()


def test_other_settings_decide_anew_and_keep_what_was(service, night, tmp_path):
    out = outputs_in(tmp_path / "out")
    FolderRun(service, night, out).look()
    other = ClassifierService(service.classifier.path, tta=True)
    assert FolderRun(other, night, out).look().new == 5
    assert FolderRun(service, night, out).look().new == 0


def test_an_interrupt_keeps_what_was_found(service, night, tmp_path, monkeypatch):
    out = outputs_in(tmp_path / "out")
    run = FolderRun(service, night, out)
    classify = service.classify

    def interrupted(paths, batch_size):
        batches = classify(paths, batch_size)
        yield next(batches)
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "classify", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.look(batch_size=1)
    monkeypatch.undo()
    so_far = json.loads(out.output_json.read_text())
    done = len(so_far["results"]) + len(so_far["defects"])
    assert done == 1
    assert FolderRun(service, night, out).look().new == 4


def test_rejects_what_is_no_folder_of_frames(service, tmp_path):
    out = outputs_in(tmp_path / "out")
    with pytest.raises(FileNotFoundError, match="absent is not a folder"):
        FolderRun(service, tmp_path / "absent", out)
    # A variable of the shell that is not set is not the folder one stands in.
    with pytest.raises(FileNotFoundError, match="'' is not a folder"):
        FolderRun(service, "", out)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no FITS or TIFF file"):
        FolderRun(service, tmp_path / "empty", out).look()
    assert not out.journal.exists()
