import numpy as np
import pytest

from mesa_keras.report import pca_map, tsne_map

NAMES = ["a", "b"]


def cloud(num=40, dim=5):
    rng = np.random.default_rng(0)
    labels = np.arange(num) % 2
    return rng.normal(size=(num, dim)) + 8 * labels[:, None], labels


def points(figure):
    """Drawn points of each class, in the order in which they were drawn."""
    return [np.asarray(part.get_offsets()) for part in figure.axes[0].collections]


def test_pca_names_the_share_of_variance():
    x = np.array([[3.0, 0, 0], [-3.0, 0, 0], [0, 1.0, 0], [0, -1.0, 0]])
    figure = pca_map(x, [0, 0, 1, 1], NAMES)
    assert "90.0 %" in figure.axes[0].get_xlabel()
    assert "10.0 %" in figure.axes[0].get_ylabel()
    np.testing.assert_allclose(np.abs(points(figure)[0]), [[3, 0], [3, 0]], atol=1e-9)


def test_pca_of_one_point_repeated():
    figure = pca_map(np.ones((5, 3)), np.zeros(5, int), NAMES)
    assert "0.0 %" in figure.axes[0].get_xlabel()
    figure.draw_without_rendering()


def test_tsne_parts_two_clusters_and_repeats():
    x, y = cloud()
    first, again = (points(tsne_map(x, y, NAMES, seed=1)) for _ in range(2))
    np.testing.assert_array_equal(np.concatenate(first), np.concatenate(again))
    a, b = first
    between = np.linalg.norm(a.mean(0) - b.mean(0))
    assert between > a.std() + b.std()


@pytest.mark.parametrize("num", [4, 5])
def test_tsne_of_few_or_equal_points(num):
    for x in (cloud(num)[0], np.ones((num, 3))):
        figure = tsne_map(x, np.arange(num) % 2, NAMES)
        assert np.isfinite(np.concatenate(points(figure))).all()


def test_tsne_says_that_it_thinned_out_and_marks_objects_without_label():
    x, y = cloud(60)
    figure = tsne_map(x, np.where(np.arange(60) < 6, -1, y), NAMES, max_points=30)
    assert "30 of 60 objects" in figure.axes[0].get_title("left")
    assert sum(len(part) for part in points(figure)) == 30
    legend = figure.axes[0].get_legend().get_texts()
    assert legend[0].get_text().startswith("no label")


@pytest.mark.parametrize("function", [pca_map, tsne_map])
def test_rejects(function):
    x, y = cloud()
    with pytest.raises(ValueError, match="`embedding` must have shape"):
        function(x, y[:3], NAMES)
    with pytest.raises(ValueError, match="`embedding` must have shape"):
        function(x[:1], y[:1], NAMES)
    with pytest.raises(ValueError, match="`embedding` must be finite"):
        function(np.where(x > 8, np.nan, x), y, NAMES)
    with pytest.raises(ValueError, match="`labels` must lie"):
        function(x, y + 1, NAMES)
