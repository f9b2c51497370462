"""Nothing that a pool has started stays behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from mesa_keras.worker_pool import worker_pool

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def set_variable(name, value):
    os.environ[name] = value


def test_initializer_runs_in_every_process(monkeypatch):
    monkeypatch.delenv("MESA_POOL", raising=False)
    with worker_pool(2, set_variable, ("MESA_POOL", "on")) as pool:
        assert set(pool.map(os.getenv, ["MESA_POOL"] * 8)) == {"on"}
    assert "MESA_POOL" not in os.environ


def test_what_is_queued_is_dropped_on_the_way_out():
    with contextlib.suppress(KeyboardInterrupt), worker_pool(1) as pool:
        futures = [pool.submit(time.sleep, 0.1) for _ in range(200)]
        futures[0].result()
        raise KeyboardInterrupt
    assert futures[-1].cancelled()
    assert all(future.done() for future in futures)


def test_a_killed_process_is_told():
    with worker_pool(1) as pool, pytest.raises(BrokenProcessPool):
        pool.submit(os._exit, 1).result()


POOL = """
import multiprocessing, sys, time
from pathlib import Path
from mesa_keras.worker_pool import worker_pool
def work(folder):
    Path(folder, f"{multiprocessing.current_process().pid}.pid").touch()
    time.sleep(0.5)
if __name__ == "__main__":
    with worker_pool(2) as pool:
        list(pool.map(work, sys.argv[1:] * 40))
"""


IDLE = """
import sys, time
from mesa_keras.worker_pool import worker_pool
if __name__ == "__main__":
    with worker_pool(2) as pool:
        list(pool.map(time.sleep, [0.5] * 4))
        print("idle", flush=True)
        time.sleep(60)
"""


def test_an_interrupt_from_the_keyboard_is_told_once(tmp_path):
    """A terminal sends it to the workers too."""
    script = tmp_path / "pool.py"
    script.write_text(IDLE)
    with subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A job that a shell put in the background ignores it, and so do its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as run:
        assert run.stdout.readline() == b"idle\n"
        os.killpg(run.pid, signal.SIGINT)
        _, errors = run.communicate(timeout=60)
    assert run.returncode
    assert errors.count(b"Traceback") == 1
    assert b"SpawnProcess" not in errors


def test_workers_end_with_the_process_that_started_them(tmp_path):
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, str(script), str(tmp_path)]
    deadline = time.monotonic() + 60
    with subprocess.Popen(argv, cwd=tmp_path, env=env) as run:
        while not list(tmp_path.glob("*.pid")) and time.monotonic() < deadline:
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
    workers = {int(path.stem) for path in tmp_path.glob("*.pid")}
    assert workers
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
