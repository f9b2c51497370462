"""Whether a light-curve FITS file is whole."""

import base64
import gzip
import re
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.archive_error import FetchError

FITS_MAGIC = b"SIMPLE"
GZIP_MAGIC = b"\x1f\x8b"


def check_fits(path: Path) -> tuple[str, ...]:
    """Reads a FITS file to its end.

    Args:
        path: The file.

    Returns:
        What speaks against it: a `CHECKSUM` that does not match. It is no error, since
        tools that edit a header leave such behind.

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
                fault, wrong = _walk(hdus, path, packed=start[:2] == GZIP_MAGIC)
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
    names = ", ".join(wrong)
    return (f"the FITS checksum of {names} does not match",) if wrong else ()


def _walk(hdus: Any, path: Path, packed: bool) -> tuple[str, list[str]]:
    """Returns what is wrong with the file as a whole, and the HDUs with wrong sums."""
    with (gzip.open if packed else open)(path, "rb") as stream:
        content = stream.read()
    wrong = []
    end = 0
    for hdu in hdus:
        _ = hdu.data
        place = hdu.fileinfo()
        end = place["datLoc"] + place["datSpan"]
        announced = str(hdu.header.get("CHECKSUM", "")).strip()
        if announced and not _sums_to_zero(content[place["hdrLoc"] : end]):
            wrong.append(hdu.name)
    extensions = len(hdus) - 1
    if int(hdus[0].header.get("NEXTEND", extensions)) > extensions:
        return f"only {extensions} of {hdus[0].header['NEXTEND']} extensions", wrong
    if not any("TTYPE1" in hdu.header for hdu in hdus):
        return "it holds no table", wrong
    extra = len(content) - end
    return (f"{extra} bytes after its end" if extra > 0 else ""), wrong


def _sums_to_zero(unit: bytes) -> bool:
    """Whether the ones' complement sum of an HDU's 32-bit words is (minus) zero.

    astropy's `verify_checksum` is not asked: it writes the header anew, and so finds
    SPOC's files wrong that are right to the byte.

    References:
        FITS standard 4.0, section 4.4.2.7 and appendix J.
    """
    total = int(np.frombuffer(unit, ">u4").sum(dtype=np.uint64))
    while total >> 32:
        total = (total & 0xFFFFFFFF) + (total >> 32)
    return total in (0, 0xFFFFFFFF)


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
