import builtins

import numpy as np
import pytest

from mesa_keras.evaluation import nearest_neighbors
from mesa_keras.recipes.astroclip import search_index
from mesa_keras.recipes.astroclip.search_index import SimilarityIndex
from tests.recipes.astroclip.survey import REASONS, survey, unit, with_rows

KINDS = ("exact", "approximate")


@pytest.fixture(scope="module")
def made():
    return survey(3000)


@pytest.fixture(scope="module", params=KINDS)
def index(request, made):
    return SimilarityIndex.of(made, "spectrum", kind=request.param)


def recall(found, truth):
    return (found.rows[:, :, None] == truth.rows[:, None]).any(axis=1).mean()


def test_finds_the_nearest(made, index):
    rows = np.arange(100, 140)
    found = index.search(made.image[rows], 5, own_rows=rows)
    expected = nearest_neighbors(
        made.image[rows],
        made.spectrum,
        5,
        rows=made.valid_indices,
        query_groups=rows,
        reference_groups=np.arange(3000),
    )
    assert recall(found, expected) >= (1 if index.kind == "exact" else 0.95)
    hits = found.rows == expected.rows
    np.testing.assert_array_equal(found.similarities[hits], expected.similarities[hits])
    assert (np.diff(found.similarities, axis=1) <= 0).all()


def test_an_object_is_never_its_own_hit_in_either_view(made, index):
    rows = np.arange(50, 250)
    for queries in (made.image[rows], made.spectrum[rows]):
        found = index.search(queries, 8, own_rows=rows)
        assert (found.rows >= 0).all()
        assert (found.rows != rows[:, None]).all()
    # Without being told who they are, they find themselves.
    assert (index.search(made.spectrum[rows], 1).rows[:, 0] == rows).all()


@pytest.mark.parametrize("kind", KINDS)
def test_copies_and_siblings_of_the_query_are_no_hits(made, kind):
    more = with_rows(made, np.append(np.arange(3000), [70] * 40))
    more.table["object_id"] = np.arange(len(more.table))
    index = SimilarityIndex.of(more, "spectrum", kind=kind)
    found = index.search(made.spectrum[[70]], 8, own_rows=[70])
    assert not np.isin(found.rows, [70, *range(3000, 3040)]).any()
    before = SimilarityIndex.of(made, "spectrum").search(
        made.spectrum[[70]], 8, own_rows=[70]
    )
    np.testing.assert_array_equal(found.rows, before.rows)


def test_rows_that_are_not_valid_are_never_found(made, index):
    bad = np.arange(len(REASONS))
    found = index.search(made.spectrum[bad], 3)
    assert not np.isin(found.rows, bad).any()
    assert len(index) == 3000 - len(REASONS)
    everything = SimilarityIndex.of(made, "spectrum", valid_only=False)
    assert everything.search(made.spectrum[bad], 1).rows[:, 0].tolist() == [0, 1, 2, 3]
    images = SimilarityIndex.of(made, "image", valid_only=False)
    assert len(images) == 2999


def test_conditions_are_kept(made, index, monkeypatch):
    monkeypatch.setattr(search_index, "_FEW", 100)
    table = made.table
    for where in ("redshift>0.3 and kind==far", "redshift>0.58"):
        allowed = np.flatnonzero(
            made.valid & (table["redshift"] > float(where.split(">")[1][:4]))
        )
        found = index.search(
            made.spectrum[10:40], 6, own_rows=range(10, 40), where=where
        )
        assert np.isin(found.rows, allowed).all()
        exact = nearest_neighbors(
            made.spectrum[10:40],
            made.spectrum,
            6,
            rows=allowed,
            query_groups=np.arange(10, 40),
            reference_groups=np.arange(3000),
        )
        assert recall(found, exact) > 0.9


def test_fewer_that_fulfil_the_conditions_than_wanted(made, index):
    where = "object_id<=1007"
    found = index.search(made.spectrum[[5]], 8, own_rows=[5], where=where)
    assert set(found.rows[0].tolist()) == {4, 6, 7, -1}
    assert np.isnan(found.similarities[0, 3:]).all()
    nothing = index.search(made.spectrum[[5]], 2, where="redshift>7")
    assert nothing.rows.tolist() == [[-1, -1]]


def test_comes_back_from_disk(made, index, tmp_path):
    files = index.save(tmp_path / "i")
    assert all(path.is_file() for path in files.values())
    again = SimilarityIndex.load(tmp_path / "i")
    assert (again.kind, len(again)) == (index.kind, len(index))
    assert again.about["modality"] == "spectrum"
    rows = np.arange(100, 130)
    options = {"own_rows": rows, "where": "redshift<0.4"}
    a = index.search(made.image[rows], 7, **options)
    b = again.search(made.image[rows], 7, **options)
    np.testing.assert_array_equal(a.rows, b.rows)
    np.testing.assert_array_equal(a.similarities, b.similarities)


def test_damaged_files_are_named(made, index, tmp_path):
    files = index.save(tmp_path)
    with files["rows"].open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(ValueError, match=r"rows\.npy is not the file that index\.json"):
        SimilarityIndex.load(tmp_path)
    files["rows"].unlink()
    with pytest.raises(FileNotFoundError, match=r"rows\.npy does not exist"):
        SimilarityIndex.load(tmp_path)
    files["about"].write_text("{}")
    with pytest.raises(ValueError, match="does not describe an index"):
        SimilarityIndex.load(tmp_path)
    with pytest.raises(FileNotFoundError, match="holds no index"):
        SimilarityIndex.load(tmp_path / "elsewhere")


def test_reaches_its_recall_on_queries_of_the_other_view(made):
    """Cells are tuned on both views; those of images lie beside those of spectra."""
    index = SimilarityIndex.of(made, "spectrum", kind="approximate", target_recall=0.95)
    exact = SimilarityIndex.of(made, "spectrum", kind="exact")
    rows = np.arange(400, 900)
    for queries in (made.image[rows], made.spectrum[rows]):
        a = index.search(queries, 10, own_rows=rows)
        b = exact.search(queries, 10, own_rows=rows)
        assert recall(a, b) > 0.93
    assert 1 <= index.cells.num_probes <= index.cells.num_cells


def test_auto_is_exact_for_few_and_approximate_for_many(made, monkeypatch):
    assert SimilarityIndex.of(made, "image").kind == "exact"
    monkeypatch.setattr(search_index, "APPROXIMATE_ABOVE", 1000)
    assert SimilarityIndex.of(made, "image").kind == "approximate"


def test_the_extra_is_named_where_faiss_is_missing(made, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "faiss":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r'pip install -e "\.\[search\]"'):
        SimilarityIndex.of(made, "image", kind="approximate")
    SimilarityIndex.of(made, "image", kind="exact")


def test_rejects(made, index):
    vectors = made.spectrum
    for queries, k in ((vectors[:2, :8], 3), (vectors[0], 3), (vectors[:2], 0)):
        with pytest.raises(ValueError, match="`queries` must have shape"):
            index.search(queries, k)
    with pytest.raises(ValueError, match=r"`queries` must be unit vectors.*row 3"):
        index.search(made.image[:8], 2)
    with pytest.raises(ValueError, match="`where` names the column 'size'"):
        index.search(vectors[:2], 2, where="size>1")
    longer = vectors.copy()
    longer[9] *= 2
    with pytest.raises(ValueError, match=r"`vectors` must be unit vectors.*row 9"):
        SimilarityIndex(longer, made.table)
    with pytest.raises(ValueError, match="`kind` must be of"):
        SimilarityIndex(vectors, made.table, kind="fast")
    with pytest.raises(ValueError, match="a row of `table` each"):
        SimilarityIndex(vectors[:9], made.table)
    with pytest.raises(ValueError, match="None of 10 rows is valid"):
        SimilarityIndex(vectors[:10], made.table[:10].assign(valid=False))


def test_one_object_and_few():
    few = with_rows(survey(20), np.array([5, 6, 7]))
    for kind in KINDS:
        index = SimilarityIndex(few.image, few.table, kind=kind)
        found = index.search(few.image[:1], 5, own_rows=[0])
        assert found.rows[0].tolist()[2:] == [-1, -1, -1]
    one = SimilarityIndex(unit(np.ones((1, 4))), few.table[:1])
    assert one.search(unit(np.ones((1, 4))), 1, own_rows=[0]).rows.tolist() == [[-1]]
