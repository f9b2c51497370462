import dataclasses

import numpy as np
import pytest

from mesa_keras.recipes.astroclip.directions import DIRECTIONS, split_direction, vectors
from mesa_keras.recipes.astroclip.search import find_row, search_object, search_vector
from mesa_keras.recipes.astroclip.search_index import SimilarityIndex
from mesa_keras.recipes.astroclip.search_index_about import check_index_of
from tests.recipes.astroclip.survey import survey, with_columns, with_rows


@pytest.fixture(scope="module")
def made():
    return survey()


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_hits_are_alike_and_never_the_query(made, direction):
    looking, against = split_direction(direction)
    row = find_row(made, 1123, looking)
    index = SimilarityIndex.of(made, against)
    found = search_object(index, made, row, direction, top=5, where="redshift<0.5")
    similarity = vectors(made, against) @ vectors(made, looking)[123]
    allowed = made.valid & (made.table["redshift"] < 0.5).to_numpy()
    allowed[123] = False
    expected = np.argsort(-np.where(allowed, similarity, -9))[:5]
    assert found.hits["row"].tolist() == expected.tolist()
    assert found.hits["object_id"].tolist() == (1000 + expected).tolist()
    assert found.hits["rank"].tolist() == [1, 2, 3, 4, 5]
    assert list(found.hits)[:4] == ["rank", "similarity", "object_id", "row"]
    assert {"redshift", "mag_r", "kind"} <= set(found.hits)
    assert found.query["object_id"] == 1123
    assert found.summary["num_found"] == 5
    error = np.abs(found.hits["redshift"] - made.table["redshift"][123])
    assert error.mean() < 0.1


def test_a_vector_of_a_new_object(made):
    index = SimilarityIndex.of(made, "spectrum")
    new = made.spectrum[50]
    found = search_vector(index, new, "spectrum-spectrum", 3, name="a.fits")
    assert found.query == {"file": "a.fits"}
    # It is not known to be an object of the survey.
    assert found.hits["row"][0] == 50


def test_query_that_cannot_be_used(made):
    with pytest.raises(ValueError, match="`query_id` 7 is none of the 400 objects"):
        find_row(made, 7, "image")
    with pytest.raises(ValueError, match=r"1000 has no spectrum .*: spectrum is all"):
        find_row(made, 1000, "spectrum")
    with pytest.raises(ValueError, match="1003 has no image to search with: no image"):
        find_row(made, 1003, "image")
    # The other view is there; a redshift is not needed.
    assert find_row(made, 1000, "image") == 0
    assert find_row(made, 1001, "image") == 1
    twice = with_rows(made, np.append(np.arange(400), 9))
    with pytest.raises(ValueError, match="1009 stands in 2 rows: 9, 400"):
        find_row(twice, 1009, "image")


def test_wrong_arguments(made):
    index = SimilarityIndex.of(made, "image")
    with pytest.raises(ValueError, match="needs an index of spectrum vectors"):
        search_object(index, made, 9, "image-spectrum")
    with pytest.raises(ValueError, match="`top` must be at least 1"):
        search_object(index, made, 9, "image-image", top=0)
    with pytest.raises(ValueError, match="`direction` must be of"):
        search_object(index, made, 9, "image")


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(survey(), model_fingerprint="model-b"),
        dataclasses.replace(survey(), data_fingerprint="data-b"),
        survey(300),
        with_columns(survey(), object_id=np.arange(400)),
    ],
)
def test_an_index_of_other_embeddings_is_refused(made, other):
    about = SimilarityIndex.of(made, "image").about
    check_index_of(about, made, "image", "it")
    with pytest.raises(ValueError, match="it is an index of other embeddings"):
        check_index_of(about, other, "image", "it")
    with pytest.raises(ValueError, match="`modality` is 'image'"):
        check_index_of(about, made, "spectrum", "it")
