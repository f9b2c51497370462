"""The notebooks name only what the library has.

They run as tests of their own (`make notebooks`), which takes minutes: an import of
something that was renamed shows here at once.
"""

import ast
import importlib
import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def _code(notebook: Path) -> str:
    """All code of a notebook, without its magic."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "".join(
        line if line.endswith("\n") else f"{line}\n"
        for cell in cells
        if cell["cell_type"] == "code"
        for line in cell["source"]
        if not line.startswith("%")
    )


def _imports(notebook: Path) -> list[tuple[str, str]]:
    """Module and name of each `from module import name` in a notebook's code."""
    return [
        (node.module or "", alias.name)
        for node in ast.walk(ast.parse(_code(notebook)))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_import_of_a_notebook_exists(notebook: Path) -> None:
    imports = _imports(notebook)

    assert any(module.startswith("mesa_keras") for module, _ in imports)
    for module, name in imports:
        assert hasattr(importlib.import_module(module), name), f"{module}.{name}"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_commands_in_the_text_can_be_copied(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")

    # Two backslashes do not go on in the next line.
    assert "\\\\\n" not in text


@pytest.fixture(scope="module")
def embeddings_of_one_split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the published steps end in: the embeddings of one split."""
    from mesa_keras.recipes.astroclip.generate import generate_embeddings
    from tests.small_astroclip import small_model, write_small_store

    root = tmp_path_factory.mktemp("survey")
    write_small_store(root / "store")
    small_model(root / "store").save(root / "model.keras")
    generate_embeddings(
        root / "model.keras", root / "store", root / "cache", split="train"
    )
    return root / "cache"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["redshift_zero_shot", "similarity_search"])
def test_galaxy_notebooks_take_embeddings_that_are_there(
    name: str, embeddings_of_one_split: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (notebook,) = (path for path in NOTEBOOKS if path.stem == name)
    given = f"EMBEDDINGS = {str(embeddings_of_one_split)!r}"
    code = _code(notebook).replace('EMBEDDINGS = ""', given)
    assert given in code

    exec(compile(code, str(notebook), "exec"), {})

    assert "rows are valid" in capsys.readouterr().out
