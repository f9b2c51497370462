"""The error of spectra and images of galaxies that cannot be read."""

from mesa_keras.readers.frame_error import FrameError


class GalaxyFileError(FrameError):
    """A file of galaxies cannot be read; the message is one sentence with the file.

    Args:
        path: The file.
        reason: What is wrong with it, without a full stop.
    """
