import argparse
from concurrent.futures.process import BrokenProcessPool

import pytest

from cli._arguments import WRONG_CALL, columns, run


def test_a_worker_killed_for_memory_ends_in_one_sentence(capsys):
    def command():
        raise BrokenProcessPool("A process in the process pool was terminated abruptly")

    assert run(command) == WRONG_CALL
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: a worker process was killed")
    assert shown.err.count("\n") == 1
    assert "--workers" in shown.err


def test_of_two_values_of_a_name_none_is_dropped():
    assert columns("period=P, depth = D") == {"period": "P", "depth": "D"}
    with pytest.raises(argparse.ArgumentTypeError, match="must name each name once"):
        columns("koi=first,koi=second")
