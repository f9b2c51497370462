import io

import numpy as np
import pytest

from mesa_keras.report import pca_map, roc_figure
from mesa_keras.report.style import PALETTE, class_color, class_marker, lightened, plain


@pytest.mark.parametrize("name", ["$a^", "a$b$c", "_hidden", "<b>&", "a\\b", "x" * 60])
def test_names_from_data_are_drawn_to_the_letter(name):
    y, p = np.arange(8) % 2, np.full((8, 2), 0.5)
    for figure in (
        roc_figure(y, p, [name, "other"]),
        pca_map(np.random.default_rng(0).normal(size=(8, 3)), y, [name, "other"]),
    ):
        figure.savefig(io.BytesIO(), format="png")
        texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        assert any(plain(name) in text for text in texts)


def test_figures_are_900_pixels_wide():
    figure = roc_figure([0, 1], np.eye(2), ["a", "b"])
    assert figure.get_size_inches()[0] * figure.dpi == 900


def test_classes_can_be_told_apart():
    looks = {(class_color(k), class_marker(k)) for k in range(2 * len(PALETTE))}
    assert len(looks) == 2 * len(PALETTE)
    assert lightened("#000000", 0) == (1, 1, 1)
    assert lightened("#000000", 1) == (0, 0, 0)


def test_long_names_break_at_underscores():
    assert (
        plain("wavelength_calibration_dados", 12) == "wavelength_\ncalibration_\ndados"
    )
    assert plain("flat_dados", 12) == "flat_dados"
    assert plain("a_b c", 12) == "a_b c"
