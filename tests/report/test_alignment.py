import numpy as np
import pytest

from mesa_keras.report import alignment_figure


def test_true_pairs_stand_out_and_ranks_start_at_recall_at_1():
    a = np.random.default_rng(0).normal(size=(50, 8))
    figure = alignment_figure(a, 2 * a)
    left, right = figure.axes
    texts = [text.get_text() for text in left.get_legend().get_texts()]
    assert texts[0] == "True pairs, mean 1.00"
    assert abs(float(texts[1].split()[-1])) < 0.3
    forward, _, chance = right.lines
    assert set(forward.get_ydata()) == {100}
    assert chance.get_ydata()[0] == pytest.approx(100 / 50)
    figure.draw_without_rendering()


def test_constant_embeddings_run_along_chance():
    figure = alignment_figure(np.ones((20, 3)), np.ones((20, 3)))
    forward, backward, chance = (line.get_ydata() for line in figure.axes[1].lines)
    np.testing.assert_allclose(forward, chance)
    np.testing.assert_allclose(backward, chance)


def test_shuffle_pairs_no_object_with_itself():
    figure = alignment_figure(np.eye(12), np.eye(12))
    texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert texts[1] == "Shuffled pairs, mean 0.00"


def test_same_star_leaves_the_pool():
    figure = alignment_figure(np.eye(4), np.eye(4), groups=["a", "a", "b", "b"])
    assert figure.axes[1].get_xlabel() == "Rank k (pool of 3)"


def test_rejects():
    with pytest.raises(ValueError, match="at least two rows"):
        alignment_figure(np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(ValueError, match="one shape"):
        alignment_figure(np.ones((3, 2)), np.ones((3, 3)))
