"""All layers, losses and metrics give the same numbers on JAX as on TensorFlow."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mesa_keras import layers, losses, metrics
from tests.layers.backend_cases import NAMES, outputs

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def jax_outputs(tmp_path_factory):
    path = tmp_path_factory.mktemp("jax") / "outputs.npz"
    subprocess.run(
        [sys.executable, "-m", "tests.layers.backend_cases", str(path)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        check=True,
    )
    with np.load(path) as arrays:
        return dict(arrays)


@pytest.mark.parametrize("name", NAMES)
def test_jax_agrees(name, jax_outputs):
    ours = outputs(name)
    assert sum(key.rsplit("_", 1)[0] == name for key in jax_outputs) == len(ours)
    for i, expected in enumerate(ours):
        np.testing.assert_allclose(
            jax_outputs[f"{name}_{i}"], expected, rtol=1e-4, atol=1e-4
        )


def test_every_public_class_has_a_case():
    public = {*layers.__all__, *losses.__all__, *metrics.__all__}
    assert {name for name in public if name[0].isupper()} == set(NAMES)
