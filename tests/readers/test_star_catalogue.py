import pytest

from mesa_keras.readers import read_candidates, star_number
from mesa_keras.readers.star_catalogue import star_catalogue


@pytest.mark.parametrize(
    ("star_id", "expected"),
    [
        ("757450", (None, "757450")),
        ("KIC 0757450", ("KIC", "757450")),
        ("tic-261136679", ("TIC", "261136679")),
        ("EPIC_201367065", ("EPIC", "201367065")),
        ("000", (None, "0")),
        ("Kepler-22", None),
        ("K2-3", None),
        ("TOI-700", None),
        ("row 7", None),
        ("", None),
    ],
)
def test_prefix_and_number(star_id, expected):
    assert star_number(star_id) == expected


@pytest.mark.parametrize(
    ("names", "columns", "missions", "expected"),
    [
        (["star_id", "period"], {}, [], None),
        (["star_id", "kepoi_name", "koi_score"], {}, [], "KIC"),
        (["star_id", "toi", "sectors"], {}, [], "TIC"),
        (["TIC ID", "period"], {"star_id": "TIC ID"}, [], "TIC"),
        (["kepid", "tic_id"], {}, [], None),
        (["kepid", "tic_id"], {"star_id": "tic_id"}, [], "TIC"),
        (["tic_id", "pl_name"], {}, ["K2"], "EPIC"),
        (["period"], {}, ["Kepler", ""], "KIC"),
        (["period", "toi"], {}, ["Kepler", "TESS"], "TIC"),
        (["static", "kepler12"], {}, [], None),
    ],
)
def test_catalogue(names, columns, missions, expected):
    assert star_catalogue(names, columns, missions) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("tables/koi_cumulative.csv.gz", "KIC"),
        ("tables/toi.csv.gz", "TIC"),
        ("tables/k2pandc.csv.gz", "EPIC"),
        ("koi/test_data.csv", "KIC"),
        ("kepler_tce/test_data.csv.gz", "KIC"),
        ("tess_tce/test_data.csv.gz", "TIC"),
    ],
)
def test_real_tables(real_data, table, expected):
    read = read_candidates(real_data / table, require_labels=False)
    assert read.star_catalogue == expected


def test_a_column_mission_tells(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("star_id,period,mission\n1,2,TESS\n3,4,TESS\n")
    assert read_candidates(path, require_labels=False).star_catalogue == "TIC"
