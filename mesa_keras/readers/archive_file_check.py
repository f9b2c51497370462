"""Whether a light-curve FITS file is whole."""

import base64
import re
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesa_keras.readers.archive_error import FetchError

FITS_MAGIC = b"SIMPLE"
GZIP_MAGIC = b"\x1f\x8b"


def check_fits(path: Path) -> tuple[str, ...]:
    """Reads a FITS file to its end.

    Args:
        path: The file.

    Returns:
        What is odd about it without being proof of damage: a `CHECKSUM` that does not
        match. Real files of the archive have such, so it is no error.

    Raises:
        FetchError: If the file is cut short, has bytes after its end, is no FITS file,
            or has no table.
    """
    with path.open("rb") as stream:
        start = stream.read(6)
    if start != FITS_MAGIC and start[:2] != GZIP_MAGIC:
        raise FetchError(f"is no FITS file (it begins with {start!r})", damaged=True)
    from astropy.io import fits

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # astropy only warns where a file is shorter than its header says.
            warnings.filterwarnings("error", message=".*(truncated|corrupted)")
            with fits.open(path, memmap=False) as hdus:
                fault, odd = _walk(hdus, path, packed=start[:2] == GZIP_MAGIC)
    except (
        *(OSError, EOFError, zlib.error, Warning, fits.VerifyError),
        # What astropy raises on headers and tables with damaged bytes.
        *(ArithmeticError, AssertionError, AttributeError),
        *(LookupError, TypeError, ValueError),
    ) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise FetchError(
            f"is a damaged or truncated FITS file ({reason})", damaged=True
        ) from error
    if fault:
        raise FetchError(f"is a damaged or truncated FITS file ({fault})", damaged=True)
    names = ", ".join(odd)
    return (f"the FITS checksum of {names} does not match",) if odd else ()


def _walk(hdus: Any, path: Path, packed: bool) -> tuple[str, list[str]]:
    """Returns what is wrong with the file as a whole, and the HDUs with odd sums."""
    odd = []
    for hdu in hdus:
        _ = hdu.data
        if "CHECKSUM" in hdu.header and hdu.verify_checksum() == 0:
            odd.append(hdu.name)
    extensions = len(hdus) - 1
    announced = int(hdus[0].header.get("NEXTEND", extensions))
    if announced > extensions:
        return f"{extensions} of {announced} extensions", odd
    if not any("TTYPE1" in hdu.header for hdu in hdus):
        return "it holds no table", odd
    last = hdus[-1].fileinfo()
    extra = 0 if packed else path.stat().st_size - (last["datLoc"] + last["datSpan"])
    return (f"{extra} bytes after its end" if extra > 0 else ""), odd


def announced_sha256(headers: Mapping[str, str]) -> bytes | None:
    """Returns the SHA-256 that a server gives, RFC 9530 or the older RFC 3230."""
    for name in ("Repr-Digest", "Digest"):
        found = re.search(r"sha-256=:?([\w+/]{43}=)", headers.get(name, ""), re.I)
        if found is not None:
            return base64.b64decode(found[1])
    return None


def announced_md5(headers: Mapping[str, str]) -> bytes | None:
    """Returns the MD5 that a server gives as `Content-MD5` or `Digest`."""
    text = headers.get("Content-MD5", "")
    found = re.search(r"md5=:?([\w+/]{22}==)", headers.get("Digest", ""), re.I)
    text = found[1] if found is not None else text
    return base64.b64decode(text) if re.fullmatch(r"[\w+/]{22}==", text) else None


def etag_md5(headers: Mapping[str, str]) -> bytes | None:
    """Returns the ETag as MD5, which object stores use for a file sent in one piece."""
    found = re.fullmatch(r'"([0-9a-f]{32})"', headers.get("ETag", ""))
    return bytes.fromhex(found[1]) if found is not None else None
