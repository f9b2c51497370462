import subprocess
import sys
import textwrap

import pytest

from mesa_keras.pipelines.python_calls import _Calls, python_call

SCRIPT = """
    import time
    import numpy as np
    import tensorflow as tf
    from mesa_keras.pipelines.python_calls import python_call

    def slow(row):
        time.sleep(0.2)
        return row

    def read(row):
        return tf.numpy_function(python_call(slow), [row], tf.int64)

    rows = tf.data.Dataset.range(10**6).map(read, num_parallel_calls=2).prefetch(4)
    iterator = iter(rows)
    print(next(iterator).numpy())
"""


def test_the_function_is_called_as_it_is():
    assert python_call(divmod)(7, 2) == (3, 1)


def test_errors_pass_and_do_not_count_as_running():
    calls = _Calls()
    with pytest.raises(ZeroDivisionError), calls:
        raise ZeroDivisionError
    calls.settle()
    with pytest.raises(RuntimeError, match="the process is ending"), calls:
        pass


@pytest.mark.slow
def test_a_process_ends_though_an_iterator_still_reads():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0
    assert done.stdout == "0\n"
