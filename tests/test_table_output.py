import numpy as np
import pandas as pd
import pytest

from mesa_keras.table_output import check_suffix, write_table


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_writes_what_it_is_given_into_a_new_folder(tmp_path, suffix):
    frame = pd.DataFrame({"object_id": ["a", "b"], "p": [1 / 3, np.nan]})
    # Parquet keeps notes as JSON, which this is not.
    frame.attrs["prior"] = np.ones(3)
    path = tmp_path / "new" / f"p{suffix}"
    write_table(frame, path)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    read = pd.read_parquet(path) if suffix == ".parquet" else pd.read_csv(path)
    assert list(read) == list(frame)
    assert read["object_id"].tolist() == ["a", "b"]
    np.testing.assert_allclose(read["p"], frame["p"], rtol=1e-5)
    assert set(frame.attrs) == {"prior"}


def test_rejects_other_formats(tmp_path):
    for call in (check_suffix, lambda path: write_table(pd.DataFrame(), path)):
        with pytest.raises(ValueError, match=r"p\.xlsx must end in \.csv"):
            call(tmp_path / "p.xlsx")
    assert list(tmp_path.iterdir()) == []
