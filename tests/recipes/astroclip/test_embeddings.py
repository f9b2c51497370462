import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest

from mesa_keras.recipes.astroclip.embeddings import (
    check_same_model,
    finish_embeddings,
    open_embeddings,
    save_embeddings,
)
from tests.recipes.astroclip.survey import REASONS, survey


@pytest.fixture
def folder(tmp_path):
    save_embeddings(tmp_path / "e", survey(40))
    return tmp_path / "e"


def test_reads_what_was_written(folder):
    expected, found = survey(40), open_embeddings(folder)
    np.testing.assert_array_equal(found.image, expected.image)
    np.testing.assert_array_equal(found.spectrum, expected.spectrum)
    assert isinstance(found.image, np.memmap)
    table = found.table.drop(columns="row")
    pd.testing.assert_frame_equal(table, expected.table, check_dtype=False)
    assert found.table["row"].tolist() == list(range(40))
    assert found.table["object_id"].dtype == np.int64
    for name in ("model_fingerprint", "data_fingerprint", "simulated", "store"):
        assert getattr(found, name) == getattr(expected, name)
    assert found.redshift_range == (0.0, 0.8)
    assert (found.num_rows, found.dim) == (40, 16)


def test_valid_indices_are_sorted_int64_on_disk(folder):
    indices = np.load(folder / "valid_indices.npy")
    assert indices.dtype == np.int64
    assert indices.tolist() == list(range(len(REASONS), 40))
    np.testing.assert_array_equal(open_embeddings(folder).valid_indices, indices)
    assert open_embeddings(folder).table["reason"][:5].tolist() == [*REASONS, ""]


def test_validity_follows_from_the_index(tmp_path):
    made = survey(40)
    image = made.image.copy()
    image[7] = np.nan
    np.save(tmp_path / "image_embeddings.npy", image)
    np.save(tmp_path / "spectrum_embeddings.npy", made.spectrum)
    index = made.table.drop(columns=["valid", "split"]).assign(reason="")
    finish_embeddings(
        tmp_path,
        index,
        model_fingerprint="m",
        data_fingerprint="d",
        redshift_range=(0.0, 0.5),
    )
    found = open_embeddings(tmp_path)
    expected = made.valid & (made.table["redshift"] <= 0.5).to_numpy()
    expected[7] = False
    np.testing.assert_array_equal(found.valid, expected)
    assert (found.table["reason"] != "").tolist() == (~expected).tolist()
    assert found.table["reason"][7] == "no embedding of the image"
    assert (found.table["split"] == "").all()


def test_a_valid_row_without_vector_is_not_valid(tmp_path):
    made = survey(30)
    spectrum = made.spectrum.copy()
    spectrum[9] = np.nan
    save_embeddings(tmp_path, dataclasses.replace(made, spectrum=spectrum))
    found = open_embeddings(tmp_path)
    assert not found.valid[9]
    assert found.table["reason"][9] == "no embedding of the spectrum"
    assert found.valid.sum() == made.valid.sum() - 1


def test_writes_pytorch_files_too(tmp_path):
    torch = pytest.importorskip("torch")
    files = save_embeddings(tmp_path, survey(20), formats=("npy", "pt"))
    assert all(path.is_file() for path in files.values())
    tensor = torch.load(tmp_path / "image_embeddings.pt", weights_only=True)
    np.testing.assert_array_equal(tensor.numpy(), survey(20).image)
    indices = torch.load(tmp_path / "valid_indices.pt", weights_only=True)
    assert indices.dtype == torch.int64


def test_pytorch_files_of_another_run_do_not_stay(tmp_path):
    old = [
        tmp_path / f"{name}.pt"
        for name in ("image_embeddings", "spectrum_embeddings", "valid_indices")
    ]
    for path in old:
        path.write_bytes(b"of another model")
    save_embeddings(tmp_path, survey(20))
    assert not any(path.exists() for path in old)


@pytest.mark.parametrize(
    "name", ["image_embeddings.npy", "spectrum_embeddings.npy", "embeddings.parquet"]
)
def test_refuses_a_mix_of_two_runs(folder, tmp_path, name):
    save_embeddings(tmp_path / "other", survey(40, seed=1))
    shutil.copy(tmp_path / "other" / name, folder / name)
    with pytest.raises(ValueError, match="mixes the files of two runs"):
        open_embeddings(folder)


def test_refuses_valid_indices_of_another_run(folder):
    np.save(folder / "valid_indices.npy", np.arange(5))
    with pytest.raises(ValueError, match=r"valid_indices\.npy names other rows"):
        open_embeddings(folder)


@pytest.mark.parametrize("name", ["valid_indices.npy", "embeddings.parquet"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} does not exist.*generate_emb"):
        open_embeddings(folder)


def test_damaged_tables(folder):
    table = folder / "embeddings.parquet"
    content = table.read_bytes()
    table.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="not a whole Parquet file"):
        open_embeddings(folder)
    survey(40).table.to_parquet(table)
    with pytest.raises(ValueError, match="not a table of embeddings of this version"):
        open_embeddings(folder)


def test_refuses_what_is_no_unit_vector(tmp_path):
    made = survey(20)
    for value, words in ((2.0, "row 5 of length 2"), (np.nan, "NaN throughout")):
        image = made.image.copy()
        image[5, :3] = value
        image[5, 3:] = 0
        with pytest.raises(ValueError, match="must be a unit vector, or NaN") as error:
            save_embeddings(tmp_path, dataclasses.replace(made, image=image))
        assert words in str(error.value) or value == 2.0
        assert not (tmp_path / "embeddings.parquet").exists()


def test_refuses_tables_of_another_length_and_unknown_formats(tmp_path):
    made = survey(20)
    with pytest.raises(ValueError, match="a row per object"):
        save_embeddings(tmp_path, dataclasses.replace(made, table=made.table[:19]))
    with pytest.raises(ValueError, match="`formats` must be npy or pt"):
        save_embeddings(tmp_path, made, formats=("csv",))


def test_another_model_is_an_error():
    made = survey(20)
    check_same_model(made, survey(20, seed=3), "a and b")
    for other in (
        dataclasses.replace(made, model_fingerprint="model-b"),
        survey(20, dim=8),
    ):
        with pytest.raises(ValueError, match="a and b are embeddings of two models"):
            check_same_model(made, other, "a and b")
