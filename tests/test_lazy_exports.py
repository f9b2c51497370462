import importlib
import sys

import pytest

from mesa_keras.lazy_exports import lazy_exports


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "lazy_package"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from mesa_keras.lazy_exports import lazy_exports\n"
        "__getattr__, __dir__ = lazy_exports(__name__, {'b': 'two', 'a': 'one'})\n"
    )
    (folder / "one.py").write_text("a = 1\n")
    (folder / "two.py").write_text("b = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("lazy_package")
    for name in [name for name in sys.modules if name.startswith("lazy_package")]:
        del sys.modules[name]


def test_a_module_loads_when_its_name_is_used(package):
    assert dir(package) == ["a", "b"]
    assert package.b == 2
    assert "lazy_package.two" in sys.modules
    assert "lazy_package.one" not in sys.modules


def test_another_name_is_an_error(package):
    with pytest.raises(AttributeError, match="'lazy_package' has no attribute 'c'"):
        _ = package.c


@pytest.mark.parametrize("name", ["pipelines", "report", "training"])
def test_every_public_name_of_ours_loads(name):
    package = importlib.import_module(f"mesa_keras.{name}")
    assert sorted(package.__all__) == sorted(package._MODULES) == dir(package)
    for public in package.__all__:
        assert getattr(package, public).__name__ == public


def test_the_functions_are_of_one_package():
    load, names = lazy_exports("mesa_keras.training", {"fit": "fitting"})
    assert names() == ["fit"]
    assert load("fit").__name__ == "fit"
