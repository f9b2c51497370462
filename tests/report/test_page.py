import base64
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from mesa_keras.report import (
    Picture,
    Section,
    Table,
    save_figure,
    training_loss,
    write_report,
)
from mesa_keras.report.page import format_cell

FIGURE = training_loss({"loss": [1.0, 0.5]})
METRICS = {"value": 0.8123, "low": 0.79, "high": 0.83}


class Reader(HTMLParser):
    """Collects tags with their attributes and checks that they close."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def written(tmp_path, title, sections):
    path = tmp_path / "report.html"
    write_report(path, title, sections)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    assert reader.open == []
    return path.read_text(encoding="utf-8"), reader


def test_page_holds_everything_and_loads_nothing(tmp_path):
    table = Table(
        columns=["Metric", "Value"],
        rows=[("accuracy", METRICS), ("roc_auc", float("nan"))],
        caption="On test stars",
    )
    picture = Picture(figure=FIGURE, alt="Loss falls from 1 to 0.5", caption="Loss")
    section = Section(title="Results", text=["One."], tables=[table], figures=[picture])
    page, reader = written(tmp_path, "MESA", [section, Section(title="End")])
    markup = re.sub(r"base64,[^\"]+", "", page)
    assert not re.search(r"https?:|//[a-z]|<script|<link|@import|url\(", markup)
    image = dict(reader.tags)["img"]
    assert image["alt"] == "Loss falls from 1 to 0.5"
    kind, content = image["src"].split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content).startswith(b"\x89PNG")
    for text in ("0.812 (0.790 to 0.830)", "not defined", "On test stars", "One."):
        assert text in reader.text
    ids = {attrs.get("id") for _, attrs in reader.tags}
    links = [attrs["href"] for tag, attrs in reader.tags if tag == "a"]
    assert {link.removeprefix("#") for link in links} <= ids
    assert len(links) == 2


def test_names_from_data_do_nothing(tmp_path):
    attack = "<script>alert('1')</script>\" onload=\"x {{ 7 * 7 }}"
    section = Section(
        title=attack,
        text=[attack],
        tables=[Table(columns=[attack], rows=[[attack]], caption=attack)],
        figures=[Picture(figure=FIGURE, alt=attack, caption=attack)],
    )
    _, reader = written(tmp_path, attack, [section])
    assert "script" not in dict(reader.tags)
    assert not any("onload" in attrs for _, attrs in reader.tags)
    assert dict(reader.tags)["img"]["alt"] == attack
    assert reader.text.count(attack) >= 6


def test_png_file_as_figure(tmp_path):
    folder = tmp_path / "figures"
    folder.mkdir()
    save_figure(FIGURE, folder / "loss.png")
    picture = Picture(figure=folder / "loss.png", alt="loss")
    write_report(tmp_path / "a.html", "t", [Section(title="s", figures=[picture])])
    assert "base64,iVBORw0KGgo" in (tmp_path / "a.html").read_text()


def test_bad_figures_leave_no_page(tmp_path):
    (tmp_path / "not.png").write_text("text")
    for name, error in (("not.png", ValueError), ("none.png", FileNotFoundError)):
        picture = Picture(figure=tmp_path / name, alt="x")
        with pytest.raises(error, match=name):
            write_report(
                tmp_path / "a.html", "t", [Section(title="s", figures=[picture])]
            )
    assert [entry.name for entry in tmp_path.iterdir()] == ["not.png"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("CONFIRMED", "CONFIRMED"),
        (1075, "1,075"),
        (np.int64(3), "3"),
        (0.8361, "0.836"),
        (np.float32(0.5), "0.500"),
        (-0.25, "−0.250"),
        (512.25, "512.2"),
        (1.5e-7, "1.5e−07"),
        (0.0, "0.000"),
        (float("nan"), "not defined"),
        (np.float32("nan"), "not defined"),
        (None, "not defined"),
        (float("inf"), "infinite"),
        (True, "yes"),
        (np.bool_(False), "no"),
        (METRICS, "0.812 (0.790 to 0.830)"),
        (METRICS | {"low": float("nan")}, "0.812"),
        (METRICS | {"value": float("nan")}, "not defined"),
    ],
)
def test_cells(value, text):
    assert format_cell(value) == text


def test_rejects():
    with pytest.raises(ValueError, match="`rows` must have 2 cells each"):
        Table(columns=["a", "b"], rows=[(1, 2), (1,)])
    with pytest.raises(ValueError, match="`alt` must say"):
        Picture(figure=FIGURE, alt=" ")
    with pytest.raises(TypeError, match="`text` must be a list"):
        Section(title="s", text="one")
