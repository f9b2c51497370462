"""What is said where a library of an extra is not installed."""


def install_command(extra: str) -> str:
    """How an extra is installed, in the folder of the checkout."""
    # The package is not on an index. Without the quotes zsh looks for files.
    return f'pip install -e ".[{extra}]"'


def missing_extra(need: str, extra: str) -> ImportError:
    """Returns the error that says what needs a library, and how to install it.

    Args:
        need: What needs which library; the beginning of the sentence, which ends in the
            name of the library.
        extra: Extra of `setup.cfg` that brings the library.

    Example:
        >>> str(missing_extra("HDF5 files need h5py", "galaxies"))
        'HDF5 files need h5py, which is not installed: pip install -e ".[galaxies]"'
    """
    return ImportError(f"{need}, which is not installed: {install_command(extra)}")
