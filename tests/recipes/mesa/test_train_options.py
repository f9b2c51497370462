"""A tiny run of every option."""

import numpy as np
import pytest

from mesa_keras.recipes.mesa.train import train
from tests.recipes.mesa.candidates import small, write_default

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_default(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize(
    "changes",
    [
        {"class_balance": "class_weights"},
        {"class_balance": "balanced_sampling"},
        {"temperature": "learnable"},
        {"contrastive_loss": "sigmoid"},
        {"num_towers": 2, "weight_averaging": 0.0, "feature_embedding_dim": 0},
        {"thresholds": "max_f1", "focal_gamma": 2.0, "label_smoothing": 0.1},
        {"feature_transform": "log", "augment": False, "contrastive_weight": 0.0},
        {
            "patch_size": 1,
            "stem": "linear",
            "derived_features": True,
            "jit_compile": True,
        },
        {"deterministic": False, "steps_per_execution": 1, "num_layers": 2},
    ],
    ids=str,
)
def test_every_option_runs(path, tmp_path, changes):
    # One tower is traced in half the time.
    settings = {"epochs": 3, "num_towers": 1, **changes}
    result = train(small(**settings), path, tmp_path)
    assert np.all(np.isfinite(result.history["loss"]))
    assert result.history["loss"][-1] < result.history["loss"][0]
    p = result.model.predict(result.data.inputs(), verbose=0)["probabilities"]
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    if "temperature" in changes:
        scale = float(np.exp(result.model.get_layer("contrastive_scale").log_scale))
        assert scale != pytest.approx(1 / 0.07, rel=1e-4)
