"""Kills and crashes cost little."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mesa_keras.pipelines.frame_cache import FrameCache
from tests.pipelines.test_frame_cache import DTYPE, decode, write

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def test_several_processes_and_one_that_dies(tmp_path):
    texts = [*range(30), "crash", *range(30, 40), "bad"]
    paths = write(tmp_path / "in", texts)
    cache = FrameCache(tmp_path / "cache", DTYPE, {})
    frames = cache.build(paths, decode, workers=2)
    faults = {i: frame.fault for i, frame in enumerate(frames.frames) if frame.fault}
    assert set(faults) == {30, 41}
    assert "died" in faults[30]
    rows = [i for i in range(len(texts)) if i not in faults]
    found = frames.read(rows)["number"][:, 0]
    np.testing.assert_array_equal(found, [float(texts[i]) for i in rows])


KILLED = """
import sys, time
from pathlib import Path
import numpy as np
from mesa_keras.pipelines import frame_cache
from mesa_keras.pipelines.frame_cache import FrameCache
from mesa_keras.pipelines.frame_cache_shard import ShardWriter
frame_cache.ShardWriter = lambda *a: ShardWriter(*a, max_seconds=0.2)
def decode(path):
    time.sleep(0.05)
    print(Path(path).name, flush=True)
    return {"x": [float(Path(path).read_text())]}, {}
if __name__ == "__main__":
    paths = sorted(Path(sys.argv[1]).glob("in/*"))
    cache = FrameCache(Path(sys.argv[1]) / "cache", np.dtype([("x", "f4", (1,))]), {})
    frames = cache.build(paths, decode, workers=1)
    print("sum", float(frames.read(range(len(paths)))["x"].sum()))
"""


def test_a_killed_build_goes_on(tmp_path):
    write(tmp_path / "in", range(40))
    argv = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        seen = [run.stdout.readline().strip() for _ in range(25)]
        time.sleep(0.1)
        run.send_signal(signal.SIGKILL)
    assert seen[0] == "000"
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    again = done.stdout.split()
    assert again[-1] == str(float(sum(range(40))))
    # At most what was decoded within the last fifth of a second is done again.
    assert 12 < len(again[:-2]) < 27
