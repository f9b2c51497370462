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


def _imports(notebook: Path) -> list[tuple[str, str]]:
    """Module and name of each `from module import name` in a notebook's code."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "".join(
        line if line.endswith("\n") else f"{line}\n"
        for cell in cells
        if cell["cell_type"] == "code"
        for line in cell["source"]
        if not line.startswith("%")
    )
    return [
        (node.module or "", alias.name)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_import_of_a_notebook_exists(notebook: Path) -> None:
    imports = _imports(notebook)

    assert any(module.startswith("mesa_keras") for module, _ in imports)
    for module, name in imports:
        assert hasattr(importlib.import_module(module), name), f"{module}.{name}"
