"""A file that holds one thing is short."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST = 250


def test_no_file_of_the_packages_is_long():
    files = [
        path
        for package in ("mesa_keras", "ost_classifier", "cli", "benchmarks")
        for path in (ROOT / package).rglob("*.py")
    ]
    assert len(files) > 400
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
    }
    assert {name: count for name, count in lines.items() if count > MOST} == {}
