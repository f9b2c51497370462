from pathlib import Path

import pytest

from mesa_keras.recipes.astroclip.local_config import read_local_config

GOOD = '{"cache_dir": "a", "data_dir": "b/c"}'


def test_a_name_is_a_file_in_configs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "mine.json").write_text(GOOD)
    found = read_local_config("mine")
    assert (found.cache_dir, found.data_dir) == (Path("a"), Path("b/c"))


def test_the_one_that_comes_with_the_library_is_found_from_anywhere(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert read_local_config("local").data_dir == Path("data/galaxies")


def test_a_path_is_taken_as_it_is(tmp_path):
    (tmp_path / "x.json").write_text(GOOD)
    assert read_local_config(str(tmp_path / "x.json")).cache_dir == Path("a")


def test_a_missing_file_is_named_with_what_it_should_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"configs/other.json .*cache_dir"):
        read_local_config("other")


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"cache_dir": "a"}', GOOD[:-1] + ', "x": 1}', '{"a": 1}']
)
def test_other_content_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError, match=r"x.json must be JSON that names"):
        read_local_config(str(tmp_path / "x.json"))
