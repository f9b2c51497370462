import pytest

from mesa_keras.recipes.astroclip.transfer import check_frozen, take_encoder
from tests.small_astroclip import small_model, write_small_store


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("transfer")
    write_small_store(root / "store", 60)
    small_model(root / "store").save(root / "model.keras")
    return root


@pytest.mark.parametrize("modality", ["image", "spectrum"])
def test_a_branch_may_be_frozen_under_a_projection_of_another_width(folder, modality):
    # As many circles as in 8 dimensions.
    wider = small_model(folder / "store", embedding_dim=9)
    found = take_encoder(wider, modality, str(folder / "model.keras"))
    assert {path.split("/")[0] for path in found.left} == {
        f"{modality}_projection_output"
    }
    check_frozen((modality,), {modality: found})


def test_a_branch_that_was_not_taken_whole_is_not_frozen(folder):
    other = small_model(folder / "store", spectrum_filters=6)
    found = take_encoder(other, "spectrum", str(folder / "model.keras"))
    with pytest.raises(ValueError, match="all of the spectrum branch"):
        check_frozen(("spectrum",), {"spectrum": found})


def test_circles_of_other_periods_are_not_taken(folder):
    path = str(folder / "model.keras")
    other = small_model(folder / "store", circle_periods=(0.2, 0.9))
    found = take_encoder(other, "spectrum", path)
    assert found.left
    for name, reason in found.left.items():
        assert name.startswith(("spectrum_circles_", "spectrum_confidence/"))
        assert reason == "its circles have other periods"
    with pytest.raises(ValueError, match="all of the spectrum branch"):
        check_frozen(("spectrum",), {"spectrum": found})
    assert take_encoder(other, "image", path).left == {}
