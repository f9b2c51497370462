"""Tables, light-curve files and clocks for the tests of archive access."""

import io
import threading

import numpy as np
from astropy.io import fits

from mesa_keras.readers.archive_download import download, new_session
from mesa_keras.readers.archive_file_check import check_fits
from mesa_keras.readers.archive_pacing import Pacing, RetryPolicy

KOI = """\
kepid,kepoi_name,kepler_name,koi_disposition,koi_score,koi_period,koi_time0bk,koi_depth
10797460,K00752.01,Kepler-227 b,CONFIRMED,1.0,9.48803557,170.53875,615.8
10797460,K00752.02,Kepler-227 c,CONFIRMED,0.969,54.4183827,162.51384,874.8
10811496,K00753.01,,CANDIDATE,0.0,19.89913995,175.850252,10829
10848459,K00754.01,,FALSE POSITIVE,0.0,1.736952453,170.307565,8079.2
10854555,K00755.01,,,,2.525591777,171.59555,
"""
TOI = """\
toi,tid,tfopwg_disp,pl_tranmid,pl_orbper,pl_orbperlim,pl_trandep
1001.01,88863718,PC,2459987.948873,1.9316462,0,1286.0
144.01,261136679,KP,2458325.503,6.26782,0,300.0
1003.01,106997505,FP,2458493.3957,2.74323,1,383.41
"""
K2 = """\
pl_name,hostname,epic_hostname,default_flag,disposition,pl_orbper,pl_trandep,pl_tranmid
K2-3 b,K2-3,EPIC 201367065,0,CONFIRMED,10.05,0.12,2456813.42
K2-3 b,K2-3,EPIC 201367065,1,CONFIRMED,10.054,0.1,2456813.418
EPIC 5.01,EPIC 5,EPIC 5,1,REFUTED,3.0,0.2,2456813
"""


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


class DownloadCase:
    """A file at the archive, and the call that fetches it."""

    name = "tess_lc.fits"
    content = light_curve_bytes(rows=6000)

    def __init__(self, archive, folder):
        self.archive = archive
        self.path = folder / self.name
        self.part = folder / f"{self.name}.part"
        self.time = FakeTime()
        self.told = []
        archive.files[self.name] = self.content

    def faults(self, *faults):
        self.archive.faults[self.name] = list(faults)

    def fetch(self, timeout=(5.0, 5.0), address=None, listed_size=None, **policy):
        address = address or f"{self.archive.address}/api/v0.1/Download/file"
        with new_session(timeout) as session:
            return download(
                address,
                self.path,
                session=session,
                pacing=self.time.pacing(**policy),
                check=check_fits,
                params={"uri": f"mast:TESS/product/{self.name}"},
                listed_size=listed_size,
                on_bytes=self.told.append,
            )

    def ranges(self):
        return [headers.get("Range") for headers in self.archive.requests(self.name)]

    def is_whole(self):
        left = list(self.path.parent.iterdir())
        return left == [self.path] and self.path.read_bytes() == self.content
