import gzip

import numpy as np
import pandas as pd
import pytest

from mesa_keras.readers import read_candidates

DISPOSITIONS = ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE")


def test_koi_table_as_published(real_data):
    path = real_data / "tables/koi_cumulative.csv.gz"
    table = read_candidates(path, labels=DISPOSITIONS)
    assert len(table.frame) == 7674
    assert table.epoch_system == "BKJD"
    row = table.frame.set_index("object_id").loc["K00752.01"]
    assert row["star_id"] == "10797460"
    assert row["label"] == "CONFIRMED"
    assert row["period"] == pytest.approx(9.48803557)
    assert row["depth"] == pytest.approx(615.8)
    assert row["duration"] == pytest.approx(2.9575)
    assert row["epoch"] == pytest.approx(170.53875)
    assert row["stellar_logg"] == pytest.approx(4.467)
    assert row["magnitude"] == pytest.approx(15.347)


def test_koi_table_agrees_with_the_prepared_one(real_data):
    names = ["period", "depth", "duration", "planet_radius", "stellar_radius"]
    ours = read_candidates(real_data / "koi/train_data.csv").frame
    theirs = read_candidates(real_data / "tables/koi_cumulative.csv.gz").frame
    ours, theirs = (frame.set_index("object_id") for frame in (ours, theirs))
    both = ours.index.intersection(theirs.index)
    assert len(both) > 3000
    same = np.isclose(ours.loc[both, names], theirs.loc[both, names], equal_nan=True)
    assert same.mean() > 0.99


def test_toi_table_as_published(real_data):
    table = read_candidates(real_data / "tables/toi.csv.gz", labels=DISPOSITIONS)
    assert table.frame["label"].value_counts().to_dict() == {
        "CANDIDATE": 3760 + 372,
        "FALSE POSITIVE": 966 + 77,
        "CONFIRMED": 536 + 447,
    }
    assert table.epoch_system == "BTJD"
    row = table.frame.set_index("object_id").loc["1001.01"]
    assert row["star_id"] == "88863718"
    assert row["depth"] == pytest.approx(1286.0)
    assert row["duration"] == pytest.approx(3.166)
    assert row["epoch"] == pytest.approx(2459987.948873 - 2457000)


def test_k2_table_has_one_row_an_object(real_data):
    path = real_data / "tables/k2pandc.csv.gz"
    table = read_candidates(path, labels=DISPOSITIONS)
    published = pd.read_csv(path, low_memory=False)
    assert len(table.frame) == published["pl_name"].nunique()
    row = table.frame.set_index("object_id").loc["BD+20 594 b"]
    default = published[
        (published["pl_name"] == "BD+20 594 b") & (published["default_flag"] == 1)
    ].iloc[0]
    assert row["period"] == default["pl_orbper"]
    assert row["stellar_radius"] == default["st_rad"]
    assert row["label"] == "CONFIRMED"
    assert "1758 of 3770 rows" in " ".join(table.warnings)


def test_comments_and_byte_order_mark_as_downloaded(tmp_path, real_data):
    published = gzip.decompress((real_data / "tables/toi.csv.gz").read_bytes())
    path = tmp_path / "toi.csv"
    head = b"\xef\xbb\xbf# This file was produced by the archive\n#\n# COLUMN toi:\n#\n"
    path.write_bytes(head + published)
    frame = read_candidates(path, labels=DISPOSITIONS).frame
    plain = read_candidates(real_data / "tables/toi.csv.gz").frame
    pd.testing.assert_frame_equal(frame, plain)


def k2(tmp_path, rows):
    header = "pl_name,hostname,disposition,default_flag,pl_orbper,pl_rade,pl_radelim,"
    header += "pl_trandep,pl_trandur,pl_tranmid"
    (tmp_path / "k2.csv").write_text("\n".join([header, *rows]) + "\n")
    return tmp_path / "k2.csv"


def test_k2_units_limits_and_labels(tmp_path):
    path = k2(
        tmp_path,
        [
            "b,S,CONFIRMED,0,9,9,0,9,9,9",
            "b,S,CONFIRMED,1,2,3,1,0.05,4,2457000.5",
            "c,S,REFUTED,0,5,6,0,x,4,",
        ],
    )
    table = read_candidates(path, labels=DISPOSITIONS)
    assert table.frame["object_id"].tolist() == ["b", "c"]
    assert table.frame["label"].tolist() == ["CONFIRMED", "FALSE POSITIVE"]
    assert table.frame["depth"][0] == pytest.approx(500)
    assert table.frame["epoch"][0] == pytest.approx(2457000.5 - 2454833)
    assert np.isnan(table.frame["planet_radius"][0])
    assert table.frame["planet_radius"][1] == 6
    assert table.faults.tolist() == ["", "depth=x is not a number"]


def test_unknown_disposition_is_named(tmp_path):
    path = k2(tmp_path, ["b,S,RETRACTED,1,2,3,0,1,4,"])
    with pytest.raises(ValueError, match="unknown label 'RETRACTED'"):
        read_candidates(path, labels=DISPOSITIONS)
