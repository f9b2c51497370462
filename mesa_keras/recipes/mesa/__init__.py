"""MESA: vets exoplanet candidates from light curve, planet and star."""
