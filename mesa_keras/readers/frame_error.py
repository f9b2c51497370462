"""The error of frames that cannot be read."""

import os


class FrameError(ValueError):
    """A frame cannot be read; the message is one sentence with the file.

    Args:
        path: The file.
        reason: What is wrong with it, without a full stop.
    """

    def __init__(self, path: str | os.PathLike[str], reason: str) -> None:
        self.path = os.fspath(path)
        # Libraries' messages may run over several lines; a log takes one.
        self.reason = " ".join(reason.split()).rstrip(".")
        super().__init__(f"{self.path}: {self.reason}.")

    def __reduce__(self) -> tuple[type["FrameError"], tuple[str, str]]:
        # An error crosses process boundaries in parallel decoding.
        return type(self), (self.path, self.reason)
