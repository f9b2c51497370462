"""Which frames a model saw in training, known again wherever they stand."""

import hashlib

import numpy as np

from ost_classifier.data import OstData


def frame_keys(data: OstData, batch_size: int = 256) -> list[str]:
    """Returns a key per frame of the image that the network sees.

    A copy of a file has the key of the file, under another name and class, with a
    corrected header, or compressed. A blank image (saturated, or all 0) is no sign of
    anything and has the key ''.

    Args:
        data: Frames, of the settings of one model.
        batch_size: Frames read at a time.
    """
    found: list[str] = []
    for first in range(0, len(data), batch_size):
        images = data.inputs(np.arange(first, min(first + batch_size, len(data))))
        for image in images["image"]:
            blank = bool((image == image[0, 0]).all())
            digest = hashlib.blake2b(image.tobytes(), digest_size=8).hexdigest()
            found.append("" if blank else digest)
    return found
