import errno
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa import ensemble
from mesa_keras.recipes.mesa.ensemble import join_models, write_ensemble
from mesa_keras.recipes.mesa.model_data import check_unseen, load_for_model
from mesa_keras.recipes.mesa.run_config import CONFIG_FILE
from tests.recipes.mesa.candidates import LABELS, build, small
from tests.small_mesa import make_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return [make_run(folder / str(seed), seed) for seed in range(2)]


@pytest.fixture(scope="module")
def members(runs):
    found = [Predictor(run[0]) for run in runs]
    found[0].rule.calibrate(
        2.0, thresholds=[0.1, 0.2, 0.3], class_rates=[0.5, 0.3, 0.2]
    )
    found[1].rule.calibrate(
        0.5, thresholds=[0.3, 0.2, 0.1], class_rates=[0.1, 0.3, 0.6]
    )
    return found


def test_probabilities_are_the_mean_of_the_members(runs, members):
    joined = join_models([member.model for member in members])
    inputs = load_for_model(members[0], runs[0][2]).inputs()
    for hidden in ((), ("planet_features",), ("global_view", "local_view")):
        shown = {
            name: np.full_like(x, np.nan) if name in hidden else x
            for name, x in inputs.items()
        }
        each = [member.predict(shown) for member in members]
        found = joined.predict(shown, verbose=0)
        mean = np.mean([x["probabilities"] for x in each], axis=0)
        np.testing.assert_allclose(found["probabilities"], mean, rtol=1e-4)
        np.testing.assert_allclose(
            np.exp(found["tower_logits"]),
            np.stack([x["probabilities"] for x in each], axis=1),
            rtol=1e-4,
        )
        np.testing.assert_allclose(
            found["embedding"],
            np.concatenate([x["embedding"] for x in each], axis=1),
            rtol=1e-5,
        )
        # The cosine of two objects is the mean of the members' cosines.
        pair = np.mean(
            [np.einsum("nd,md->nm", *x["alignment"].swapaxes(0, 1)) for x in each], 0
        )
        own = np.einsum("nd,md->nm", *found["alignment"].swapaxes(0, 1))
        np.testing.assert_allclose(own, pair, atol=1e-5)


def test_the_rule_holds_the_mean_of_thresholds_and_rates(members):
    joined = join_models([member.model for member in members])
    rule = joined.get_layer("decision_rule")
    np.testing.assert_allclose(rule.thresholds, 0.2, rtol=1e-6)
    np.testing.assert_allclose(rule.class_rates, [0.3, 0.3, 0.4], rtol=1e-6)
    assert set(rule.temperatures().values()) == {1.0}
    assert rule.schema == members[0].schema
    assert float(rule.abstain) == 0


@pytest.mark.slow
def test_a_row_with_nothing_is_unknown(runs, tmp_path):
    write_ensemble([run[0] for run in runs], tmp_path / "both.keras")
    predictor = Predictor(tmp_path / "both.keras")
    nothing = {n: np.full((2, *s), np.nan) for n, s in predictor.input_shapes.items()}
    found = predictor.predict(nothing)
    assert (found["decision"] == predictor.unknown_id).all()


@pytest.mark.slow
def test_one_file_opens_in_a_fresh_process(runs, tmp_path):
    out = tmp_path / "new" / "both.keras"
    model, notes = write_ensemble([run[0] for run in runs], out)
    assert notes == []
    predictor = Predictor(out)
    inputs = load_for_model(predictor, runs[0][2]).inputs()
    expected = model.predict(inputs, verbose=0)["probabilities"]
    np.savez(tmp_path / "inputs.npz", **inputs)
    program = (
        "import sys, numpy as np\n"
        "from mesa_keras.inference import Predictor\n"
        "model, inputs, output = sys.argv[1:]\n"
        "found = Predictor(model).predict(dict(np.load(inputs)))\n"
        "np.save(output, found['probabilities'])\n"
    )
    files = [out, tmp_path / "inputs.npz", tmp_path / "found.npy"]
    subprocess.run([sys.executable, "-c", program, *map(str, files)], check=True)
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), expected, rtol=1e-5)


@pytest.mark.slow
def test_fewer_digits_make_a_smaller_file_of_nearly_the_same_model(runs, tmp_path):
    whole, short = tmp_path / "whole" / "both.keras", tmp_path / "short" / "both.keras"
    write_ensemble([run[0] for run in runs], whole)
    write_ensemble([run[0] for run in runs], short, significant_bits=12)
    assert short.stat().st_size < 0.8 * whole.stat().st_size
    inputs = load_for_model(Predictor(whole), runs[0][2]).inputs()
    found = [Predictor(x).predict(inputs)["probabilities"] for x in (whole, short)]
    np.testing.assert_allclose(found[1], found[0], atol=2e-3)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(found[1], found[0])


@pytest.mark.slow
def test_a_full_disk_is_told_of_the_file_that_was_asked_for(
    runs, tmp_path, monkeypatch
):
    write = zipfile.ZipFile.writestr

    def full(self, name, content, *compression, **named):
        if compression:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, name, content, **named)

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    out = tmp_path / "both.keras"
    with pytest.raises(OSError, match="No space left") as error:
        write_ensemble([run[0] for run in runs], out)
    assert error.value.filename == str(out)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_it_knows_the_stars_of_all_members(runs, tmp_path):
    out = tmp_path / "both.keras"
    write_ensemble([run[0] for run in runs], out)
    predictor = Predictor(out)
    assert check_unseen(predictor, load_for_model(predictor, runs[1][2])) == []
    for _, train, _ in runs:
        with pytest.raises(ValueError, match=r"trained on .* stars of this table"):
            check_unseen(predictor, load_for_model(predictor, train))
    # The folder holds the stars of one ensemble, which may be written anew.
    write_ensemble([run[0] for run in runs], out)
    for beside in (
        out.with_name("again.keras"),
        *(path.with_name("again.keras") for path, _, _ in runs),
    ):
        with pytest.raises(
            ValueError, match=r"or of another ensemble, .*again/again.keras would do"
        ):
            write_ensemble([run[0] for run in runs], beside)
        assert not beside.exists()


def test_a_model_never_stands_without_its_configuration(runs, tmp_path, monkeypatch):
    def full(path, config):
        raise OSError("no space left on device")

    monkeypatch.setattr(ensemble, "write_run_config", full)
    with pytest.raises(OSError, match="no space left"):
        write_ensemble([run[0] for run in runs], tmp_path / "both.keras")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_without_the_configuration_of_one_nothing_is_claimed(runs, tmp_path):
    bare = tmp_path / "bare.keras"
    shutil.copy(runs[0][0], bare)
    out = tmp_path / "new" / "both.keras"
    _, notes = write_ensemble([bare, runs[1][0]], out)
    assert len(notes) == 1
    assert "bare.keras" in notes[0]
    assert not (out.parent / CONFIG_FILE).exists()


@pytest.mark.slow
def test_members_must_fit():
    first, other = build(), build(small(labels=(*LABELS[:2], "X")))
    with pytest.raises(ValueError, match="two or more"):
        join_models([first])
    with pytest.raises(ValueError, match="same class_names"):
        join_models([first, other])
    with pytest.raises(ValueError, match="same schema"):
        join_models([first, build(stellar_columns=("stellar_temp",))])
    abstaining = build()
    abstaining.get_layer("decision_rule").calibrate(abstain=True)
    with pytest.raises(ValueError, match="abstain"):
        join_models([first, abstaining])


def test_the_output_must_be_a_file_of_its_own(runs, tmp_path):
    path = runs[0][0]
    for out in (path, tmp_path / "both.h5"):
        with pytest.raises(ValueError, match="another file than the members"):
            write_ensemble([path, path], out)
    with pytest.raises(FileNotFoundError):
        write_ensemble([path, tmp_path / "none.keras"], tmp_path / "both.keras")
