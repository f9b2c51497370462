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


def check_not_input(
    name: str,
    path: str | os.PathLike[str],
    *inputs: str | os.PathLike[str] | None,
) -> None:
    """Makes sure that a result does not take the place of what it is made from.

    Args:
        name: Argument that the result was named with.
        path: The result.
        *inputs: Files that are read; `None` is none.

    Raises:
        ValueError: If the result is one of them, by whatever name.
    """
    path = Path(path)
    for given in inputs:
        if given is None or not (path.exists() and Path(given).exists()):
            continue
        if path.samefile(given):
            raise ValueError(
                f"`{name}` must be another file than what is read, which it would "
                f"take the place of. Received: {path}"
            )


def check_writable(
    name: str, path: str | os.PathLike[str], *, folder: bool = False
) -> None:
    """Makes sure, before hours of work, that a file can be written after them.

    Nothing is made: folders that do not exist need one above them that takes them.

    Args:
        name: Argument that the file was named with.
        path: The file.
        folder: Whether `path` is a folder for files.

    Raises:
        OSError: If the file cannot be written.
    """
    path = Path(path)
    places = [path.absolute()] if folder else []
    above = next(p for p in (*places, *path.absolute().parents) if p.exists())
    reason = ""
    if path.is_dir() and not folder:
        reason = "it is a folder"
    elif not above.is_dir():
        reason = f"{above} is no folder"
    elif not os.access(above, os.W_OK):
        reason = f"{above} cannot be written to"
    if reason:
        raise OSError(
            f"`{name}` must be a {'folder' if folder else 'file'} that can be written: "
            f"{reason}. Received: {path}"
        )


def _about(path: Path, error: OSError) -> OSError:
    """The same error, of the file that the caller knows."""
    reason = error.strerror or str(error)
    return OSError(error.errno, f"{_CANNOT_WRITE}{reason}", str(path))
