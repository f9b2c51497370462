import pytest

from ost_classifier.service_outputs import FolderOutputs
from tests.small_ost import write_frame


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"output_json": "r.json", "night_log": "r.json"},
            "`output_json` and `night_log` must be different files",
        ),
        (
            {"output_json": "r.json", "warn_log": "w", "defect_log": "x/../w"},
            "`defect_log` and `warn_log` must be different files",
        ),
        (
            {"output_json": "r.json", "night_log": "r.journal"},
            "`night_log` and the journal must be different files",
        ),
        (
            {"output_json": "r.journal"},
            "`output_json` and the journal must be different files",
        ),
        (
            {"output_json": "r.json", "night_log": "night/0.fits"},
            "`night_log` must not be a frame",
        ),
        ({"output_json": "new.FIT.gz"}, "`output_json` must not be a frame"),
        (
            {"output_json": "r.json", "suggest_headers": "link.csv"},
            "`suggest_headers` must not be a frame",
        ),
        (
            {"output_json": "r.json", "suggest_headers": "stored"},
            "`suggest_headers` must not be a frame",
        ),
    ],
)
def test_outputs_overwrite_neither_each_other_nor_a_frame(tmp_path, files, message):
    frame = write_frame(tmp_path / "night" / "0.fits")
    (tmp_path / "link.csv").symlink_to(frame)
    # As archives keep them: the frame is a link to a file of another name.
    write_frame(tmp_path / "1.fits").rename(tmp_path / "stored")
    (tmp_path / "night" / "1.fits").symlink_to(tmp_path / "stored")
    before = sorted(tmp_path.rglob("*"))
    paths = {name: tmp_path / file for name, file in files.items()}
    with pytest.raises(ValueError, match=message):
        FolderOutputs(**paths).check()
    assert sorted(tmp_path.rglob("*")) == before


def test_outputs_that_stand_there_already_are_written_anew(tmp_path):
    out = FolderOutputs(output_json=tmp_path / "r.json", night_log=tmp_path / "n.csv")
    out.output_json.write_text("{}")
    out.night_log.touch()
    out.check()


def test_a_journal_that_is_a_link_to_a_frame_is_refused(tmp_path):
    """The journal is opened through a link, not put in its place."""
    frame = write_frame(tmp_path / "0.fits")
    (tmp_path / "r.journal").symlink_to(frame)
    with pytest.raises(ValueError, match="the journal must not be a frame"):
        FolderOutputs(output_json=tmp_path / "r.json").check()
