import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from mesa_keras.readers import NO_USABLE_VALUE, read_candidates

LABELS = ("PC", "FP")
GOOD = "object_id,star_id,period,depth,label\nK00752.01,007,1.5,100,PC\n01,8,2,3,FP\n"


def write(folder, text, name="t.csv"):
    (folder / name).write_text(text)
    return folder / name


def test_ids_stay_text_and_numbers_become_float(tmp_path):
    table = read_candidates(write(tmp_path, GOOD), labels=LABELS)
    assert table.frame["object_id"].tolist() == ["K00752.01", "01"]
    assert table.frame["star_id"].tolist() == ["007", "8"]
    assert table.frame["label"].tolist() == ["PC", "FP"]
    assert table.frame["period"].dtype == np.float64
    assert table.faults.tolist() == ["", ""]
    assert table.warnings == ()
    assert len(table.sha256) == 64


def test_parquet_numbers_as_ids_are_text(tmp_path):
    frame = pd.DataFrame(
        {"object_id": [1, 2], "star_id": [7.0, np.nan], "x": [1.0, 2.0]}
    ).assign(label=["PC", "FP"])
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_candidates(tmp_path / "t.parquet", labels=LABELS)
    assert table.frame["object_id"].tolist() == ["1", "2"]
    assert table.frame["star_id"].tolist() == ["7", "2"]
    assert "1 rows without star_id" in table.warnings[0]


def test_parquet_lists_and_categories(tmp_path):
    frame = pd.DataFrame({"flux": [[1.0], [2.0]], "period": ["1", "x"]})
    frame["label"] = pd.Categorical(["PC", "FP"])
    frame.astype({"period": "category"}).to_parquet(tmp_path / "t.parquet")
    table = read_candidates(tmp_path / "t.parquet", labels=LABELS)
    assert table.faults.tolist() == ["", f"period=x is not a number; {NO_USABLE_VALUE}"]
    with pytest.raises(ValueError, match="'flux' holds no number"):
        read_candidates(tmp_path / "t.parquet", features=["flux"])


def test_long_numbers_with_gaps_lose_no_digit(tmp_path):
    # Identifiers of Gaia: as floats the first and the last were one star.
    stars = [4611686018427387905, None, 4611686018427387907]
    columns = {"star_id": stars, "period": [1.0, 2.0, 3.0], "label": ["PC", "FP", "PC"]}
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    found = read_candidates(tmp_path / "t.parquet").frame["star_id"].tolist()
    assert found == ["4611686018427387905", "row 2", "4611686018427387907"]


def test_identifiers_that_are_infinite_are_text(tmp_path):
    frame = pd.DataFrame({"star_id": [1.0, np.inf, -np.inf], "period": [1.0, 2.0, 3.0]})
    frame.assign(label="PC").to_parquet(tmp_path / "t.parquet")
    table = read_candidates(tmp_path / "t.parquet")
    assert table.frame["star_id"].tolist() == ["1", "inf", "-inf"]


def test_dates_are_no_numbers(tmp_path):
    frame = pd.DataFrame({"label": ["PC", "FP"], "depth": [1.0, 2.0]})
    frame["period"] = pd.to_datetime(["2020-01-01", None])
    frame["found"] = frame["period"]
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_candidates(tmp_path / "t.parquet")
    assert np.isnan(table.frame["period"]).all()
    assert table.faults.tolist() == ["period=2020-01-01 00:00:00 is not a number", ""]
    assert table.frame["found"].dtype.kind == "M"
    with pytest.raises(ValueError, match="'found' holds no number"):
        read_candidates(tmp_path / "t.parquet", features=["found"])


def test_stars_written_with_a_decimal_point_are_the_same(tmp_path):
    path = write(tmp_path, "star_id,period,label\n7.0,1,PC\n7,2,PC\n")
    assert set(read_candidates(path).frame["star_id"]) == {"7"}


def test_without_ids_rows_count_as_objects_and_stars(tmp_path):
    table = read_candidates(write(tmp_path, "period,label\n1,PC\n2,FP\n"))
    assert table.frame["object_id"].tolist() == ["row 1", "row 2"]
    assert table.frame["star_id"].tolist() == ["row 1", "row 2"]
    assert not table.has_object_id
    assert not table.has_star_id
    assert len(table.warnings) == 2


def test_columns_are_mapped(tmp_path):
    path = write(tmp_path, "name,P,class,period\na,3,PC,9\nb,4,FP,9\n")
    columns = {"object_id": "name", "period": "P", "label": "class"}
    table = read_candidates(path, labels=LABELS, columns=columns)
    assert table.frame["period"].tolist() == [3.0, 4.0]
    assert table.frame["object_id"].tolist() == ["a", "b"]
    with pytest.raises(ValueError, match=r"t\.csv: .*column 'Q' is not in the file"):
        read_candidates(path, columns={"period": "Q"})


def test_faulty_values_become_nan_and_are_told(tmp_path):
    rows = [
        ("a", "inf", "5", "1", "1"),
        ("b", "-2", "5", "1", "1"),
        ("c", "0", "5", "1", "1"),
        ("d", "2", "-5", "1", "1"),
        ("e", "2", "5", "long", "-1"),
        ("f", "", "", "", ""),
        ("g", "2", "0", "1", "1"),
    ]
    text = "object_id,period,depth,duration,planet_radius,label\n"
    text += "".join(",".join(row) + ",PC\n" for row in rows)
    table = read_candidates(write(tmp_path, text), labels=LABELS)
    assert table.faults.tolist() == [
        "period=inf is not finite",
        "period=-2 is not positive",
        "period=0 is not positive",
        "depth=-5 is negative",
        "duration=long is not a number; planet_radius=-1 is negative",
        NO_USABLE_VALUE,
        "",
    ]
    assert np.isnan(table.frame["period"][:3]).all()
    assert np.isnan(table.frame["duration"][4])
    assert np.isnan(table.frame["planet_radius"][4])
    assert table.frame["depth"][6] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("object_id,period\na,1\n", "column 'label' is missing"),
        (
            "object_id,period,label\na,1,PC\nb,1,planet\n",
            r"unknown label 'planet' \(first in row 2\); allowed are 'PC', 'FP'",
        ),
        ("object_id,period,label\na,1,PC\nb,1,\n", "label of row 2 is empty"),
        (
            "object_id,period,label\na,1,PC\nb,1,PC\na,1,PC\n",
            "object_id 'a' stands in row 1 and in row 3",
        ),
        ("object_id,period,label,extra\na,1,PC,red\n", "'extra' holds no number"),
    ],
)
def test_schema_faults_name_file_row_and_rule(tmp_path, text, message):
    with pytest.raises(ValueError, match=rf"t\.csv: .*{message}"):
        read_candidates(write(tmp_path, text), labels=LABELS, features=["extra"])


def test_labels_do_not_matter_for_prediction(tmp_path):
    path = write(tmp_path, "object_id,period,label\na,1,planet\nb,2,\n")
    table = read_candidates(path, labels=LABELS, require_labels=False)
    assert table.frame["label"].tolist() == ["planet", ""]
    path = write(tmp_path, "object_id,period\na,1\n")
    assert read_candidates(path, require_labels=False).frame["label"].tolist() == [""]


def test_inline_flux_columns_in_order_of_time(tmp_path):
    names = [f"flux_{i}" for i in (10, 9, 2, 1, 0)]
    path = write(tmp_path, f"label,{','.join(names)}\nPC,1,2,3,4,5\n")
    table = read_candidates(path)
    assert table.flux_columns() == ["flux_0", "flux_1", "flux_2", "flux_9", "flux_10"]


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='ab,;"#\n\r \t1.-', max_size=80).map(
            lambda text: f"object_id,period,label\n{text}".encode()
        ),
    )
)
def test_any_bytes_are_read_or_refused_by_name(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(content)
    try:
        table = read_candidates(path, require_labels=False)
    except ValueError as error:
        assert "t.csv" in str(error)  # noqa: PT017
    else:
        assert len(table.frame) == len(table.faults) > 0


@pytest.mark.parametrize(
    ("name", "rows", "labels"),
    [
        ("koi/train_data.csv", 4172, ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE")),
        ("kepler_tce/train_data.csv.gz", 10151, ("PC", "AFP", "NTP")),
        ("tess_tce/train_data.csv.gz", 10650, ("PC", "EB", "J")),
    ],
)
def test_real_tables(real_data, name, rows, labels):
    table = read_candidates(real_data / name, labels=labels)
    assert len(table.frame) == rows
    assert set(table.frame["label"]) == set(labels)
    assert (table.faults == "").mean() > 0.99
    assert table.frame["star_id"].nunique() < rows
    assert (table.frame["object_id"].str.len() > 8).all()


@pytest.mark.parametrize(
    ("missions", "system"),
    [
        (("Kepler", "Kepler"), "BKJD"),
        (("K2", "kepler"), "BKJD"),
        (("TESS", "TESS"), "BTJD"),
        (("Kepler", "TESS"), None),
        (("Gaia", "Gaia"), None),
    ],
)
def test_the_mission_tells_the_time_system_of_epochs(tmp_path, missions, system):
    rows = [f"{i},{i},1.5,PC,{name}" for i, name in enumerate(missions)]
    text = "\n".join(["object_id,star_id,period,label,mission", *rows])
    assert read_candidates(write(tmp_path, text)).epoch_system == system
