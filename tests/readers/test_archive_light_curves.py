import json
import threading

import pytest

from mesa_keras.readers.archive_light_curves import REPLACED, fetch_light_curves
from mesa_keras.readers.archive_product import Selection
from mesa_keras.readers.archive_star import Star
from tests.readers.archive_answers import Fault
from tests.readers.archive_cases import FakeTime, light_curve_bytes
from tests.readers.archive_server import running_archive

PI_MEN = Star("TIC", 261136679)
OTHER = Star("TIC", 5)
CONTENT = light_curve_bytes(rows=2000)


class Case:
    """An archive, and a folder that its light curves are fetched into."""

    def __init__(self, archive, folder):
        self.archive, self.folder, self.time = archive, folder, FakeTime()

    def fetch(self, *stars, offline=False, **options):
        return fetch_light_curves(
            stars or (PI_MEN,),
            self.folder,
            archive="http://127.0.0.1:9" if offline else self.archive.address,
            pacing=self.time.pacing(),
            **options,
        )

    def lines(self):
        text = (self.folder / "manifest.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def file(self, name, star=PI_MEN):
        return self.folder / star.folder / name

    def downloads(self):
        return [name for name, _ in self.archive.asked if name.endswith(".fits")]


@pytest.fixture
def case(tmp_path):
    with running_archive() as archive:
        yield Case(archive, tmp_path / "curves")


def counts(report):
    return report.fetched, report.kept, len(report.missing)


def test_files_and_manifest(case):
    name = case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    report = case.fetch()
    assert counts(report) == (1, 0, 0)
    assert report.num_bytes == len(CONTENT)
    assert case.file(name).read_bytes() == CONTENT
    (line,) = case.lines()
    assert line["id"] == "TIC 261136679"
    assert line["product"] == name
    assert line["path"] == f"TIC_261136679/{name}"
    assert line["size"] == len(CONTENT)
    assert (line["status"], line["reason"]) == ("whole", "")
    assert line["mission"] == "TESS"
    assert (line["author"], line["cadence"], line["sequence"]) == ("SPOC", "short", 1)
    assert "http" not in json.dumps(line)


def test_a_second_call_skips_what_is_whole(case):
    for sector in (1, 2):
        case.archive.add_tess(PI_MEN.number, sector, CONTENT)
    case.fetch()
    assert counts(case.fetch()) == (0, 2, 0)
    assert len(case.downloads()) == 2
    assert len(case.lines()) == 2


def test_a_second_call_tries_again_what_failed(case):
    first, second = (case.archive.add_tess(PI_MEN.number, s, CONTENT) for s in (1, 2))
    case.archive.always[first] = Fault(status=404)
    report = case.fetch()
    assert counts(report) == (1, 0, 1)
    assert list(report.missing) == [f"TIC 261136679 {first}"]
    assert report.missing[f"TIC 261136679 {first}"].endswith("answered 404 Not Found")
    assert report.unreachable == ""
    case.archive.always.clear()
    report = case.fetch()
    assert counts(report) == (1, 1, 0)
    assert report.replaced == 0
    assert case.downloads().count(second) == 1
    states = [line["status"] for line in case.lines() if line["product"] == first]
    assert states == ["failed", "whole"]


def test_new_sectors_come_with_a_later_call(case):
    case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    case.fetch()
    case.archive.add_tess(PI_MEN.number, 2, CONTENT)
    assert counts(case.fetch()) == (1, 1, 0)


@pytest.mark.parametrize("damage", ["truncated", "emptied", "flipped", "gone"])
def test_a_damaged_file_is_fetched_again(case, damage):
    name = case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    case.fetch()
    path = case.file(name)
    changed = {
        "truncated": CONTENT[:20_000],
        "emptied": b"",
        "flipped": CONTENT[:-5] + b"\x01" + CONTENT[-4:],
    }
    path.unlink() if damage == "gone" else path.write_bytes(changed[damage])
    report = case.fetch()
    assert counts(report) == (1, 0, 0)
    assert path.read_bytes() == CONTENT
    assert report.replaced == (damage != "gone")
    assert case.lines()[-1]["status"] == "whole"
    if damage != "gone":
        assert case.lines()[-1]["reason"] == REPLACED


def test_a_truncated_file_of_another_program_is_fetched_again(case):
    name = case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    case.file(name).parent.mkdir(parents=True)
    case.file(name).write_bytes(CONTENT[: 2880 * 5])
    report = case.fetch()
    assert counts(report) == (1, 0, 0)
    assert report.replaced == 1
    assert case.file(name).read_bytes() == CONTENT


def test_a_whole_file_put_there_by_hand_is_taken(case):
    name = case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    (case.folder / "mine").mkdir(parents=True)
    (case.folder / "mine" / name).write_bytes(CONTENT)
    assert counts(case.fetch()) == (0, 1, 0)
    assert case.lines()[0]["path"] == f"mine/{name}"
    assert case.lines()[0]["reason"] == "stood here already"
    assert case.downloads() == []


def test_a_star_that_the_archive_does_not_have(case):
    report = case.fetch(PI_MEN)
    assert "TIC 261136679" in report.missing
    assert case.lines()[0]["status"] == "none"
    case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    assert counts(case.fetch(PI_MEN)) == (1, 0, 0)
    last = {line["product"]: line["status"] for line in case.lines()}
    assert last[""] == "listed"


def test_without_a_network(case):
    report = case.fetch(PI_MEN, OTHER, offline=True)
    reason = "could not reach http://127.0.0.1:9 (connection refused)"
    assert report.missing == {"TIC 261136679": reason, "TIC 5": reason}
    assert report.unreachable == reason
    assert [line["status"] for line in case.lines()] == ["failed", "failed"]


def test_without_a_network_what_is_here_is_used(case):
    name = case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    case.fetch()
    report = case.fetch(PI_MEN, OTHER, offline=True)
    assert report.kept == 1
    assert list(report.missing) == ["TIC 5"]
    assert "of 1 stars, files from before are used" in report.notes[0]
    by_hand = light_curve_bytes(tic=5)
    (case.folder / "any_name.fits").write_bytes(by_hand)
    assert counts(case.fetch(PI_MEN, OTHER, offline=True)) == (0, 2, 0)
    case.file(name).write_bytes(CONTENT[:99])
    report = case.fetch(PI_MEN, OTHER, offline=True)
    assert report.missing[f"TIC 261136679 {name}"] == "its file is damaged or gone"


def test_without_a_network_a_failed_file_may_be_put_there_by_hand(case):
    name = case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    case.archive.always[name] = Fault(status=404)
    case.fetch()
    assert f"TIC 261136679 {name}" in case.fetch(offline=True).missing
    case.folder.joinpath(name).write_bytes(CONTENT)
    assert counts(case.fetch(offline=True)) == (0, 1, 0)


def test_files_of_another_author_are_no_answer_offline(case):
    case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    case.fetch()
    report = case.fetch(selection=Selection(("QLP",)), offline=True)
    assert counts(report) == (0, 0, 1)


def test_an_archive_that_falls_silent_is_not_asked_for_every_file(case, monkeypatch):
    for sector in range(1, 31):
        case.archive.add_tess(PI_MEN.number, sector, CONTENT)
    from mesa_keras.readers import archive_light_curve_list as listing

    # The portal answers, the server of the files does not.
    plain = listing.product_of
    monkeypatch.setattr(
        listing,
        "product_of",
        lambda row, own, star, address: plain(row, own, star, "http://127.0.0.1:9/f"),
    )
    report = case.fetch(parallel=2)
    assert len(report.missing) == 30
    reasons = list(report.missing.values())
    assert reasons.count("not tried: the archive fell silent") > 20
    assert report.unreachable.startswith("could not reach http://127.0.0.1:9")


@pytest.mark.parametrize("parallel", [1, 4])
def test_no_more_than_allowed_at_a_time(case, parallel):
    for sector in range(1, 13):
        name = case.archive.add_tess(PI_MEN.number, sector, CONTENT)
        case.archive.always[name] = Fault(pause=0.01)
    assert case.fetch(parallel=parallel).fetched == 12
    assert 1 <= case.archive.most_at_once <= parallel
    assert (case.archive.most_at_once > 1) == (parallel > 1)


def test_many_faults_at_once(case):
    faults = [
        Fault(cut=10_000),
        Fault(status=500),
        Fault(status=429, headers={"Retry-After": "3"}),
        Fault(hang_up=True),
        Fault(body=CONTENT[:-2880]),
        Fault(chunked=True, cut=9_000),
    ]
    for sector in range(1, 25):
        name = case.archive.add_tess(PI_MEN.number, sector, CONTENT)
        case.archive.faults[name] = [faults[sector % 6], faults[(sector // 6) % 6]]
    report = case.fetch()
    assert counts(report) == (24, 0, 0)
    for line in case.lines():
        assert (case.folder / line["path"]).read_bytes() == CONTENT
    assert not list(case.folder.rglob("*.part*"))


def test_progress_has_a_rate_and_an_end(case, capsys):
    case.archive.add_tess(PI_MEN.number, 1, CONTENT)
    case.fetch(progress=True)
    shown = capsys.readouterr().err
    assert "listing: 100%" in shown
    assert "fetching: 100%" in shown
    assert "B/s" in shown
    assert "1/1 files" in shown


def test_an_interrupt_ends_soon_and_keeps_what_came(case, monkeypatch):
    names = [case.archive.add_tess(PI_MEN.number, s, CONTENT) for s in range(1, 9)]
    for name in names[1:]:
        case.archive.always[name] = Fault(pause=0.05)
    from mesa_keras.readers import archive_light_curves

    plain = archive_light_curves.as_completed

    def interrupted(futures):
        for number, future in enumerate(plain(futures)):
            if number == 1:
                raise KeyboardInterrupt
            yield future

    monkeypatch.setattr(archive_light_curves, "as_completed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        case.fetch(parallel=2)
    assert threading.active_count() < 20
    monkeypatch.undo()
    report = case.fetch()
    assert report.kept >= 1
    assert report.fetched + report.kept == 8


@pytest.mark.parametrize("parallel", [0, 17])
def test_parallel_is_limited(case, parallel):
    with pytest.raises(ValueError, match="`parallel` must be from 1 to 16"):
        case.fetch(parallel=parallel)
