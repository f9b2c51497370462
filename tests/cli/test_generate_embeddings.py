import json

import numpy as np
import pytest

from cli.generate_embeddings import main
from mesa_keras.recipes.astroclip.embeddings import open_embeddings
from mesa_keras.training import save_model
from tests.small_astroclip import small_model, write_small_store


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Folders of a machine as `configs/local.json` names them."""
    root = tmp_path_factory.mktemp("machine")
    data, cache = write_small_store(root / "pairs", 60), root / "cache"
    cache.mkdir()
    save_model(small_model(data), cache / "astroclip_model.keras")
    (root / "configs").mkdir()
    config = {"cache_dir": str(cache), "data_dir": str(data)}
    (root / "configs" / "local.json").write_text(json.dumps(config))
    return root


def test_as_in_the_published_code(places, monkeypatch, capsys):
    monkeypatch.chdir(places)
    argv = ["--config=local", "--model-checkpoint=astroclip_model.keras"]
    assert main(argv) == 0
    out = places / "cache"
    found = open_embeddings(out)
    assert set(found.table["split"]) == {"validation"}
    indices = np.load(out / "valid_indices.npy")
    assert indices.dtype == np.int64
    shown = capsys.readouterr()
    assert "the data are simulated" in shown.err
    assert str(out / "image_embeddings.npy") in shown.out


def test_said_directly_with_a_damaged_shard(places, tmp_path, capsys):
    folder = write_small_store(tmp_path / "pairs", 60)
    (folder / "flux_00001.npy").unlink()
    argv = ["--model", str(places / "cache" / "astroclip_model.keras")]
    argv += ["--data_dir", str(folder), "--output_dir", str(tmp_path / "out")]
    assert main([*argv, "--split", "all", "--batch-size", "7"]) == 1
    shown = capsys.readouterr().err
    assert "damaged: flux_00001.npy" in shown
    assert "row 32: spectrum is in a damaged file" in shown
    assert "and 18 further rows" in shown
    found = open_embeddings(tmp_path / "out")
    assert np.isnan(found.spectrum[32:]).all()
    assert np.isfinite(found.image[32:]).all()


def test_wrong_calls(places, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    model = str(places / "cache" / "astroclip_model.keras")
    for argv, message in (
        ([], "`--model` is missing"),
        (["--model", model], "`--data_dir` is missing"),
        (["--model-checkpoint", "x.keras"], "in the cache_dir of a `--config`"),
        (["--config", "other"], "configs/other.json does not exist"),
        (["--config", str(places / "configs" / "local.json")], "`--model` is missing"),
    ):
        assert main(argv) == 2
        assert message in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--redshift_range", "0"])
    assert not list(tmp_path.iterdir())
