"""What is wrong with the call or a file ends with status 2, one sentence, no output."""

import contextlib
import os
import resource
import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest

from cli import calibrate, evaluate_mesa, predict_mesa, simulate, train_mesa
from tests.small_mesa import LABELS, STEPS, make_run, rows_of, write_table, write_views


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture
def fails(run, tmp_path, capsys):
    """Function that runs a command and checks how it ends; returns the sentence."""
    commands = {
        "train": (train_mesa, "--data_path", "--output_dir"),
        "evaluate": (evaluate_mesa, "--test_data", "--output_dir"),
        "predict": (predict_mesa, "--data", "--output"),
        "calibrate": (calibrate, "--data", "--model_out"),
    }
    names = {"predict": "p.csv", "calibrate": "m.keras"}

    def check(command, table, *options, model=run[0], folder=tmp_path / "new"):
        module, data_flag, out_flag = commands[command]
        before = sorted(folder.rglob("*"))
        argv = [data_flag, str(table), out_flag]
        argv.append(str(folder / names.get(command, "out")))
        if command == "train":
            argv += ["--planet_features", "period,depth", "--epochs", "1"]
            argv += ["--stellar_features", "stellar_temp", "--no-jit_compile"]
        else:
            argv += ["--model_path", str(model)]
        assert module.main([*argv, *options]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        lines = [line for line in shown.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1
        assert "Traceback" not in shown.err
        assert sorted(folder.rglob("*")) == before
        return lines[0]

    return check


SMALL = [
    *("--d_model", "8", "--nhead", "2", "--num_layers", "1", "--num_towers", "1"),
    *("--feature_embedding_dim", "0", "--batch_size", "8", "--steps_per_execution"),
    "1",
]
ALL = ("train", "evaluate", "predict", "calibrate")
LABELLED = ("train", "evaluate", "calibrate")


@pytest.mark.parametrize("command", ALL)
def test_missing_file(fails, tmp_path, command):
    assert "absent.csv" in fails(command, tmp_path / "absent.csv")


def test_missing_data_at_the_default_path_names_the_simulation(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert train_mesa.main([]) == 2
    assert "python -m cli.simulate mesa --output_dir data" in capsys.readouterr().err
    assert evaluate_mesa.main([]) == 2
    assert "python -m cli.train_mesa" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ALL)
@pytest.mark.parametrize("text", ["", "object_id,period,depth,stellar_temp,label\n"])
def test_empty_table(fails, tmp_path, command, text):
    (tmp_path / "empty.csv").write_text(text)
    message = fails(command, tmp_path / "empty.csv")
    assert "empty.csv" in message
    assert "empty (0 bytes)" in message or "no row" in message


@pytest.mark.parametrize("command", ALL)
def test_duplicate_columns(fails, tmp_path, command):
    (tmp_path / "t.csv").write_text("object_id,period,period,label\na,1,2,CANDIDATE\n")
    assert "column 'period' stands twice" in fails(command, tmp_path / "t.csv")


@pytest.mark.parametrize("command", LABELLED)
def test_unknown_label(fails, tmp_path, command):
    rows = rows_of(12, 100)
    rows[4]["label"] = "PLANET"
    message = fails(command, write_table(tmp_path / "t.csv", rows))
    assert "unknown label 'PLANET' (first in row 5)" in message


@pytest.mark.parametrize("command", ALL)
def test_duplicated_object_ids(fails, tmp_path, command):
    rows = rows_of(12, 100)
    rows[9]["object_id"] = rows[2]["object_id"]
    message = fails(command, write_table(tmp_path / "t.csv", rows))
    assert "object_id 'K00102' stands in row 3 and in row 10" in message


@pytest.mark.parametrize("command", ["train", "calibrate"])
def test_one_class_only(fails, tmp_path, command):
    rows = [row | {"label": LABELS[0]} for row in rows_of(12, 100)]
    message = fails(command, write_table(tmp_path / "t.csv", rows))
    assert "needs two classes or more" in message


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_a_star_in_training_and_test(fails, tmp_path, command):
    rows = rows_of(12, 100)
    rows[3]["star_id"] = "1000004"
    message = fails(command, write_table(tmp_path / "t.csv", rows))
    assert "the model was trained on 1 stars of this table" in message
    assert "1000004" in message


@pytest.mark.parametrize(
    "options",
    [
        ["--planet_features", "period,koi_score"],
        ["--stellar_features", "interpolated_run"],
        ["--columns", "depth=koi_fpflag_nt"],
        ["--planet_features", "period,label"],
    ],
)
def test_a_leaking_column(fails, tmp_path, options):
    rows = [row | {"koi_score": 0.5, "koi_fpflag_nt": 1} for row in rows_of(12, 100)]
    message = fails("train", write_table(tmp_path / "t.csv", rows), *options)
    assert "gives the label away" in message or "is no feature" in message


@pytest.mark.parametrize("command", ["evaluate", "predict", "calibrate"])
def test_views_of_wrong_length(fails, tmp_path, command):
    rows = rows_of(12, 100)
    write_views(tmp_path, rows, STEPS | {"local_view": 9})
    message = fails(command, write_table(tmp_path / "t.csv", rows))
    assert "view 'local_view' has 9 steps, and the model expects 8" in message


def test_views_that_do_not_fit_their_ids(fails, tmp_path):
    np.savez(tmp_path / "views.npz", object_id=["a"], global_view=np.zeros((2, 16)))
    for command in ("train", "predict"):
        table = write_table(tmp_path / "t.csv", rows_of(12, 100))
        assert "views.npz" in fails(command, table)


@pytest.mark.parametrize("command", ["evaluate", "predict", "calibrate"])
@pytest.mark.parametrize("kind", ["truncated", "text", "foreign", "absent", "folder"])
def test_a_model_file_that_is_none(fails, run, tmp_path, command, kind):
    model = tmp_path / "model.keras"
    if kind == "truncated":
        whole = run[0].read_bytes()
        model.write_bytes(whole[: len(whole) // 2])
    elif kind == "text":
        model.write_text("not a model")
    elif kind == "foreign":
        x = keras.Input((3,))
        keras.Model(x, keras.layers.Dense(1)(x)).save(model)
    elif kind == "folder":
        model.mkdir()
    assert "model.keras" in fails(command, run[2], model=model)


def test_a_damaged_weight_inside_a_whole_archive(fails, run, tmp_path):
    import zipfile

    model = tmp_path / "model.keras"
    with zipfile.ZipFile(run[0]) as old, zipfile.ZipFile(model, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[:100] if name.endswith(".h5") else content)
    assert "model.keras" in fails("predict", run[2], model=model)


def test_pretrained_weights_that_are_none(fails, run, tmp_path):
    (tmp_path / "w.keras").write_text("not a model")
    options = ("--pretrained_path", str(tmp_path / "w.keras"))
    folder = tmp_path / "new"
    (folder / "out").mkdir(parents=True)
    assert "w.keras" in fails("train", run[1], *options, folder=folder)


@pytest.mark.parametrize("prior", ["0.5,0.5", "A=0.5,B=0.25,C=0.25", "0.9,0.9,0.9"])
def test_a_prior_that_does_not_fit(fails, run, prior):
    assert "`class_prior`" in fails("predict", run[2], "--class_prior", prior)


def test_an_output_format_that_is_none(run, tmp_path, capsys):
    out = tmp_path / "p.xlsx"
    argv = ["--model_path", str(run[0]), "--data", str(run[2]), "--output", str(out)]
    assert predict_mesa.main(argv) == 2
    assert "must end in .csv" in capsys.readouterr().err
    assert not out.exists()


@contextlib.contextmanager
def full_disk(free_bytes):
    """Lets no file of this process grow beyond a size; the write really fails."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


@pytest.mark.parametrize("command", ["evaluate", "predict", "calibrate"])
def test_a_full_disk(fails, run, tmp_path, command):
    folder = tmp_path / "full"
    (folder / "out").mkdir(parents=True)
    with full_disk(1000):
        message = fails(command, run[2], folder=folder)
    assert "too large" in message or "full" in message


@pytest.mark.parametrize(
    ("free_bytes", "file"), [(1000, "train_data.csv"), (12_000, "views.npz")]
)
def test_a_full_disk_in_a_simulation(tmp_path, capsys, free_bytes, file):
    with full_disk(free_bytes):
        status = simulate.main(["mesa", "--output_dir", str(tmp_path), "--num", "40"])
    assert status == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert "too large" in message
    assert message.endswith(f"{file}'")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_full_disk_in_training(fails, run, tmp_path):
    (tmp_path / "full" / "out").mkdir(parents=True)
    with full_disk(20_000):
        message = fails("train", run[1], *SMALL, folder=tmp_path / "full")
    assert "too large" in message or "full" in message


@contextlib.contextmanager
def ordinary_user():
    """Takes root's rights away for a while; permissions mean nothing to root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public_run(run):
    """A copy of the run where any user may read, with a folder nobody may write to."""
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(run[0].parent.parent, folder / "run")
    (folder / "closed" / "out").mkdir(parents=True)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for path in (folder / "closed" / "out", folder / "closed"):
        path.chmod(0o555)
    yield folder
    for path in (folder / "closed", folder / "closed" / "out"):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("command", ["evaluate", "predict", "calibrate"])
def test_a_folder_that_is_not_writable(fails, public_run, command):
    model = public_run / "run" / "output" / "mesa_model.keras"
    table = public_run / "run" / "data" / "test_data.csv"
    with ordinary_user():
        message = fails(command, table, model=model, folder=public_run / "closed")
    assert "Permission denied" in message
    assert "closed" in message


@pytest.mark.slow
def test_training_into_a_folder_that_is_not_writable(fails, public_run):
    table = public_run / "run" / "data" / "train_data.csv"
    with ordinary_user():
        message = fails("train", table, *SMALL, folder=public_run / "closed")
    assert "Permission denied" in message
    assert "closed" in message
