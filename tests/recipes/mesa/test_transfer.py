import keras
import numpy as np
import pytest

from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.recipes.mesa.transfer import take_weights
from mesa_keras.training import save_model
from tests.recipes.mesa.candidates import PLANET, STEPS, build, small


def values(model):
    return {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}


def save(tmp_path, config=None, **changes):
    """A saved model whose weights are all told apart."""
    source = build(config, **changes)
    rng = np.random.default_rng(1)
    for weight in source.weights:
        weight.assign(rng.normal(size=weight.shape))
    path = tmp_path / "pretrained.keras"
    save_model(source, path)
    return source, path


def check(model, source, transfer, before):
    """Taken weights are the source's, the others are as before."""
    after, theirs = values(model), values(source)
    assert set(transfer.taken) | set(transfer.left) == set(after)
    for path in transfer.taken:
        np.testing.assert_array_equal(after[path], theirs[path], err_msg=path)
    for path in transfer.left:
        np.testing.assert_array_equal(after[path], before[path], err_msg=path)


def run(tmp_path, model=None, config=None, **changes):
    source, path = save(tmp_path, config, **changes)
    model = model or build()
    before = values(model)
    transfer = take_weights(model, path)
    check(model, source, transfer, before)
    return transfer


def test_everything_but_the_decision_rule_is_taken(tmp_path):
    model = build()
    transfer = run(tmp_path, model)
    rule = decision_rule(model).name
    assert {path.split("/")[0] for path in transfer.left} == {rule}
    assert set(transfer.left.values()) == {"found anew by calibration"}
    assert "found anew by calibration" in transfer.summary()


@pytest.mark.parametrize("columns", [("depth", "period", "duration"), ("a", "b", "c")])
def test_other_columns_leave_their_branch(tmp_path, columns):
    config = small(planet_features=columns)
    transfer = run(tmp_path, config=config, planet_columns=columns)
    left = {p for p, reason in transfer.left.items() if reason == "the columns differ"}
    branch = {path for path in values(build()) if "planet_branch" in path}
    assert left == branch != set()
    taken = {path.split("/")[0] for path in transfer.taken}
    assert "stellar_branch_embedding" in taken
    assert "light_curve_branch_block_0" in taken


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("labels", [("EB", "PC", "J"), ("X", "Y", "Z")])
def test_other_classes_leave_the_last_layer(tmp_path, labels, members):
    model = build(small(num_towers=members))
    config = small(labels=labels, num_towers=members)
    transfer = run(tmp_path, model, config=config)
    left = {p for p, reason in transfer.left.items() if reason == "the classes differ"}
    last = ["logits", "tower_1_logits"][:members]
    assert left == {f"{name}/{part}" for name in last for part in ("kernel", "bias")}


def test_another_number_of_classes_and_views(tmp_path):
    config = small(labels=("A", "B"))
    steps = {"global_view": STEPS["global_view"]}
    transfer = run(tmp_path, config=config, view_steps=steps)
    assert (
        transfer.left["light_curve_branch_local_view_patches/project/kernel"]
        == "not in the file"
    )
    assert "light_curve_branch_global_view_patches/project/kernel" in transfer.taken


def test_another_width_says_both_shapes(tmp_path):
    transfer = run(tmp_path, config=small(mlp_dim=12))
    reason = transfer.left["light_curve_branch_block_0/mlp_in/kernel"]
    assert reason == "shape (8, 12) in the file, (8, 16) here"


def test_nothing_that_fits_is_an_error(tmp_path):
    config = small(labels=("A", "B"), planet_features=("x",), stellar_features=("y",))
    _, path = save(
        tmp_path,
        config,
        planet_columns=("x",),
        stellar_columns=("y",),
        view_steps={},
    )
    model = build(small(num_towers=1), planet_columns=PLANET, stellar_columns=())
    before = values(model)
    with pytest.raises(ValueError, match="must share at least one weight") as error:
        take_weights(model, path)
    assert str(path) in str(error.value)
    for name, value in values(model).items():
        np.testing.assert_array_equal(value, before[name])


def test_files_that_are_no_model_of_this_recipe(tmp_path):
    with pytest.raises(FileNotFoundError):
        take_weights(build(), tmp_path / "none.keras")
    plain = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    save_model(plain, tmp_path / "plain.keras")
    with pytest.raises(ValueError, match=r"plain\.keras|DecisionRule"):
        take_weights(build(), tmp_path / "plain.keras")
