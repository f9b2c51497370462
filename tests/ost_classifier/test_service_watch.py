import json
import os

from ost_classifier.service_folder import FolderRun
from tests.ost_classifier.small_night import names_of, outputs_in
from tests.small_ost import write_frame


def test_watching_finds_what_comes_and_waits_for_what_grows(service, night, tmp_path):
    for path in night.rglob("*"):
        os.utime(path, (1e9, 1e9))
    seen, naps, times = [], [], set()

    def sleep(seconds):
        naps.append(seconds)
        times.add((tmp_path / "out" / "out.json").stat().st_mtime_ns)
        if len(naps) == 1:
            # Still being written: it changed just now.
            write_frame(night / "new.fits", seed=5)
        elif len(naps) == 2:
            os.utime(night / "new.fits", (2e9, 1e9))
        else:
            raise KeyboardInterrupt

    run = FolderRun(service, night, outputs_in(tmp_path / "out"))
    last = run.watch(20.0, on_look=lambda result: seen.append(result.new), sleep=sleep)
    assert seen == [5, 1]
    # A look that finds nothing new writes nothing.
    assert len(times) == 2
    assert naps == [20.0] * 3
    assert "new.fits" in names_of(last.results)


def test_watching_takes_frames_of_a_camera_whose_clock_is_ahead(
    service, night, tmp_path
):
    for path in night.rglob("*"):
        os.utime(path, (4e9, 4e9))
    (night / "lost.fits").symlink_to(tmp_path / "absent.fits")
    waiting, defects = [], []
    run = FolderRun(service, night, outputs_in(tmp_path / "out"))
    for rows in (80, 80, 160, 160):
        write_frame(night / "0.fits", size=(rows, 32))
        os.utime(night / "0.fits", (4e9, 4e9))
        look = run.look(settle_s=5.0)
        waiting.append(look.waiting)
        defects.append(len(look.results["defects"]))
    assert waiting == [5, 0, 1, 0]
    assert defects == [1, 2, 2, 2]
    assert len(look.results["results"]) == 4


def test_watching_outlasts_a_folder_that_goes_and_comes(service, night, tmp_path):
    for path in night.rglob("*"):
        os.utime(path, (1e9, 1e9))
    away, defects = tmp_path / "away", []

    def sleep(seconds):
        written = json.loads((tmp_path / "out" / "out.json").read_text())
        assert len(written["results"]) == 4
        defects.append([row["path"] for row in written["defects"]])
        if len(defects) == 1:
            night.rename(away)
        elif len(defects) == 2:
            away.rename(night)
        else:
            raise KeyboardInterrupt

    FolderRun(service, night, outputs_in(tmp_path / "out")).watch(20.0, sleep=sleep)
    broken = [str(night / "broken.fits")]
    assert defects == [broken, [str(night)], broken]


def test_an_interrupt_of_a_later_look_shows_that_look(
    service, night, tmp_path, monkeypatch
):
    for path in night.rglob("*"):
        os.utime(path, (1e9, 1e9))
    classify = service.classify

    def interrupted(paths, batch_size):
        yield next(classify(paths, batch_size))
        raise KeyboardInterrupt

    def sleep(seconds):
        for name in ("new.fits", "newer.fits"):
            (night / name).write_bytes(b"SIMPLE  = nothing more")
            os.utime(night / name, (1e9, 1e9))
        monkeypatch.setattr(service, "classify", interrupted)

    out = outputs_in(tmp_path / "out")
    last = FolderRun(service, night, out).watch(20.0, sleep=sleep)
    assert (last.found, last.new) == (7, 1)
    assert len(last.results["defects"]) == 2
    assert last.results == json.loads(out.output_json.read_text())


def test_watching_an_empty_folder_waits(service, tmp_path):
    (tmp_path / "empty").mkdir()
    run = FolderRun(service, tmp_path / "empty", outputs_in(tmp_path / "out"))

    def sleep(seconds):
        raise KeyboardInterrupt

    assert run.watch(1.0, sleep=sleep).found == 0
