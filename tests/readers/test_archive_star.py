import gzip
import itertools

import pandas as pd
import pytest

from mesa_keras.readers.archive_star import Star, stars_from_ids, stars_of_table


@pytest.mark.parametrize(
    ("star", "name", "mission", "target"),
    [
        (Star("KIC", 757450), "KIC 757450", "Kepler", "kplr000757450"),
        (Star("EPIC", 201367065), "EPIC 201367065", "K2", "ktwo201367065"),
        (Star("TIC", 261136679), "TIC 261136679", "TESS", "261136679"),
    ],
)
def test_names(star, name, mission, target):
    assert (str(star), star.mission, star.target_name) == (name, mission, target)
    assert star.folder == name.replace(" ", "_")


@pytest.mark.parametrize(
    ("name", "mission", "star"),
    [
        ("KIC 11904151", None, Star("KIC", 11904151)),
        ("kic11904151", "Kepler", Star("KIC", 11904151)),
        (" 000757450", "Kepler", Star("KIC", 757450)),
        ("11904151", "TESS", Star("TIC", 11904151)),
        ("201367065", "K2", Star("EPIC", 201367065)),
        ("TIC-261136679", None, Star("TIC", 261136679)),
        ("TIC\N{NO-BREAK SPACE}261136679", None, Star("TIC", 261136679)),
    ],
)
def test_a_star_that_is_named(name, mission, star):
    wanted = stars_from_ids([name], mission)
    assert wanted.stars == (star,)
    assert wanted.notes == ()


def test_bare_numbers_are_guessed_as_lightkurve_does_and_said():
    wanted = stars_from_ids(["11904151", "201367065", "261136679", "11904151"])
    assert [str(star) for star in wanted.stars] == [
        "KIC 11904151",
        "EPIC 201367065",
        "TIC 261136679",
    ]
    assert "taken for 'KIC 11904151', 'EPIC 201367065'" in wanted.notes[0]


@pytest.mark.parametrize(
    ("ids", "mission", "words"),
    [
        (["Kepler-10"], None, "'Kepler-10' is no star: write KIC 11904151"),
        (["0"], None, "'0' is no star"),
        (["TIC 1"], "Kepler", "'TIC 1' is no star of --mission Kepler"),
        (["", " "], None, "no star is named"),
    ],
)
def test_wrong_names(ids, mission, words):
    with pytest.raises(ValueError, match=words):
        stars_from_ids(ids, mission)


def table(folder, **columns):
    path = folder / "table.csv"
    pd.DataFrame({"period": [1.0] * 3, **columns}).to_csv(path, index=False)
    return path


def test_stars_of_a_table(tmp_path):
    path = table(tmp_path, kepid=["757450", "757450", "000892667"])
    wanted = stars_of_table(path, columns={"star_id": "kepid"})
    assert wanted.stars == (Star("KIC", 757450), Star("KIC", 892667))


def test_the_archives_own_table(tmp_path, real_data):
    with gzip.open(real_data / "tables" / "toi.csv.gz", "rt", encoding="utf-8") as toi:
        head = "".join(itertools.islice(toi, 201))
    path = tmp_path / "toi.csv"
    path.write_text(head, encoding="utf-8")
    wanted = stars_of_table(path)
    assert 150 < len(wanted.stars) <= 200
    assert wanted.stars[0] == Star("TIC", 88863718)
    assert not wanted.unknown


def test_names_that_no_catalogue_has(tmp_path):
    path = table(tmp_path, star_id=["EPIC 201367065", "BD+20 594", "TIC 5"])
    wanted = stars_of_table(path, "K2")
    assert wanted.stars == (Star("EPIC", 201367065),)
    assert dict(wanted.unknown) == {
        "BD+20 594": "is no number of KIC, EPIC or TIC",
        "TIC 5": "is no star of K2",
    }


def test_the_mission_must_be_known(tmp_path):
    path = table(tmp_path, star_id=["5", "6", "7"])
    with pytest.raises(ValueError, match="of which mission the star '5' is"):
        stars_of_table(path)
    assert stars_of_table(path, "TESS").stars[0] == Star("TIC", 5)


def test_a_table_without_stars(tmp_path):
    with pytest.raises(ValueError, match="the column 'star_id' is missing"):
        stars_of_table(table(tmp_path, kepid=[1, 2, 3]))
