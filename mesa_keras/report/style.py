"""One look for all figures: size, axes, and colours for colour-blind readers too."""

import textwrap
from typing import Any

from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

# Okabe & Ito (2008), without the yellow that is lost on white; darkest contrast first.
PALETTE = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#6A4C93",
    "#595959",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
GREY = "#6B6B6B"
UNKNOWN = "#9A9A9A"
WIDTH_INCHES = 9.0
DOTS_PER_INCH = 100


def new_figure(height_inches: float) -> Figure:
    """Returns an empty figure 900 pixels wide, outside pyplot's global state."""
    return Figure(
        figsize=(WIDTH_INCHES, height_inches), dpi=DOTS_PER_INCH, layout="constrained"
    )


def class_color(index: int) -> str:
    """Returns the colour of a class, the same in all figures."""
    return PALETTE[index % len(PALETTE)]


def class_marker(index: int) -> str:
    """Returns the marker of a class, so that colour is never the only sign."""
    return MARKERS[(index + index // len(PALETTE)) % len(MARKERS)]


def lightened(color: str, share: float) -> tuple[float, float, float]:
    """Returns `color` mixed with white: share 0 is white, 1 the colour itself."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(color))
    return red, green, blue


def plain(text: object, width: int | None = None) -> str:
    """Returns `text` as Matplotlib draws it to the letter, wrapped at `width`.

    Lines break at blanks, hyphens and underscores where they can. Names come from
    users' files: a dollar sign is no formula, and a leading underscore must not hide an
    entry from the legend.
    """
    escaped = str(text).replace("$", r"\$")
    if escaped.startswith("_"):
        escaped = "\u200a" + escaped
    if width is None:
        return escaped
    lines = textwrap.fill(escaped.replace("_", "_ "), width, break_long_words=True)
    return lines.replace("_ ", "_")


def enlarge_marks(legend: Any) -> None:
    """Makes the marks of a scatter's legend opaque and large enough to tell apart."""
    for handle in legend.legend_handles:
        handle.set_alpha(1)
        handle.set_sizes([45])


def tidy(axes: Any, x_label: str, y_label: str, title: str = "") -> None:
    """Labels axes and takes away what carries no information."""
    axes.set_xlabel(x_label, fontsize=11)
    axes.set_ylabel(y_label, fontsize=11)
    if title:
        axes.set_title(title, fontsize=12, loc="left")
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#E6E6E6", linewidth=0.8)
    axes.set_axisbelow(True)
