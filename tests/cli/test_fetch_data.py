import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from cli.fetch_data import main
from tests.readers.archive_answers import Fault
from tests.readers.archive_cases import KOI, light_curve_bytes
from tests.readers.archive_server import running_archive

TIC = 261136679
CONTENT = light_curve_bytes(rows=2000)


@pytest.fixture
def archive():
    with running_archive() as archive:
        yield archive


def run(*arguments):
    return main([str(argument) for argument in arguments])


def test_help_is_quick_and_says_what_to_do():
    begin = time.perf_counter()
    for arguments in (["--help"], ["koi", "--help"], ["light_curves", "--help"]):
        shown = subprocess.run(
            [sys.executable, "-m", "cli.fetch_data", *arguments],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "--output" in shown
    assert time.perf_counter() - begin < 3
    assert "usage" in shown


@pytest.mark.parametrize("spelling", ["--output_dir", "--output-dir"])
def test_a_table_to_train_on(archive, tmp_path, capsys, spelling):
    archive.tables["cumulative"] = KOI
    folder = tmp_path / "koi"
    assert run("koi", spelling, folder, "--archive", archive.address) == 0
    shown = capsys.readouterr().out
    for name in ("koi_published.csv", "koi.csv", "koi_unlabelled.csv"):
        assert (folder / name).exists()
        assert str(folder / name) in shown
    assert not (folder / "train_data.csv").exists()


def test_a_split_shares_no_star(archive, tmp_path):
    rows = [
        f"{star},K{row}.01,CANDIDATE,{1 + row}"
        for row in range(60)
        for star in [row // 2]
    ]
    rows += [f"{star},K{star}.09,CONFIRMED,2.5" for star in range(100, 130)]
    text = "\n".join(["kepid,kepoi_name,koi_disposition,koi_period", *rows]) + "\n"
    archive.tables["cumulative"] = text
    arguments = ("--archive", archive.address, "--test_fraction", 0.2)
    assert run("koi", "--output_dir", tmp_path, *arguments) == 0
    train, test = (pd.read_csv(tmp_path / f"{n}_data.csv") for n in ("train", "test"))
    assert len(train) + len(test) == 90
    assert not set(train["star_id"]) & set(test["star_id"])
    assert len(test) == pytest.approx(18, abs=3)
    assert set(test["label"]) == {"CANDIDATE", "CONFIRMED"}


def test_light_curves(archive, tmp_path, capsys):
    name = archive.add_tess(TIC, 1, CONTENT)
    kepler = archive.add_kepler(11904151, {1: CONTENT})
    archive.faults[name] = [Fault(cut=20_000)]
    arguments = ("light_curves", "--ids", f"{TIC},11904151", "--output_dir", tmp_path)
    assert run(*arguments, "--archive", archive.address) == 0
    shown = capsys.readouterr()
    assert (tmp_path / f"TIC_{TIC}" / name).read_bytes() == CONTENT
    assert (tmp_path / "KIC_11904151" / kepler[0]).exists()
    assert "note: taken for 'TIC 261136679', 'KIC 11904151'" in shown.err
    assert "files fetched" in shown.out
    assert run(*arguments, "--archive", archive.address) == 0
    assert "files there already               2" in capsys.readouterr().out


def test_what_is_not_fetched_is_named(archive, tmp_path, capsys):
    bad = archive.add_tess(TIC, 1, CONTENT)
    archive.add_tess(7, 1, CONTENT)
    archive.always[bad] = Fault(status=404)
    status = run(
        *("light_curves", "--ids", f"TIC {TIC},TIC 5,TIC 6,TIC 7"),
        *("--output_dir", tmp_path, "--archive", archive.address),
    )
    assert status == 1
    shown = capsys.readouterr()
    assert f"not fetched: TIC {TIC} {bad}: {archive.address} answered 404" in shown.err
    assert "not fetched: TIC 5, TIC 6: no short light curve by SPOC" in shown.err
    assert "error:" not in shown.err
    assert "not fetched                       3" in shown.out


def test_stars_of_a_table(archive, tmp_path, capsys):
    archive.add_tess(TIC, 1, CONTENT)
    table = tmp_path / "toi.csv"
    table.write_text(
        f"star_id,period,mission\n{TIC},6.27,TESS\nBD+20 594,1,TESS\n", encoding="utf-8"
    )
    status = run(
        *("light_curves", "--table", table, "--output_dir", tmp_path / "curves"),
        *("--archive", archive.address),
    )
    assert status == 1
    assert "not fetched: BD+20 594: is no number of KIC" in capsys.readouterr().err
    assert len(list((tmp_path / "curves").rglob("*.fits"))) == 1


def test_dry_run(archive, tmp_path, capsys):
    archive.add_tess(TIC, 1, CONTENT)
    status = run(
        *("light_curves", "--ids", f"TIC {TIC}", "--output_dir", tmp_path / "no"),
        *("--archive", archive.address, "--dry_run"),
    )
    assert status == 0
    assert "by SPOC, short" in capsys.readouterr().out
    assert not (tmp_path / "no").exists()


def test_wrong_places_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        run("koi", "--output_dir", tmp_path / "k", "--archive", "notaurl")
    assert stopped.value.code == 2
    assert "starts with http:// or https://. Received: notaurl" in (
        capsys.readouterr().err
    )
    (tmp_path / "file").touch()
    assert run("koi", "--output_dir", tmp_path / "file") == 2
    assert "`output_dir` must be a folder" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["koi", "light_curves"])
def test_without_a_network(tmp_path, capsys, what):
    ids = ["--ids", "TIC 5"] if what == "light_curves" else []
    arguments = ("--output_dir", tmp_path, "--archive", "http://127.0.0.1:9")
    assert run(what, *ids, *arguments, "--tries", 1) == 1
    shown = capsys.readouterr().err
    errors = [line for line in shown.splitlines() if line.startswith("error")]
    by_hand = {
        "koi": f"the table by hand as {tmp_path / 'koi_published.csv'}.",
        "light_curves": f"light-curve FITS files by hand anywhere below {tmp_path}.",
    }
    assert errors == [
        "error: could not reach http://127.0.0.1:9 (connection refused): try again "
        f"with a network, name a mirror by --archive, or put {by_hand[what]}"
    ]
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["light_curves", "--ids", "Kepler-10"], "'Kepler-10' is no star"),
        (["light_curves", "--ids", "5", "--parallel", "99"], "`parallel` must be"),
        (["light_curves", "--ids", "5", "--tries", "0"], "`tries` must be 1"),
        (["light_curves", "--table", "absent.csv"], "absent.csv: no such file"),
        (["koi", "--test_fraction", "1"], "`test_fraction` must be"),
    ],
)
def test_wrong_calls(tmp_path, capsys, arguments, words):
    folder = tmp_path / "out"
    assert run(*arguments, "--output_dir", folder) == 2
    shown = capsys.readouterr().err.strip().splitlines()
    assert shown[-1].startswith("error: ")
    assert words in shown[-1]
    assert not folder.exists()


@pytest.mark.parametrize("sequence", ["x", "1-", "-", "1,,2", "5-1", "1-2-3", ""])
def test_wrong_sequences(tmp_path, capsys, sequence):
    with pytest.raises(SystemExit) as caught:
        run(
            "light_curves",
            "--ids",
            "5",
            "--output_dir",
            tmp_path,
            "--sequence",
            sequence,
        )
    assert caught.value.code == 2
    assert "must be numbers and ranges" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_goes_on_where_it_stopped(archive, tmp_path, how):
    content = light_curve_bytes(rows=20_000)
    names = [archive.add_tess(TIC, sector, content) for sector in range(1, 5)]
    archive.always = {name: Fault(pause=0.05) for name in names}
    command = [
        *(sys.executable, "-m", "cli.fetch_data", "light_curves", "--parallel", "2"),
        *("--ids", f"TIC {TIC}", "--output_dir", str(tmp_path)),
        *("--archive", archive.address),
    ]
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        env=environment,
        # A shell's background jobs, such as this may be, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 30
    while not any(p.stat().st_size > 1e5 for p in tmp_path.rglob("*.part")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    begin = time.monotonic()
    process.send_signal(how)
    shown = process.communicate(timeout=20)[1].decode()
    assert time.monotonic() - begin < 15
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert "interrupted" in shown
        assert "Traceback" not in shown
    finished = [path.read_bytes() for path in tmp_path.rglob("*.fits")]
    assert all(came == content for came in finished)
    archive.always.clear()
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert sorted(path.name for path in tmp_path.rglob("*.fits")) == sorted(names)
    assert all(path.read_bytes() == content for path in tmp_path.rglob("*.fits"))
    assert not list(tmp_path.rglob("*.part*"))
    resumed = [h["Range"] for n in names for h in archive.requests(n) if "Range" in h]
    assert resumed
    text = (tmp_path / "manifest.jsonl").read_text(encoding="utf-8")
    assert all(json.loads(line)["status"] == "whole" for line in text.splitlines())
