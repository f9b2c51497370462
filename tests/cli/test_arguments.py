from concurrent.futures.process import BrokenProcessPool

from cli._arguments import WRONG_CALL, run


def test_a_worker_killed_for_memory_ends_in_one_sentence(capsys):
    def command():
        raise BrokenProcessPool("A process in the process pool was terminated abruptly")

    assert run(command) == WRONG_CALL
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: a worker process was killed")
    assert shown.err.count("\n") == 1
    assert "--workers" in shown.err
