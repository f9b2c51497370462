"""A server on this machine that answers as MAST and the Exoplanet Archive do.

What goes wrong on a network is set by `Fault`.
"""

import email.utils
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from unittest import mock

from tests.readers.archive_answers import GOOD, Fault, Handler


class Archive(ThreadingHTTPServer):
    """What the archive holds, what it does wrong, and what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.observations: list[dict[str, object]] = []
        self.products: list[dict[str, object]] = []
        self.tables: dict[str, str] = {}
        self.faults: dict[str, list[Fault]] = {}
        self.always: dict[str, Fault] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.most_at_once = self._at_once = 0
        self._lock = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing of clients that were killed."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add_tess(self, tic: int, sector: int, content: bytes, author="SPOC") -> str:
        """Adds a light curve, and the other files of the observation."""
        number = str(len(self.observations) + 60000000)
        if author == "SPOC":
            obs_id = f"tess2018206045859-s{sector:04d}-{tic:016d}-0120-s"
            names = [f"{obs_id}_lc.fits", f"{obs_id}_tp.fits"]
        else:
            obs_id = f"hlsp_qlp_tess_ffi_s{sector:04d}-{tic:016d}_tess_v01_llc"
            names = [f"{obs_id}.fits", f"{obs_id}.txt"]
        self._observe(
            obs_id,
            number,
            str(tic),
            "TESS",
            author,
            120.0 if author == "SPOC" else 1800.0,
            sector,
        )
        for name in names:
            self._produce(name, obs_id, number, "TESS", "Light curves", content)
        return names[0]

    def add_kepler(self, kic: int, quarters: dict[int, bytes]) -> list[str]:
        """Adds both cadences of a star; all quarters are one observation."""
        names = []
        for letter, word, seconds in (("l", "Long", 1800.0), ("s", "Short", 60.0)):
            number = str(len(self.observations) + 60000000)
            obs_id = f"kplr{kic:09d}_{letter}c_Q111111111"
            self._observe(
                obs_id, number, f"kplr{kic:09d}", "Kepler", "Kepler", seconds, None
            )
            for quarter, content in quarters.items():
                name = f"kplr{kic:09d}-20{9 + quarter:02d}131105131_{letter}lc.fits"
                text = f"Lightcurve {word} Cadence (C{letter.upper()}C) - Q{quarter}"
                self._produce(name, obs_id, number, "Kepler", text, content)
                names.append(name)
        return names

    def _observe(self, obs_id, number, target, project, author, seconds, sequence):
        self.observations.append(
            {
                "intentType": "science",
                "obs_collection": project if author != "QLP" else "HLSP",
                "provenance_name": author,
                "instrument_name": "Photometer",
                "project": project,
                "filters": project,
                "target_name": target,
                "obs_id": obs_id,
                "s_ra": 84.29,
                "s_dec": -80.46,
                "dataproduct_type": "timeseries" if project == "TESS" else "cube",
                "calib_level": 3,
                "t_min": 58324.8,
                "t_max": 58352.7,
                "t_exptime": seconds,
                "sequence_number": sequence,
                "obsid": number,
                "dataURL": f"mast:{project}/product/{obs_id}_lc.fits",
                "proposal_id": "G011160",
            }
        )

    def _produce(self, name, obs_id, number, project, description, content):
        self.files[name] = content
        self.products.append(
            {
                "obsID": int(number),
                "obs_collection": project,
                "dataproduct_type": "timeseries",
                "obs_id": obs_id,
                "description": description,
                "type": "S",
                "dataURI": f"mast:{project}/product/{name}",
                "productType": "SCIENCE",
                "productSubGroupDescription": "LC",
                "project": project,
                "productFilename": name,
                "size": len(content),
                "parent_obsid": int(number),
                "dataRights": "PUBLIC",
            }
        )

    def requests(self, name: str) -> list[dict[str, str]]:
        """Headers of the requests for what `name` is part of."""
        return [headers for path, headers in self.asked if name in path]

    def fault(self, name: str) -> Fault:
        with self._lock:
            left = self.faults.get(name)
            return left.pop(0) if left else self.always.get(name, GOOD)

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1


def http_date(seconds_from_now: float) -> str:
    return email.utils.formatdate(time.time() + seconds_from_now, usegmt=True)


@contextmanager
def running_archive() -> Iterator[Archive]:
    """Serves until the end of the block."""
    # A proxy that the machine may be behind is not for this server.
    with mock.patch.dict(os.environ, NO_PROXY="127.0.0.1"), Archive() as archive:
        thread = threading.Thread(target=archive.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield archive
        finally:
            archive.shutdown()
            thread.join()
