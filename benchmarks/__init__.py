"""Speed and quality against alternatives, in one run on one machine."""
