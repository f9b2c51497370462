"""What the columns of the index of simulated galaxies mean."""

from mesa_keras.simulation.galaxies.bands import BANDS

_PER_BAND = {
    "mag": "AB magnitude of all light, as put in",
    "abs_mag": "absolute AB magnitude in the band at rest, as put in",
    "seeing": "FWHM of the point spread function [arcsec]",
    "depth": "magnitude of a point source at 5 sigma",
    "sky_noise": "standard deviation of the sky in a pixel [nanomaggy]",
    "measured_mag": "magnitude in a Kron aperture, measured on the image",
    "measured_mag_error": "its standard error from sky and photons",
    "measured_fiber_mag": "magnitude in a circle of 1.5 arcsec across, measured",
}

# Beside those that every store has. What begins with `measured_` comes from the noisy
# image alone; all else of a galaxy is the truth, and no input for a model.
COLUMN_MEANINGS: dict[str, str] = {
    "source_id": "row of the real galaxy among those of kcorrect, from 0",
    "realization": "how often the source was used before",
    "split": "train, validation, calibration or test, by source",
    "source_redshift": "redshift of the real galaxy",
    "moved": "whether the galaxy was put at another redshift than its source's",
    "spectrum_fault": "what is wrong with the spectrum, whether one can see it or not",
    "stellar_mass": "log10 of the stars and remnants [solar masses]",
    "specific_star_formation": "log10 of star formation per mass, by H alpha [1/yr], "
    "at least -14",
    "metallicity": "part of heavy elements in the stars",
    "h_alpha_width": "equivalent width of H alpha in emission at rest [Angstrom]",
    "velocity_dispersion": "of the stars [km/s]",
    "early_type": "whether size and shape were drawn as of an early type",
    "bulge_fraction": "part of the light in the bulge in r",
    "sersic_index": "Sersic index of the bulge; the disc has 1",
    "radius": "half-light radius in r, seen face on, without seeing [arcsec]",
    "radius_kpc": "the same [kpc]",
    "axis_ratio": "minor over major axis of the disc",
    "position_angle": "of the disc's major axis from the rows of the image [deg]",
    "fiber_fraction": "light in the fibre over that of a point source as bright; the "
    "spectrum is that part of the whole",
    "program": "bright (r up to 19.5) or dark, as in DESI",
    "exposure_s": "time of exposure of the spectrum [s]",
    "measured_radius": "half-light radius in r with seeing, measured [arcsec]",
    "measured_concentration": "5 log10 of the radii with 80 and 20 % of the light, "
    "measured",
    "measured_axis_ratio": "minor over major axis by moments in r, measured",
    **{
        f"{kind}_{band}": f"{meaning}, {band}"
        for kind, meaning in _PER_BAND.items()
        for band in BANDS
    },
}
