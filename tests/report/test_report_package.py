import subprocess
import sys

import pytest

from mesa_keras import report


def test_every_public_name_loads():
    assert sorted(report.__all__) == sorted(report._MODULES)
    for name in report.__all__:
        assert getattr(report, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = report.nothing


@pytest.mark.slow
def test_import_is_cheap():
    code = (
        "import sys, mesa_keras.report, mesa_keras.evaluation;"
        "heavy = {'matplotlib', 'sklearn', 'scipy', 'keras', 'tensorflow'};"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
