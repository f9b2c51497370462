import json
import subprocess
import sys
import time

import pytest

from cli.generate_embeddings import main as generate
from cli.train_astroclip import main
from mesa_keras.recipes.astroclip.embeddings import open_embeddings
from tests.small_astroclip import write_small_store

SMALL = [
    *("--image_size", "32", "--image_filters", "4,8", "--photometry_radii", "3,8"),
    *("--spectrum_bin_size", "1", "--spectrum_patch_size", "16"),
    *("--spectrum_filters", "4", "--circle_bins", "256", "--hidden_dim", "16"),
    *("--num_layers", "1", "--num_heads", "2", "--mlp_dim", "16"),
    *("--embedding_dim", "8", "--projection_dim", "16", "--batch_size", "16"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return write_small_store(tmp_path_factory.mktemp("store") / "pairs")


@pytest.mark.slow
def test_the_steps_of_the_published_code(store, tmp_path, capsys):
    out = tmp_path / "out"
    argv = ["--data_dir", str(store), "--output_dir", str(out), "--epochs", "2"]
    assert main([*argv, "--job_id", "17", *SMALL]) == 0
    shown = capsys.readouterr()
    for name in ("model.keras", "training_history.json", "config.json", "metrics.json"):
        path = out / f"astroclip_{name}"
        assert path.stat().st_size > 100
        assert str(path) in shown.out
    for name in ("training_loss", "validation_recall", "validation_redshift"):
        assert (out / f"{name}.png").stat().st_size > 1000
    assert "validation redshift_r2_image_spectrum" in shown.out
    assert "the data are simulated" in shown.err
    # Step 2: move the checkpoint to the cache directory; step 3: embed.
    checkpoints = list((out / "astroclip_ckpt_17").iterdir())
    epoch = json.loads((out / "astroclip_metrics.json").read_text())["best_epoch"]
    assert [p.name for p in checkpoints] == [f"astroclip-epoch={epoch}-min.keras"]
    cache = tmp_path / "cache"
    cache.mkdir()
    checkpoints[0].rename(cache / "mine.keras")
    (tmp_path / "machine.json").write_text(
        json.dumps({"cache_dir": str(cache), "data_dir": str(store)})
    )
    argv = ["--config", str(tmp_path / "machine.json"), "--model-checkpoint"]
    assert generate([*argv, "mine.keras"]) == 0
    found = open_embeddings(cache)
    config = json.loads((out / "astroclip_config.json").read_text())
    assert found.model_fingerprint == config["model_fingerprint"]
    assert found.data_fingerprint == config["data"]["fingerprint"]


def test_wrong_calls(store, tmp_path, capsys):
    out = tmp_path / "out"
    argv = ["--data_dir", str(store), "--output_dir", str(out)]
    for more, message in (
        (["--hidden_dim", "9"], "`num_heads` must divide"),
        (["--freeze", "image"], "`freeze` of image needs `pretrained_image`"),
        (["--freeze", "sound"], "`freeze` must be of image, spectrum"),
        (["--job_id", "a/b"], "`job_id` must be a name for a folder"),
        (["--batch_size", "1000", "--image_size", "32"], "valid training pairs"),
        (["--image_size", "96"], "`image_size` must be at most"),
        (["--data_dir", str(tmp_path / "no")], "cli.simulate astroclip"),
    ):
        assert main([*argv, *more]) == 2
        assert message in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["train_astroclip", "generate_embeddings"])
def test_help_is_quick(command):
    argv = [sys.executable, "-m", f"cli.{command}", "--help"]
    took = []
    # The best of three: other work on the machine is no fault of the command.
    for _ in range(3):
        start = time.perf_counter()
        shown = subprocess.run(argv, capture_output=True, text=True, check=True)
        took.append(time.perf_counter() - start)
    assert "usage: python -m cli." in shown.stdout
    assert shown.stderr == ""
    assert min(took) < 1
