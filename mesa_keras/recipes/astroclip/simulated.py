"""What stands above results that are not of real galaxies."""

SIMULATED = (
    "Images and spectra are SIMULATED: these results say nothing about real ones."
)
