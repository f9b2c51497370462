"""The command, with the published flags to the letter."""

import json
import re
import shlex
import shutil

import pytest

from cli._config_options import config_from
from cli.train_ost import main, parser
from mesa_keras.inference import Predictor
from mesa_keras.pipelines.frame_cache import FrameCache
from ost_classifier.presets import PRESETS
from tests.ost_classifier.small_frames import CLASSES, write_folder

# The published recommended command, but for the name of the program.
RECOMMENDED = r"""
  --data_dir ../image_classification_training_sample \
  --target_w 448 --target_h 448 \
  --epochs 30 --batch_size 24 \
  --loss_strategy class_weights --cw_beta 0.3 --cw_cap 4.0 \
  --label_smoothing 0.08 \
  --initial_lr 1e-3 --batch_ref 32 \
  --lr_schedule cosine --warmup_epochs 5 \
  --augment --aug_strength 0.3 \
  --aug_conservative 'flat_dados,darks,flats,spectrum_dados,wavelength_calibration_dados,wavelength_calibration_baches' \
  --randaug_n 2 --randaug_m 5 \
  --mixup_alpha 0.1 \
  --balanced_sampling --balance_cap 4.0 \
  --model_out multimodal_classifier_mixup_warmup_randaug.keras
"""  # noqa: E501
TINY = [
    *("--channels", "1", "--filters", "4,8", "--image_dim", "8", "--feature_dim", "8"),
    *("--header_dim", "4", "--classifier-dim", "8", "--workers", "1"),
]


def test_the_recommended_command_is_the_preset():
    argv = shlex.split(RECOMMENDED.replace("\\\n", " "))
    arguments = parser().parse_args([*argv, "--backbone", "cnn"])
    assert arguments.model_out == "multimodal_classifier_mixup_warmup_randaug.keras"
    assert config_from(arguments, PRESETS) == PRESETS["recommended"]


@pytest.mark.slow
def test_the_recommended_command_runs(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "image_classification_training_sample"
    write_folder(folder, dict.fromkeys(CLASSES, 16))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    text = RECOMMENDED.replace("448", "24").replace("--epochs 30", "--epochs 2")
    assert main([*shlex.split(text.replace("\\\n", " ")), *TINY]) == 0
    out = capsys.readouterr().out
    assert "validation accuracy, pixels alone" in out
    model = "multimodal_classifier_mixup_warmup_randaug"
    assert (work / f"{model}_feat_scaler.npz").exists()
    assert Predictor(work / f"{model}.keras").class_names == CLASSES
    saved = json.loads((work / f"{model}_config.json").read_text())
    assert saved["config"]["mixup_alpha"] == 0.1


@pytest.fixture
def fails(tmp_path, capsys):
    """Function that runs the command and returns the sentence it ends with."""

    def check(folder, *options, out="new/m.keras"):
        argv = ["--data_dir", str(folder), "--model_out", str(tmp_path / out)]
        assert main([*argv, "--epochs", "1", *TINY, *options]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert "Traceback" not in shown.err
        assert not (tmp_path / "new").exists() or out != "new/m.keras"
        return re.findall(r"error: (.*)", shown.err)[-1]

    return check


def test_what_is_missing_or_empty(fails, tmp_path):
    assert "python -m cli.simulate ost" in fails(tmp_path / "absent")
    (tmp_path / "data" / "bias").mkdir(parents=True)
    assert "holds no frame" in fails(tmp_path / "data")
    write_folder(tmp_path / "data", {"bias": 3})
    assert "two classes or more" in fails(tmp_path / "data")
    assert "no such file" in fails(tmp_path / "data", "--labels_csv", "a.csv").lower()


def test_what_does_not_fit(fails, tmp_path):
    folder = write_folder(tmp_path / "data", dict.fromkeys(CLASSES, 4))
    assert "'deep_sky'" in fails(folder, "--classes", "bias,flats")
    assert "must end in .keras" in fails(folder, out="m.h5")
    assert "needs `pretrained_path`" in fails(folder, "--freeze_backbone")
    assert "does not exist" in fails(folder, "--pretrained_path", "a.keras")
    assert "`cw_beta` must lie" in fails(folder, "--cw_beta", "3")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--workers", "0"], "`workers` must be at least 1. Received: workers=0"),
        (["--workers", "-4"], "`workers` must be at least 1. Received: workers=-4"),
        (["--kfold", "1"], "`kfold` must be at least 2, .* Received: kfold=1"),
        (
            ["--kfold", "1000"],
            r"`kfold` must be at most the number of frames of the rarest class "
            rf"\('{CLASSES[0]}', 3\)\. Received: kfold=1000$",
        ),
        (["--kfold", "4"], "rarest class .*, 3.* Received: kfold=4"),
        (["--batch_size", "0"], "`batch_size` must be positive. .*batch_size=0"),
        (["--seed", "-1"], "`seed` must be in .* Received: seed=-1"),
        (["--classes", "bias"], "`classes` must be two or more .*classes=bias"),
        (["--classes", "bias,"], "`classes` must give at least two .*: bias"),
    ],
    ids=str,
)
def test_refuses_before_a_frame_is_read(fails, tmp_path, monkeypatch, options, message):
    few = {name: 3 if name == CLASSES[0] else 5 for name in CLASSES}
    # Frames of no class are in no fold.
    folder = write_folder(tmp_path / "data", {**few, "unknown": 1})
    monkeypatch.setattr(FrameCache, "build", None)
    assert re.search(message, fails(folder, *options).strip())


def test_refuses_a_model_out_that_cannot_be_written(fails, tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "data", dict.fromkeys(CLASSES, 1))
    monkeypatch.setattr(FrameCache, "build", None)
    (tmp_path / "file").touch()
    message = fails(folder, out="file/new/m.keras")
    assert "`model_out` must be a file that can be written: " in message
    assert message.endswith("file/new/m.keras")


def test_a_training_that_diverges_names_its_rate(tmp_path, capsys):
    folder = write_folder(tmp_path / "data", dict.fromkeys(CLASSES, 8))
    argv = ["--data_dir", str(folder), "--model_out", str(tmp_path / "m.keras"), *TINY]
    size = ["--target_w", "16", "--target_h", "16", "--batch_size", "4"]
    fast = ["--initial_lr", "1e30", "--clip_norm", "1e30", "--warmup_epochs", "0"]
    assert main([*argv, *size, *fast, "--epochs", "1"]) == 2
    shown = capsys.readouterr().err
    assert "Try a smaller `initial_lr`. Received: initial_lr=1e+30" in shown


def test_what_is_known_only_after_decoding(tmp_path, capsys):
    folder = write_folder(tmp_path / "data", dict.fromkeys(CLASSES, 8))
    argv = ["--data_dir", str(folder), "--model_out", str(tmp_path / "m.keras")]
    cases = {
        "`batch_size` must be at most": ["--batch_size", "500"],
        "no class": ["--aug_conservative", "flat"],
    }
    for message, options in cases.items():
        assert main([*argv, *TINY, *options]) == 2
        assert message in capsys.readouterr().err
        assert not (tmp_path / "m.keras").exists()


def test_options_out_of_range(capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["--loss_strategy", "hinge"])
    for options, message in (
        (["--label_counts=-1"], "--label-counts: must not be negative. Received: '-1'"),
        (["--label_counts", "abc"], "--label-counts: must be whole numbers separated"),
        (["--filters", "a"], "--filters: must be whole numbers separated by commas. "),
    ):
        with pytest.raises(SystemExit):
            parser().parse_args(options)
        shown = capsys.readouterr().err
        assert message in shown
        assert repr(options[-1].split("=")[-1]) in shown


@pytest.mark.slow
def test_unreadable_files_give_status_1_and_the_rest_is_done(tmp_path, capfd):
    folder = write_folder(tmp_path / "data", dict.fromkeys(CLASSES, 12))
    (folder / "bias" / "broken.fits").write_bytes(b"SIMPLE  = no more")
    shutil.copy(folder / "flats" / "000.fits", folder / "flats" / "copy.FIT")
    # The bytes of a name may be no text.
    (folder / "bias" / "001.fits").rename(folder / "bias" / "latin\udce9.fits")
    (folder / "bias" / "no\udce9.fits").write_bytes(b"SIMPLE  = no more")
    argv = ["--data_dir", str(folder), "--model_out", str(tmp_path / "m.keras")]
    size = ["--target_w", "16", "--target-h", "16", "--batch_size", "8"]
    assert main([*argv, *TINY, *size, "--epochs", "1"]) == 1
    shown = capfd.readouterr()
    assert "not read: bias/broken.fits: " in shown.err
    assert "2 files" in shown.out
    assert (tmp_path / "m.keras").exists()
