import json

import pytest

from ost_classifier.classes import OST_CLASSES, class_list, in_order


def test_the_observatory_has_eleven_classes():
    assert len(OST_CLASSES) == 11
    assert OST_CLASSES[:2] == ("bias", "darks")
    assert OST_CLASSES[-1] == "einsteinturm"


def test_names_files_and_folders(tmp_path):
    assert class_list("flats, bias") == ("flats", "bias")
    assert class_list(["b", "a", "unknown"]) == ("b", "a")
    text = tmp_path / "classes.txt"
    text.write_text("zeta\nalpha\n\n")
    assert class_list(text) == ("zeta", "alpha")
    (tmp_path / "classes.json").write_text(json.dumps(["x", "y"]))
    assert class_list(str(tmp_path / "classes.json")) == ("x", "y")
    data = tmp_path / "data"
    for name in ("zoo", "flats", "bias", "unknown", ".cache", "ant"):
        (data / name).mkdir(parents=True)
    (data / "notes.txt").write_text("")
    assert class_list(data) == ("bias", "flats", "ant", "zoo")
    assert in_order({"b", "darks"}) == ["darks", "b"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1}', "must hold a list of class names"),
        ("[1, 2]", "must hold a list of class names"),
        ("[", "is not JSON"),
        ('["a"]', "at least two different classes"),
        ('["a", "a"]', "at least two different classes"),
    ],
)
def test_refuses_bad_files(tmp_path, content, message):
    path = tmp_path / "classes.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        class_list(path)


def test_refuses_what_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"that exists. Received: classes="):
        class_list(str(tmp_path / "absent"))
    with pytest.raises(FileNotFoundError, match=r"that exists. Received: classes=$"):
        class_list("")
    with pytest.raises(ValueError, match=r"two different classes. Received: none"):
        class_list(",")
