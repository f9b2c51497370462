import pytest

from mesa_keras.report import Picture, save_figure, save_pictures, training_loss


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


def test_pictures_are_written_and_shown_from_their_files(tmp_path):
    figure = training_loss({"loss": [1.0, 0.5]})
    given = {"loss": Picture(figure=figure, alt="A falling line.", caption="Both.")}
    shown, files = save_pictures(given, tmp_path)
    assert files == {"loss": tmp_path / "loss.png"}
    assert files["loss"].read_bytes().startswith(b"\x89PNG")
    assert shown["loss"].figure == files["loss"]
    assert (shown["loss"].alt, shown["loss"].caption) == ("A falling line.", "Both.")
    with pytest.raises(TypeError, match="loss="):
        save_pictures(shown, tmp_path)
