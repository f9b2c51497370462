import configparser
import re
from pathlib import Path

from cli import fetch_data
from mesa_keras.missing_extra import install_command, missing_extra

ROOT = Path(__file__).parents[1]


def test_names_the_checkout_in_a_form_that_every_shell_takes():
    error = missing_extra("HDF5 files need h5py", "galaxies")
    assert isinstance(error, ImportError)
    assert str(error) == (
        'HDF5 files need h5py, which is not installed: pip install -e ".[galaxies]"'
    )


def test_all_that_are_named_are_extras_of_the_package():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    files = [*ROOT.glob("mesa_keras/**/*.py"), *ROOT.glob("ost_classifier/**/*.py")]
    calls = "".join(path.read_text() for path in files).split("raise missing_extra(")
    named = [re.search(r'"(\w+)"\s*\) from error', call).group(1) for call in calls[1:]]
    assert len(named) > 9
    assert set(named) <= set(config["options.extras_require"])


def test_help_and_readme_say_the_same():
    command = install_command("lightcurves")
    assert command in fetch_data.__doc__
    assert command in (ROOT / "README.md").read_text()
