"""Files to arrays, with units, provenance and warnings; one product a file."""

from mesa_keras.readers.archive_table import LEAKING_ARCHIVE_COLUMNS
from mesa_keras.readers.candidate_table import (
    KNOWN_COLUMNS,
    CandidateTable,
    read_candidates,
)
from mesa_keras.readers.light_curve import LightCurve, read_light_curve, to_time_system
from mesa_keras.readers.row_values import NO_USABLE_VALUE
from mesa_keras.readers.table_file import file_sha256, read_table
from mesa_keras.readers.views import DEFAULT_CONVENTION, ViewSet, read_views

__all__ = [
    "DEFAULT_CONVENTION",
    "KNOWN_COLUMNS",
    "LEAKING_ARCHIVE_COLUMNS",
    "NO_USABLE_VALUE",
    "CandidateTable",
    "LightCurve",
    "ViewSet",
    "file_sha256",
    "read_candidates",
    "read_light_curve",
    "read_table",
    "read_views",
    "to_time_system",
]
