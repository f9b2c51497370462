import pytest

from ost_classifier.service import ClassifierService
from tests.small_ost import make_model, write_frame


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return ClassifierService(make_model(tmp_path_factory.mktemp("model") / "m.keras"))


@pytest.fixture
def night(tmp_path):
    folder = tmp_path / "night"
    for i in range(3):
        write_frame(folder / f"{i}.fits", seed=i)
    (folder / "deeper").mkdir()
    write_frame(folder / "deeper" / "3.FIT", "Flat Field", seed=3)
    (folder / "broken.fits").write_bytes(b"SIMPLE  = nothing more")
    (folder / "notes.txt").write_text("clouds")
    return folder
