"""Light-curve files and clocks for the tests of archive access."""

import io
import threading

import numpy as np
from astropy.io import fits

from mesa_keras.readers.archive_pacing import Pacing, RetryPolicy


def light_curve_bytes(tic: int = 261136679, rows: int = 2000, checksum=True) -> bytes:
    """A FITS file laid out as SPOC's."""
    rng = np.random.default_rng(tic)
    columns = [
        fits.Column("TIME", "D", array=1325.3 + np.arange(rows) / 720),
        fits.Column("PDCSAP_FLUX", "E", array=rng.normal(1e4, 10, rows)),
        fits.Column("PDCSAP_FLUX_ERR", "E", array=np.full(rows, 10.0)),
        fits.Column("QUALITY", "J", array=np.zeros(rows, dtype=int)),
    ]
    primary = fits.PrimaryHDU()
    primary.header["NEXTEND"] = 1
    primary.header["TELESCOP"] = "TESS"
    primary.header["TICID"] = tic
    table = fits.BinTableHDU.from_columns(columns, name="LIGHTCURVE")
    table.header["BJDREFI"] = 2457000
    stream = io.BytesIO()
    fits.HDUList([primary, table]).writeto(stream, checksum=checksum)
    return stream.getvalue()


class FakeTime:
    """A clock that goes on only while one sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds

    def clock(self) -> float:
        return self.now

    def pacing(self, **policy: float) -> Pacing:
        return Pacing(RetryPolicy(**policy), sleep=self.sleep, clock=self.clock, seed=0)
