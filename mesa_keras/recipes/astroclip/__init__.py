"""AstroCLIP: one embedding space for galaxy images and spectra."""
