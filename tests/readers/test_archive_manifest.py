import json

import pytest

from mesa_keras.readers.archive_manifest import (
    FAILED,
    MANIFEST,
    WHOLE,
    Entry,
    open_manifest,
)

FILE = Entry(
    id="TIC 1", product="a_lc.fits", path="TIC_1/a_lc.fits", size=5, sha256="ab"
)


def lines(folder):
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_is_read_back(tmp_path):
    with open_manifest(tmp_path / "new") as manifest:
        manifest.record(FILE)
        assert manifest.file(FILE) == tmp_path / "new" / "TIC_1/a_lc.fits"
    with open_manifest(tmp_path / "new") as manifest:
        entry = manifest.get("TIC 1", "a_lc.fits")
        assert (entry.size, entry.sha256, entry.status) == (5, "ab", WHOLE)
        assert entry.time.endswith("+00:00")
        assert manifest.of("TIC 1") == [entry]
        assert manifest.products() == {"a_lc.fits"}
        assert manifest.get("TIC 1") is None
        assert manifest.warnings == ()


def test_the_last_line_counts_and_nothing_is_said_twice(tmp_path):
    failed = Entry(id="TIC 1", product="a_lc.fits", status=FAILED, reason="why")
    with open_manifest(tmp_path) as manifest:
        for entry in (failed, FILE, FILE):
            manifest.record(entry)
    assert [line["status"] for line in lines(tmp_path)] == [FAILED, WHOLE]
    with open_manifest(tmp_path) as manifest:
        manifest.record(FILE)
        assert manifest.get("TIC 1", "a_lc.fits").status == WHOLE
    assert len(lines(tmp_path)) == 2


@pytest.mark.parametrize(
    "torn",
    [
        *('{"id": "TIC 2", "prod', "[1, 2]\n", "nonsense\n", '{"no": "id"}\n', "\xff"),
        '{"id": ["TIC 2"]}\n',
    ],
)
def test_what_a_kill_left_is_stepped_over(tmp_path, torn):
    with open_manifest(tmp_path) as manifest:
        manifest.record(FILE)
    with (tmp_path / MANIFEST).open("a", encoding="latin-1") as stream:
        stream.write(torn)
    with open_manifest(tmp_path) as manifest:
        assert manifest.get("TIC 1", "a_lc.fits").size == 5
        assert "1 unreadable lines" in manifest.warnings[0]
        manifest.record(Entry(id="TIC 3"))
    with open_manifest(tmp_path) as manifest:
        assert manifest.get("TIC 3") is not None


def test_fields_of_later_versions_are_stepped_over(tmp_path):
    (tmp_path / MANIFEST).write_text('{"id": "TIC 1", "later": 1}\n', encoding="utf-8")
    with open_manifest(tmp_path) as manifest:
        assert manifest.get("TIC 1") is not None


def test_one_run_at_a_time(tmp_path):
    with (
        open_manifest(tmp_path),
        pytest.raises(ValueError, match="another run is fetching into this folder"),
        open_manifest(tmp_path),
    ):
        pass
    with open_manifest(tmp_path) as manifest:
        assert manifest.warnings == ()


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="file"), open_manifest(tmp_path / "file"):
        pass
