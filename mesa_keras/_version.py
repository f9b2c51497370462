"""Version of mesa_keras."""

__version__ = "0.1.0"
