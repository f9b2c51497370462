import numpy as np
import pytest

from mesa_keras.readers import file_sha256
from mesa_keras.recipes.mesa.known_objects import (
    KnownObjects,
    known_path,
    read_known_objects,
    similar_objects,
    write_known_objects,
)
from tests.small_mesa import LABELS, make_run, rows_of, write_table


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


def test_written_and_read(run, tmp_path):
    model, _, table = run
    path, count = write_known_objects(model, table, tmp_path / "k" / "known.npz")
    assert count == 40
    known = read_known_objects(path, model)
    assert len(known) == 40
    assert known.object_id[0] == "K00100"
    assert set(known.label) == set(LABELS)
    np.testing.assert_allclose(np.linalg.norm(known.embedding, axis=1), 1, atol=1e-6)
    with np.load(path) as archive:
        assert archive["embedding"].dtype == np.float16
        assert archive["model_sha256"] == file_sha256(model)
    found = similar_objects(
        known, known.embedding[4], object_id="new", star_id="TIC 5", count=3
    )
    assert found[0].object_id == known.object_id[4]
    assert found[0].similarity == pytest.approx(1, abs=1e-5)
    assert found[0].similarity >= found[1].similarity >= found[2].similarity


def test_rows_without_label_or_value_are_left_out(run, tmp_path):
    rows = rows_of(5, 900)
    rows[1]["label"] = ""
    rows[2] |= dict.fromkeys(("period", "depth", "stellar_temp"), "")
    table = write_table(tmp_path / "t.csv", rows)
    _, count = write_known_objects(run[0], table, tmp_path / "known.npz")
    assert count == 3
    with pytest.raises(ValueError, match=r"must end in \.npz"):
        write_known_objects(run[0], table, tmp_path / "known.csv")


def test_of_another_model(run, tmp_path):
    model, _, table = run
    path, _ = write_known_objects(model, table, tmp_path / "known.npz")
    other = tmp_path / "other.keras"
    other.write_bytes(model.read_bytes() + b"1")
    with pytest.raises(ValueError, match="embeddings are of another model"):
        read_known_objects(path, other)
    with pytest.raises(FileNotFoundError, match=r"absent\.npz: no such file"):
        read_known_objects(tmp_path / "absent.npz", model)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match="no file of known objects"):
        read_known_objects(path, model)
    np.savez(path, object_id=np.array(["a"]))
    with pytest.raises(ValueError, match="no file of known objects"):
        read_known_objects(path, model)
    assert known_path(model).name == "mesa_model_known.npz"


def test_its_own_star_is_no_neighbour(tmp_path):
    known = KnownObjects(
        embedding=np.eye(4, dtype=np.float32) * [1, 1, 1, 1],
        object_id=np.array(["a", "b", "row 1", "row 2"]),
        star_id=np.array(["KIC 12", "TIC 12", "row 1", "row 2"]),
        label=np.array(["X", "Y", "X", "Y"]),
        path=tmp_path,
    )

    def names(star, object_id="new"):
        found = similar_objects(
            known, np.ones(4), object_id=object_id, star_id=star, count=4
        )
        return {one.object_id for one in found}

    assert names("TIC 99") == {"a", "b", "row 1", "row 2"}
    assert names("KIC 0012") == {"b", "row 1", "row 2"}
    assert names("12") == {"row 1", "row 2"}
    assert names("TIC 99", "row 2") == {"a", "b", "row 1"}
