"""Files that are either whole or absent."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_CANNOT_WRITE = "cannot write: "


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Gives a temporary name beside `path` that takes its place on success.

    A reader, or a run that goes on after a kill, never meets half a file: the rename is
    one step of the file system. On an error the temporary file is removed and a file
    that stood at `path` before is left as it was.

    Args:
        path: Final name. Its folder must exist.

    Yields:
        Path to write to, in the same folder and with the same suffix.

    Raises:
        OSError: If the file cannot be written; it names `path`, or the one of several
            nested files that it is about.
    """
    path = Path(path)
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent
        )
    except OSError as error:
        raise _about(path, error) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files private; the result gets the rights of an ordinary file.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except OSError as error:
        if (error.strerror or "").startswith(_CANNOT_WRITE):
            # Of a file opened within this one, and about that.
            raise
        raise _about(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _about(path: Path, error: OSError) -> OSError:
    """The same error, of the file that the caller knows."""
    reason = error.strerror or str(error)
    return OSError(error.errno, f"{_CANNOT_WRITE}{reason}", str(path))
