import pytest

from mesa_keras.report import save_figure, training_loss


@pytest.mark.parametrize(
    ("suffix", "magic"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")]
)
def test_writes_the_format_of_the_suffix(tmp_path, suffix, magic):
    path = tmp_path / f"training_loss{suffix}"
    save_figure(training_loss({"loss": [1.0, 0.5]}), path)
    assert path.read_bytes().startswith(magic)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "figure.nonsense"
    path.write_text("before")
    with pytest.raises(ValueError, match="nonsense"):
        save_figure(training_loss({"loss": [1.0]}), path)
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
