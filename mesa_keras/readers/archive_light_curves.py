"""Raw light curves of many stars into one folder, a few at a time.

    <folder>/manifest.jsonl
    <folder>/TIC_261136679/tess2018206045859-s0001-0000000261136679-0120-s_lc.fits

A second call fetches what is missing, failed or was damaged since, and leaves the rest.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, as_completed
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mesa_keras.readers.archive_download import download, new_session
from mesa_keras.readers.archive_error import FetchError
from mesa_keras.readers.archive_file_check import check_fits
from mesa_keras.readers.archive_found_files import (
    facts,
    files_of_stars,
    fits_files,
    whole_file,
)
from mesa_keras.readers.archive_light_curve_list import Listing, list_light_curves
from mesa_keras.readers.archive_manifest import (
    FAILED,
    LISTED,
    NONE,
    Entry,
    Manifest,
    open_manifest,
)
from mesa_keras.readers.archive_pacing import Pacing, workers
from mesa_keras.readers.archive_product import Product, Selection
from mesa_keras.readers.archive_report import FetchReport
from mesa_keras.readers.archive_star import Star

MOST_PARALLEL = 16
REPLACED = "the file that stood here was damaged or had changed"


def fetch_light_curves(
    stars: Collection[Star],
    output_dir: Path,
    selection: Selection | None = None,
    *,
    archive: str | None = None,
    parallel: int = 4,
    pacing: Pacing | None = None,
    progress: bool = False,
) -> FetchReport:
    """Fetches raw light curves from MAST.

    Args:
        stars: Whose.
        output_dir: Folder to put them in.
        selection: Which of a star's; default is those of the mission's own pipeline.
        archive: Address of a mirror in place of https://mast.stsci.edu.
        parallel: Files at a time.
        pacing: How often to try, and how long to wait.
        progress: Whether to show progress.

    Returns:
        What came and what did not. Nothing that the archive or the network does is an
        error; it is the reason why something is missing.

    Raises:
        ImportError: If astroquery or requests is not installed.
        OSError: If the folder cannot be written.
        ValueError: If `parallel` is out of range, or another run holds the folder.
    """
    if not 1 <= parallel <= MOST_PARALLEL:
        raise ValueError(
            f"`parallel` must be from 1 to {MOST_PARALLEL}. Received: {parallel}"
        )
    begin = time.perf_counter()
    selection, pacing = selection or Selection(), pacing or Pacing()
    folder = Path(output_dir)
    with open_manifest(folder) as manifest:
        report = FetchReport(manifest.path, notes=list(manifest.warnings))
        with tqdm(
            total=len(stars), desc="listing", unit=" stars", disable=not progress
        ) as bar:
            listing = list_light_curves(
                stars, selection, pacing, archive=archive, on_stars=bar.update
            )
        fetch = _Fetch(folder, manifest, report, pacing, parallel, progress)
        fetch.settle_stars(listing, selection)
        try:
            fetch.run(listing.products)
        finally:
            fetch.close()
    report.seconds = time.perf_counter() - begin
    return report


class _Fetch:
    """One call's work on a folder."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        report: FetchReport,
        pacing: Pacing,
        parallel: int,
        progress: bool,
    ) -> None:
        self._folder = folder
        self._manifest = manifest
        self._report = report
        self._pacing = pacing
        self._parallel = parallel
        self._progress = progress
        self._files = fits_files(folder)
        self._own = threading.local()
        self._sessions: list[Any] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Closes the connections."""
        for session in self._sessions:
            session.close()

    def settle_stars(self, listing: Listing, selection: Selection) -> None:
        """Notes which stars have no product, or could not be asked for."""
        silent = [e.reason for e in listing.failed.values() if e.unreachable]
        self._report.unreachable = silent[0] if silent else ""
        reasons = {star: (NONE, why) for star, why in listing.absent.items()} | {
            star: (FAILED, error.reason) for star, error in listing.failed.items()
        }
        here, lacking = files_of_stars(
            reasons, self._folder, self._manifest, self._files, selection
        )
        self._report.missing |= lacking
        for star, (status, reason) in reasons.items():
            for entry in here.get(star, ()):
                self._manifest.record(entry)
                self._report.kept += 1
            if star not in here:
                self._report.missing[str(star)] = reason
            self._manifest.record(Entry(id=str(star), status=status, reason=reason))
        for star in {product.star for product in listing.products}:
            if self._manifest.get(str(star)) is not None:
                # Takes the place of what an earlier call said.
                self._manifest.record(Entry(id=str(star), status=LISTED))
        unasked = [star for star in listing.failed if star in here]
        if unasked:
            reason = listing.failed[unasked[0]].reason
            self._report.notes.append(
                f"{reason}; of {len(unasked):,} stars, files from before are used"
            )

    def run(self, products: Sequence[Product]) -> None:
        """Checks the files that are here, and fetches the others."""
        with (
            workers(self._parallel, self._pacing) as pool,
            self._bar("checking", len(products), " files") as bar,
        ):
            lacking = []
            for product, entry in zip(
                products, pool.map(self._whole_file, products), strict=True
            ):
                bar.update()
                if entry is None:
                    lacking.append(product)
                    continue
                self._manifest.record(entry)
                self._report.kept += 1
        total = sum(product.size or 0 for product in lacking)
        with (
            workers(self._parallel, self._pacing) as pool,
            self._bar("fetching", total, "B") as bar,
        ):

            def tell(count: int) -> None:
                with self._lock:
                    bar.update(count)

            futures = {pool.submit(self._get, p, tell): p for p in lacking}
            unreached = 0
            for count, future in enumerate(as_completed(futures), start=1):
                bar.set_postfix_str(f"{count:,}/{len(lacking):,} files")
                error = self._settle(futures[future], future)
                unreached = unreached + 1 if error and error.unreachable else 0
                if unreached == max(3, self._parallel):
                    self._pacing.stop("not tried: the archive fell silent")

    def _whole_file(self, product: Product) -> Entry | None:
        return whole_file(product, self._folder, self._manifest, self._files)

    def _get(self, product: Product, tell: Callable[[int], None]) -> Entry:
        self._pacing.check()
        if not hasattr(self._own, "session"):
            self._own.session = new_session()
            self._sessions.append(self._own.session)
        path = self._folder / product.star.folder / product.name
        replaces = path.is_file()
        received = download(
            product.address,
            path,
            session=self._own.session,
            pacing=self._pacing,
            check=check_fits,
            listed_size=product.size,
            on_bytes=tell,
        )
        notes = received.notes
        if replaces:
            notes = (REPLACED, *notes)
        with self._lock:
            self._report.replaced += replaces
            self._report.num_bytes += received.size - received.resumed_from
        return Entry(
            **facts(product),
            path=path.relative_to(self._folder).as_posix(),
            size=received.size,
            sha256=received.sha256,
            reason=", ".join(notes),
        )

    def _settle(self, product: Product, future: Future[Entry]) -> FetchError | None:
        try:
            self._manifest.record(future.result())
            self._report.fetched += 1
        except FetchError as error:
            self._manifest.record(
                Entry(**facts(product), status=FAILED, reason=error.reason)
            )
            self._report.missing[f"{product.star} {product.name}"] = error.reason
            if error.unreachable:
                self._report.unreachable = error.reason
            return error
        return None

    def _bar(self, what: str, total: int, unit: str) -> Any:
        hidden = not self._progress or not total
        scale = unit == "B"
        return tqdm(total=total, desc=what, unit=unit, unit_scale=scale, disable=hidden)
