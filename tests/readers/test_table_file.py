import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from mesa_keras.readers import file_sha256, read_table


def test_text_keeps_its_zeros_and_comments_are_skipped(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b'\xef\xbb\xbf# 2" wide\n\n# twice\n a ,"b"\r\n007,#1\n\n,x\n')
    frame = read_table(path)
    assert list(frame) == ["a", "b"]
    assert frame["a"].tolist()[0] == "007"
    assert np.isnan(frame["a"].iloc[1])
    assert frame["b"].tolist() == ["#1", "x"]


def test_same_table_from_csv_gzip_and_parquet(tmp_path):
    frame = pd.DataFrame({"object_id": ["01", "02"], "period": [1.5, 2.5]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    with gzip.open(tmp_path / "t.csv.gz", "wb") as stream:
        stream.write((tmp_path / "t.csv").read_bytes())
    # The first bytes decide, not the name.
    (tmp_path / "named.csv").write_bytes((tmp_path / "t.csv.gz").read_bytes())
    frame.to_parquet(tmp_path / "t.parquet")
    for name in ("t.csv", "t.csv.gz", "named.csv", "t.parquet"):
        read = read_table(tmp_path / name)
        assert read["object_id"].tolist() == ["01", "02"], name
        assert read["period"].astype(float).tolist() == [1.5, 2.5], name


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_other_separators(tmp_path, separator):
    (tmp_path / "t.csv").write_text(f"a{separator}b\n1{separator}2\n")
    assert list(read_table(tmp_path / "t.csv")) == ["a", "b"]


def test_sha256_is_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_sha256(tmp_path / "a").startswith("ba7816bf8f01cfea")


LONG = "".join(f"{i},{i * i % 9973}\n" for i in range(50000)).encode()
PACKED = gzip.compress(b"a,b\n" + LONG, mtime=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n# only words\n", "no header line"),
        (b"a,b\n", "a header but no row"),
        (b"a,b,a\n1,2,3\n", "column 'a' stands twice"),
        (b"a,b\n1,2,3\n", "not a table with 2 cells"),
        (b"a,b\n1,2\n1,2,3\n", "not a table with 2 cells in every row: row 2 has 3"),
        (b"a,b\n1,2\n\n1\n", "not a table with 2 cells in every row: row 2 has 1"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a table"),
        (b"SIMPLE  =\0\0\0\n1,2\n", "binary data"),
        ("a,b\nStöckl,1\n".encode("latin-1"), "not a table in UTF-8 text.*0xf6"),
        ("a,b\n1,2\n".encode("utf-16"), "not a table"),
        (b"PAR1" + b"\0" * 40, "not a readable Parquet"),
        (PACKED[:15], "gzip file is truncated"),
        (PACKED[: len(PACKED) // 2], "gzip file is truncated"),
        (PACKED[:9000] + b"\0" * 99 + PACKED[9099:], "(gzip file|not a table)"),
        (b"a,b\n" + LONG + b"\xff,1\n", "not a table in UTF-8 text.*0xff"),
        (b'a,b\n"1,2\n3,4\n', "not a table"),
    ],
    ids=range(17),
)
def test_bad_files_are_named(tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"bad.csv: .*{message}"):
        read_table(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.csv: no such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(ValueError, match="is a folder"):
        read_table(tmp_path)


def test_any_real_fits_file_is_refused(real_data):
    files = sorted((real_data / "bad_files").glob("*.fit*"))
    assert files
    for path in files:
        with pytest.raises(ValueError, match=path.name):
            read_table(path)


def test_parquet_written_by_pandas_and_by_others(tmp_path):
    frame = pd.DataFrame({"object_id": ["a", "b"], "period": [1.0, 2.0]})
    frame.set_index("object_id").to_parquet(tmp_path / "index.parquet")
    read = read_table(tmp_path / "index.parquet")
    assert set(read) == {"object_id", "period"}
    table = pa.table([[1], [2]], names=["period", "period"])
    parquet.write_table(table, tmp_path / "twice.parquet")
    with pytest.raises(ValueError, match="'period' stands twice"):
        read_table(tmp_path / "twice.parquet")


def test_parquet_text_written_as_bytes_is_text(tmp_path):
    columns = {"object_id": [b"K1", None, "\u00e9".encode()], "blob": [b"\xff"] * 3}
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet")
    assert read["object_id"].tolist() == ["K1", None, "\u00e9"]
    assert read["blob"].tolist() == [b"\xff"] * 3
