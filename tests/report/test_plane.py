import sys
import types

import numpy as np
import pytest

from mesa_keras.report import project_to_plane


def cloud(num=60):
    rng = np.random.default_rng(0)
    return rng.normal(size=(num, 5)) * [4, 2, 0.1, 0.1, 0.1]


def test_components_are_named_with_their_share():
    found = project_to_plane(cloud(), "pca")
    assert found.points.shape == (60, 2)
    assert "principal components, 60 objects" in found.title
    share = float(found.axes[0].split("(")[1].split(" ")[0])
    assert 70 < share < 90
    np.testing.assert_array_equal(found.rows, np.arange(60))


def test_thins_out_and_says_so():
    found = project_to_plane(cloud(), "pca", max_points=20, seed=1)
    assert "20 of 60 objects" in found.title
    assert (np.diff(found.rows) > 0).all()
    np.testing.assert_array_equal(
        found.rows, project_to_plane(cloud(), "pca", max_points=20, seed=1).rows
    )


def test_tsne_repeats():
    first, again = (project_to_plane(cloud(30), "tsne", seed=2) for _ in range(2))
    np.testing.assert_array_equal(first.points, again.points)
    assert "t-SNE with perplexity 9.67" in first.title


def test_umap_where_it_is_installed(monkeypatch):
    asked = {}

    class FakeUMAP:
        def __init__(self, **options):
            asked.update(options)

        def fit_transform(self, x):
            return x[:, :2]

    module = types.ModuleType("umap")
    module.__spec__ = types.SimpleNamespace(name="umap")
    module.UMAP = FakeUMAP
    monkeypatch.setitem(sys.modules, "umap", module)
    found = project_to_plane(cloud(), seed=3)
    assert "UMAP of 15 neighbours" in found.title
    assert asked == {
        "n_neighbors": 15,
        "metric": "cosine",
        "random_state": 3,
        "n_jobs": 1,
    }


def test_without_umap(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ImportError, match="pip install umap-learn"):
        project_to_plane(cloud(), "umap")
    monkeypatch.delitem(sys.modules, "umap")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "principal components" in project_to_plane(cloud()).title


def test_rejects():
    for wrong in (cloud(3), cloud()[:, :1], np.full((5, 3), np.nan)):
        with pytest.raises(ValueError, match="`vectors` must be finite"):
            project_to_plane(wrong)
    with pytest.raises(ValueError, match="`method` must be of"):
        project_to_plane(cloud(), "isomap")
