"""Light-curve files that stand in a folder already, fetched before or put by hand."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mesa_keras.readers.archive_error import FetchError
from mesa_keras.readers.archive_file_check import check_fits
from mesa_keras.readers.archive_manifest import WHOLE, Entry, Manifest
from mesa_keras.readers.archive_product import Product, Selection
from mesa_keras.readers.archive_star import Star
from mesa_keras.readers.table_file import file_sha256

STOOD_HERE = "stood here already"
_SUFFIXES = (".fits", ".fits.gz")


def fits_files(folder: Path) -> dict[str, Path]:
    """Returns the FITS files below a folder by their name."""
    found = (path for path in folder.rglob("*.fits*") if path.is_file())
    return {path.name: path for path in sorted(found) if path.name.endswith(_SUFFIXES)}


def whole_file(
    product: Product, folder: Path, manifest: Manifest, files: Mapping[str, Path]
) -> Entry | None:
    """Returns the line on a product whose file is here and whole.

    A file of the manifest must be what it was, to the byte; one that was put here by
    hand must be a whole FITS file with nothing that speaks against it.

    Args:
        product: What is wanted.
        folder: The folder.
        manifest: What was fetched into it.
        files: What `fits_files` found.
    """
    entry = manifest.get(str(product.star), product.name)
    if entry is not None and entry.status == WHOLE:
        return entry if _unchanged(entry, manifest) else None
    path = files.get(product.name)
    if path is None:
        return None
    found = _by_hand(path, folder, Entry(**facts(product)))
    return found if found is not None and found.reason == STOOD_HERE else None


def files_of_stars(
    stars: Collection[Star],
    folder: Path,
    manifest: Manifest,
    files: Mapping[str, Path],
    selection: Selection,
) -> tuple[dict[Star, list[Entry]], dict[str, str]]:
    """Returns the whole files of stars, without asking the archive.

    Files that the manifest does not know are told by their header.

    Args:
        stars: Whose files.
        folder: The folder.
        manifest: What was fetched into it.
        files: What `fits_files` found.
        selection: Which light curves are wanted; those put by hand always are.

    Returns:
        Whole files by star, and why others of the manifest are none, by name.
    """
    found: dict[Star, list[Entry]] = {}
    lacking: dict[str, str] = {}
    for star in stars:
        for entry in manifest.of(str(star)):
            if not entry.product or not _wanted(star, entry, selection):
                continue
            was_whole = entry.status == WHOLE
            whole = entry if was_whole and _unchanged(entry, manifest) else None
            if not was_whole and entry.product in files:
                whole = _by_hand(files[entry.product], folder, entry)
            if whole is not None:
                found.setdefault(star, []).append(whole)
                continue
            reason = "its file is damaged or gone" if was_whole else entry.reason
            lacking[f"{star} {entry.product}"] = reason
    known = manifest.products()
    for name, path in files.items() if stars else ():
        owner = None if name in known else _star_of(path)
        if owner is None or owner not in stars:
            continue
        line = Entry(id=str(owner), product=name, mission=owner.mission)
        put = _by_hand(path, folder, line)
        if put is not None:
            found.setdefault(owner, []).append(put)
    return found, lacking


def _wanted(star: Star, entry: Entry, selection: Selection) -> bool:
    return not entry.author or (
        selection.wants_author(star, entry.author)
        and selection.takes(entry.author, entry.cadence, entry.sequence)
    )


def facts(product: Product) -> dict[str, Any]:
    """Returns what a line of the manifest says of a light curve."""
    return {
        "id": str(product.star),
        "product": product.name,
        "mission": product.star.mission,
        "author": product.author,
        "cadence": product.cadence,
        "sequence": product.sequence,
    }


def _unchanged(entry: Entry, manifest: Manifest) -> bool:
    path = manifest.file(entry)
    same = path.is_file() and path.stat().st_size == entry.size
    return same and file_sha256(path) == entry.sha256


def _by_hand(path: Path, folder: Path, line: Entry) -> Entry | None:
    """Fills in a line on a file that nobody fetched, `None` if it is not whole."""
    try:
        odd = check_fits(path)
    except FetchError:
        return None
    return replace(
        line,
        path=path.relative_to(folder).as_posix(),
        size=path.stat().st_size,
        sha256=file_sha256(path),
        time="",
        status=WHOLE,
        reason=", ".join((STOOD_HERE, *odd)),
    )


def _star_of(path: Path) -> Star | None:
    """Returns whose light curve a file is by its header, `None` if it does not say."""
    from astropy.io import fits

    try:
        header = fits.getheader(path, 0)
        if "TICID" in header:
            return Star("TIC", int(header["TICID"]))
        number = int(header["KEPLERID"])
        of_k2 = str(header.get("MISSION", "")).strip() == "K2"
    except (OSError, EOFError, ValueError, TypeError, LookupError, fits.VerifyError):
        return None
    return Star("EPIC" if of_k2 else "KIC", number)
