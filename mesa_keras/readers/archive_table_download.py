"""The NASA Exoplanet Archive's KOI, TOI and K2 tables, fetched and put in our columns.

    <folder>/manifest.jsonl
    <folder>/koi_published.csv    the archive's answer, to the byte
    <folder>/koi.csv              our columns and units, one row a labelled candidate
    <folder>/koi_unlabelled.csv   the same for those without a disposition, if any

The query is pyvo's; the answer is taken as CSV and kept as it came. (astroquery's
`NasaExoplanetArchive` gives an `astropy` table in which missing integers and limits
lose their mask.)

References:
    https://exoplanetarchive.ipac.caltech.edu/docs/TAP/usingTAP.html
"""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mesa_keras.missing_extra import missing_extra
from mesa_keras.readers import archive_table
from mesa_keras.readers.archive_download import Received, download, new_session
from mesa_keras.readers.archive_error import FetchError, host
from mesa_keras.readers.archive_found_files import STOOD_HERE
from mesa_keras.readers.archive_manifest import (
    FAILED,
    WHOLE,
    Entry,
    Manifest,
    open_manifest,
)
from mesa_keras.readers.archive_pacing import Pacing
from mesa_keras.readers.archive_report import FetchReport
from mesa_keras.readers.archive_table import ArchiveTable
from mesa_keras.readers.archive_table_files import (
    TABLES,
    TableFiles,
    check_header,
    write_table,
)
from mesa_keras.readers.table_file import file_sha256, read_table

TAP_ADDRESS = "https://exoplanetarchive.ipac.caltech.edu"
# A whole table may be long in coming.
QUERY_SECONDS = (10.0, 300.0)


def fetch_table(
    name: str,
    output_dir: Path,
    *,
    archive: str | None = None,
    refresh: bool = False,
    pacing: Pacing | None = None,
    progress: bool = False,
) -> tuple[FetchReport, TableFiles | None]:
    """Fetches a table, unless it is there, and writes it in our columns.

    Args:
        name: "koi", "toi" or "k2".
        output_dir: Folder to write to.
        archive: Address of a mirror in place of `TAP_ADDRESS`.
        refresh: Whether to fetch it although it is there.
        pacing: How often to try, and how long to wait.
        progress: Whether to show progress.

    Returns:
        What came, and the files; `None` where there is no table, and the report says
        why.

    Raises:
        ImportError: If requests or pyvo is not installed.
        OSError: If the folder cannot be written.
        ValueError: If a table that was put there by hand is another one.
    """
    begin = time.perf_counter()
    folder = Path(output_dir)
    published = folder / f"{name}_published.csv"
    with open_manifest(folder) as manifest:
        report = FetchReport(manifest.path, notes=list(manifest.warnings))
        here = _found(name, published, manifest)
        if here is not None and not refresh:
            manifest.record(here)
            report.kept = 1
        else:
            with (
                closing(_Service(archive)) as service,
                tqdm(desc=name, unit="B", unit_scale=True, disable=not progress) as bar,
            ):
                _fetch(
                    name,
                    published,
                    manifest,
                    report,
                    lambda: service.fetch(
                        name, published, pacing or Pacing(), bar.update
                    ),
                    is_whole=here is not None,
                )
        files = None
        if here is not None or report.fetched:
            files = write_table(name, published)
    report.seconds = time.perf_counter() - begin
    return report, files


def _found(name: str, published: Path, manifest: Manifest) -> Entry | None:
    """Returns the line on a table that is here and whole."""
    if not published.is_file():
        return None
    entry = manifest.get(name, published.name)
    here = _line(name, published)
    same = entry is not None and entry.sha256 == here.sha256
    if entry is not None and entry.status == WHOLE:
        return entry if same else None
    if same:
        # Damaged when it could not be fetched anew, and not replaced since.
        return None
    check_header(name, published)
    return replace(here, reason=STOOD_HERE)


def _line(name: str, published: Path) -> Entry:
    entry = Entry(id=name, product=published.name, path=published.name)
    if not published.is_file():
        return entry
    size, sha256 = published.stat().st_size, file_sha256(published)
    return replace(entry, size=size, sha256=sha256)


def _fetch(
    name: str,
    published: Path,
    manifest: Manifest,
    report: FetchReport,
    fetch: Callable[[], Received],
    *,
    is_whole: bool,
) -> None:
    before = _line(name, published)
    try:
        received = fetch()
    except FetchError as error:
        if is_whole:
            before = replace(before, size=None, sha256="")
        manifest.record(replace(before, status=FAILED, reason=error.reason))
        report.missing[name] = error.reason
        report.unreachable = error.reason if error.unreachable else ""
        return
    notes = ", ".join(received.notes)
    manifest.record(replace(_line(name, published), reason=notes))
    report.fetched, report.num_bytes = 1, received.size
    report.replaced = int(before.size is not None)
    report.notes += received.notes


class _Service:
    """The archive's TAP service, or a mirror of it."""

    def __init__(self, archive: str | None) -> None:
        self._address = f"{(archive or TAP_ADDRESS).rstrip('/')}/TAP"
        self._session = new_session(QUERY_SECONDS)

    def close(self) -> None:
        self._session.close()

    def fetch(self, name: str, path: Path, pacing: Pacing, on_bytes: Any) -> Received:
        """Fetches a whole table as CSV."""
        table_name, table = TABLES[name]
        query = self._query(f"select * from {table_name}", FORMAT="csv")

        def check(came: Path) -> tuple[str, ...]:
            rows = _rows(came, table, host(self._address))
            expected = self._count(table_name)
            if expected is not None and rows != expected:
                raise FetchError(f"has {rows:,} of {expected:,} rows", damaged=True)
            unknown = "the archive did not say how many rows there are"
            return () if expected is not None else (unknown,)

        return download(
            query.queryurl,
            path,
            session=self._session,
            pacing=pacing,
            check=check,
            params=dict(query),
            on_bytes=on_bytes,
        )

    def _query(self, text: str, **options: str) -> Any:
        try:
            from pyvo.dal import TAPQuery  # type: ignore[import-untyped]
        except ImportError as error:
            raise missing_extra(
                "tables are asked for by pyvo", "lightcurves"
            ) from error
        return TAPQuery(self._address, text, session=self._session, **options)

    def _count(self, table_name: str) -> int | None:
        """Returns the number of rows by the archive, `None` if it does not say."""
        import requests
        from pyvo.dal import DALAccessError

        query = self._query(f"select count(*) from {table_name}")
        try:
            return int(query.execute().to_table()[0][0])
        except (DALAccessError, requests.RequestException, LookupError, ValueError):
            return None


def _rows(path: Path, table: ArchiveTable, archive: str) -> int:
    """Returns the number of rows of the table that came.

    Raises:
        FetchError: If it is another table, none, or cut short.
    """
    text = path.read_bytes()
    if text.lstrip()[:1] in (b"<", b"{") or text[:5].upper() == b"ERROR":
        begin = " ".join(text[:300].decode("utf-8", "replace").split())
        raise FetchError(f"{archive} answered with no table ({begin})", damaged=True)
    try:
        frame = read_table(path)
    except ValueError as error:
        raise FetchError(str(error).removeprefix(f"{path}: "), damaged=True) from error
    if archive_table.recognize(list(frame)) is not table:
        raise FetchError(f"is not the table of {table.name}", damaged=True)
    return len(frame)
