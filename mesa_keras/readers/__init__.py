"""Files to arrays, with units, provenance and warnings; one product a file."""

from mesa_keras.readers.archive_table import LEAKING_ARCHIVE_COLUMNS
from mesa_keras.readers.candidate_table import (
    KNOWN_COLUMNS,
    CandidateTable,
    read_candidates,
)
from mesa_keras.readers.desi_coadd import DesiCoadd, read_desi_coadd
from mesa_keras.readers.desi_pairs_hdf5 import DesiPairs, read_desi_pairs
from mesa_keras.readers.frame import (
    FRAME_EXTENSIONS,
    Frame,
    find_frames,
    is_frame_name,
    read_frame,
)
from mesa_keras.readers.frame_claim import FrameClaim, claimed_classes, read_claim
from mesa_keras.readers.frame_error import FrameError
from mesa_keras.readers.frame_header import (
    HEADER_VALUE_NAMES,
    camera_name,
    header_values,
    observing_night,
)
from mesa_keras.readers.galaxy_cutout import GalaxyCutout, read_galaxy_cutout
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.light_curve import LightCurve, LightCurveSegment
from mesa_keras.readers.light_curve_object import from_lightkurve
from mesa_keras.readers.light_curve_reader import (
    read_light_curve,
    read_light_curves,
    read_whole_light_curves,
)
from mesa_keras.readers.light_curve_stitch import stitch
from mesa_keras.readers.light_curve_time import to_time_system
from mesa_keras.readers.pair_store import PairStore, open_pair_store
from mesa_keras.readers.pair_store_writer import (
    PairStoreWriter,
    store_settings,
    write_pair_store,
)
from mesa_keras.readers.row_values import NO_USABLE_VALUE
from mesa_keras.readers.sdss_spectrum import SdssSpectrum, read_sdss_spectrum
from mesa_keras.readers.star_catalogue import star_number
from mesa_keras.readers.table_file import file_sha256, read_table
from mesa_keras.readers.views import DEFAULT_CONVENTION, ViewSet, read_views

__all__ = [
    "DEFAULT_CONVENTION",
    "FRAME_EXTENSIONS",
    "HEADER_VALUE_NAMES",
    "KNOWN_COLUMNS",
    "LEAKING_ARCHIVE_COLUMNS",
    "NO_USABLE_VALUE",
    "CandidateTable",
    "DesiCoadd",
    "DesiPairs",
    "Frame",
    "FrameClaim",
    "FrameError",
    "GalaxyCutout",
    "GalaxyFileError",
    "LightCurve",
    "LightCurveSegment",
    "PairStore",
    "PairStoreWriter",
    "SdssSpectrum",
    "ViewSet",
    "camera_name",
    "claimed_classes",
    "file_sha256",
    "find_frames",
    "from_lightkurve",
    "header_values",
    "is_frame_name",
    "observing_night",
    "open_pair_store",
    "read_candidates",
    "read_claim",
    "read_desi_coadd",
    "read_desi_pairs",
    "read_frame",
    "read_galaxy_cutout",
    "read_light_curve",
    "read_light_curves",
    "read_sdss_spectrum",
    "read_table",
    "read_views",
    "read_whole_light_curves",
    "star_number",
    "stitch",
    "store_settings",
    "to_time_system",
    "write_pair_store",
]
