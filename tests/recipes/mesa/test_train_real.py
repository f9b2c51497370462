"""Training on real candidates, as the command does it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
KOI = """
import dataclasses, json, re, sys
from pathlib import Path
from mesa_keras.recipes.mesa.presets import BASE
from mesa_keras.recipes.mesa.train import train
config = dataclasses.replace(BASE, epochs=3)
result = train(config, sys.argv[1], sys.argv[2])
# Not getrusage: its peak is the parent's where that was larger when it forked.
status = Path("/proc/self/status").read_text()
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status).group(1)) * 1024 / 1e9
print(json.dumps({"peak_gb": peak, **result.metrics["validation"]}))
"""


def test_real_candidates_train_in_less_than_two_gigabytes(real_data, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            KOI,
            str(real_data / "koi" / "train_data.csv"),
            str(tmp_path),
        ],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        check=True,
        stdout=subprocess.PIPE,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["accuracy"] > 0.7
    assert found["peak_gb"] < 2.0
