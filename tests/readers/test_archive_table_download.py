import json

import pandas as pd
import pytest

from mesa_keras.readers.archive_table_download import fetch_table
from mesa_keras.readers.archive_table_files import LABELS, write_table
from mesa_keras.readers.candidate_table import read_candidates
from tests.readers.archive_answers import Fault, votable_error
from tests.readers.archive_cases import K2, KOI, TOI, FakeTime
from tests.readers.archive_server import running_archive


class Case:
    def __init__(self, archive, folder):
        self.archive, self.folder, self.time = archive, folder, FakeTime()
        archive.tables = {"cumulative": KOI, "toi": TOI, "k2pandc": K2}

    def fetch(self, name="koi", offline=False, **options):
        return fetch_table(
            name,
            self.folder,
            archive="http://127.0.0.1:9" if offline else self.archive.address,
            pacing=self.time.pacing(),
            **options,
        )

    def published(self, name="koi"):
        return self.folder / f"{name}_published.csv"

    def queries(self):
        return [path for path, _ in self.archive.asked]

    def lines(self):
        text = (self.folder / "manifest.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def case(tmp_path):
    with running_archive() as archive:
        yield Case(archive, tmp_path / "data")


def test_koi(case):
    report, files = case.fetch()
    assert not report.missing
    assert not report.notes
    assert report.num_bytes == len(KOI)
    assert case.published().read_text(encoding="utf-8") == KOI
    assert case.queries() == [
        "select * from cumulative",
        "select count(*) from cumulative",
    ]
    assert dict(files.labels) == {
        "CONFIRMED": 2,
        "CANDIDATE": 1,
        "FALSE POSITIVE": 1,
    }
    table = read_candidates(files.labelled, labels=LABELS)
    assert list(table.frame) == [
        *("object_id", "star_id", "label", "period", "epoch", "depth", "mission")
    ]
    assert table.frame["object_id"].tolist()[0] == "K00752.01"
    assert table.frame["epoch"][0] == 170.53875
    assert table.star_catalogue == "KIC"
    unlabelled = pd.read_csv(files.unlabelled)
    assert unlabelled["object_id"].tolist() == ["K00755.01"]
    (line,) = case.lines()
    assert (line["id"], line["product"]) == ("koi", "koi_published.csv")
    assert (line["status"], line["size"]) == ("whole", len(KOI))


def test_toi(case):
    _, files = case.fetch("toi")
    table = read_candidates(files.labelled, labels=LABELS)
    assert table.frame["label"].tolist() == ["CANDIDATE", "CONFIRMED", "FALSE POSITIVE"]
    assert table.frame["epoch"][1] == pytest.approx(1325.503, abs=1e-6)
    assert pd.isna(table.frame["period"][2])  # the archive gives a limit
    assert table.frame["object_id"].tolist() == ["1001.01", "144.01", "1003.01"]
    assert table.star_catalogue == "TIC"
    assert files.unlabelled is None


def test_k2(case):
    _, files = case.fetch("k2")
    table = read_candidates(files.labelled, labels=LABELS)
    assert table.frame["depth"].tolist() == [1000.0, 2000.0]
    assert table.frame["star_id"].tolist() == ["EPIC 201367065", "EPIC 5"]
    assert table.frame["epoch"][0] == pytest.approx(1980.418, abs=1e-6)
    assert table.star_catalogue == "EPIC"
    assert any("2 of 3 rows" in note for note in files.notes)


@pytest.mark.parametrize(
    ("name", "file"), [("koi", "koi_cumulative"), ("toi", "toi"), ("k2", "k2pandc")]
)
def test_real_tables_come_back_as_they_were(tmp_path, real_data, name, file):
    path = tmp_path / f"{name}_published.csv"
    raw = pd.read_csv(real_data / "tables" / f"{file}.csv.gz", dtype=str, nrows=300)
    raw.to_csv(path, index=False)
    before = read_candidates(path, require_labels=False)
    files = write_table(name, path)
    after = read_candidates(files.labelled, labels=LABELS)
    assert len(after.frame) == len(before.frame)
    assert sum(files.labels.values()) == len(after.frame)
    shared = [column for column in after.frame if column != "mission"]
    pd.testing.assert_frame_equal(after.frame[shared], before.frame[shared])
    assert after.star_catalogue == before.star_catalogue


def test_a_second_call_fetches_nothing(case):
    case.fetch()
    case.archive.asked.clear()
    report, files = case.fetch()
    assert (report.fetched, report.kept) == (0, 1)
    assert files is not None
    assert case.queries() == []
    assert len(case.lines()) == 1


def test_refresh(case):
    case.fetch()
    case.archive.tables["cumulative"] = KOI.replace("0.969", "0.97")
    report, _ = case.fetch(refresh=True)
    assert (report.fetched, report.replaced) == (1, 1)
    assert "0.97," in case.published().read_text(encoding="utf-8")


def test_a_refresh_that_fails_keeps_the_old_table(case):
    case.fetch()
    report, files = case.fetch(refresh=True, offline=True)
    assert files is not None
    assert report.unreachable
    assert list(report.missing) == ["koi"]
    assert case.fetch(offline=True)[1] is not None


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=200),
        Fault(body="\n".join(KOI.splitlines()[:3]).encode() + b"\n"),
        Fault(body=KOI[: KOI.index("54.4")].encode()),
        Fault(body=votable_error("ORA-00942")),
        Fault(body=b"ERROR\nError Type: SystemError\n"),
        Fault(body=b"<html>busy</html>"),
        Fault(body=b"nothing,of,this\n1,2,3\n"),
        Fault(body=b""),
        Fault(status=502),
        Fault(status=429, headers={"Retry-After": "4"}),
        Fault(hang_up=True),
    ],
)
def test_an_archive_that_fails_and_recovers(case, fault):
    case.archive.faults["cumulative"] = [fault]
    report, _ = case.fetch()
    assert report.fetched == 1
    assert not report.notes
    assert case.published().read_text(encoding="utf-8") == KOI
    assert len(case.time.slept) >= 1


def test_an_archive_that_always_sends_too_few_rows(case):
    case.archive.always["cumulative"] = Fault(
        body="\n".join(KOI.splitlines()[:3]).encode() + b"\n"
    )
    report, files = case.fetch()
    assert files is None
    assert report.missing["koi"].endswith("has 2 of 5 rows")
    assert not case.published().exists()
    assert case.lines()[-1]["status"] == "failed"


def test_a_table_that_the_archive_does_not_know(case):
    case.archive.tables.clear()
    report, files = case.fetch()
    assert files is None
    assert "answered 400" in report.missing["koi"]
    assert case.time.slept == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, body=b"oops"),
        Fault(hang_up=True),
        Fault(body=votable_error("no count")),
        Fault(body=b""),
    ],
)
def test_an_archive_that_cannot_count(case, fault):
    case.archive.always["count"] = fault
    report, files = case.fetch()
    assert files is not None
    assert report.notes == ["the archive did not say how many rows there are"]
    # Without a number of rows, two answers have to be alike.
    assert case.queries().count("select * from cumulative") == 2


def test_without_a_network(case):
    report, files = case.fetch(offline=True)
    assert files is None
    assert report.unreachable == (
        "could not reach http://127.0.0.1:9 (connection refused)"
    )


def test_a_table_put_there_by_hand(case):
    case.folder.mkdir()
    case.published().write_text("# from the web page\n" + KOI, encoding="utf-8")
    report, files = case.fetch(offline=True)
    assert report.kept == 1
    assert files.labels["CONFIRMED"] == 2
    assert case.lines()[0]["reason"] == "stood here already"


def test_another_table_put_there_by_hand(case):
    case.folder.mkdir()
    case.published().write_text(TOI, encoding="utf-8")
    with pytest.raises(ValueError, match="is not the archive's table of Kepler"):
        case.fetch(offline=True)


def test_a_truncated_table_is_fetched_again(case):
    case.fetch()
    case.published().write_text(KOI[:400], encoding="utf-8")
    assert case.fetch(offline=True)[1] is None
    # Still damaged when it is asked for once more.
    assert case.fetch(offline=True)[1] is None
    report, _ = case.fetch()
    assert (report.fetched, report.replaced) == (1, 1)
    assert case.published().read_text(encoding="utf-8") == KOI


def test_a_truncated_table_may_be_replaced_by_hand(case):
    case.fetch()
    case.published().write_text(KOI[:400], encoding="utf-8")
    assert case.fetch(offline=True)[1] is None
    case.published().write_text(KOI.replace("615.8", "616"), encoding="utf-8")
    assert case.fetch(offline=True)[1] is not None


def test_astroquery_would_lose_what_is_missing():
    # Why the archive's own CSV is kept, and not astroquery's table.
    from astropy.table import MaskedColumn, Table
    from astroquery.ipac.nexsci.nasa_exoplanet_archive import NasaExoplanetArchive

    table = Table({"n": MaskedColumn([7, -1], mask=[False, True])}, masked=True)
    assert not NasaExoplanetArchive._fix_units(table)["n"].mask.any()
