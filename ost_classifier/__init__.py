"""OST: classifies raw frames of an observatory's cameras and spectrographs."""
