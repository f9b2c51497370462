"""Command-line programs of mesa_keras: ``python -m cli.<command> --help``."""
