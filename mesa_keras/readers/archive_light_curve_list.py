"""Which light-curve files MAST has of a star, asked through astroquery.

Stars are asked for by their exact name, as lightkurve does where it is given a number
of a catalogue, but many at a time, and never by position: a neighbour is no answer.

References:
    MAST API, https://mast.stsci.edu/api/v0/
"""

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from mesa_keras.missing_extra import missing_extra
from mesa_keras.readers.archive_download import limit_time
from mesa_keras.readers.archive_error import (
    FetchError,
    host,
    request_errors,
)
from mesa_keras.readers.archive_pacing import Pacing
from mesa_keras.readers.archive_product import (
    DEFAULT_AUTHORS,
    Product,
    Selection,
    product_of,
    select,
)
from mesa_keras.readers.archive_star import Star

STARS_PER_QUERY, OBSERVATIONS_PER_QUERY = 50, 200
# MAST thinks before it answers; what falls silent for longer than this is dead.
QUERY_SECONDS = (10.0, 300.0)


@dataclass(frozen=True)
class Listing:
    """What the archive has.

    Attributes:
        products: The files, sorted by star and name.
        absent: Stars without any, to the reason.
        failed: Stars that could not be asked for, to the error.
    """

    products: tuple[Product, ...]
    absent: dict[Star, str]
    failed: dict[Star, FetchError]


def list_light_curves(
    stars: Collection[Star],
    selection: Selection,
    pacing: Pacing,
    *,
    archive: str | None = None,
    on_stars: Callable[[int], None] | None = None,
) -> Listing:
    """Asks MAST for the light curves of stars.

    Args:
        stars: The stars.
        selection: Which light curves.
        pacing: How often to try, and how long to wait.
        archive: Address of a mirror in place of https://mast.stsci.edu.
        on_stars: Called with the number of stars that were dealt with.

    Raises:
        ImportError: If astroquery is not installed.
    """
    products: list[Product] = []
    absent: dict[Star, str] = {}
    failed: dict[Star, FetchError] = {}
    error: FetchError | None = None
    with closing(_Mast(archive)) as service:
        for batch in _batches_by_mission(stars):
            if error is None or not error.unreachable:
                try:
                    found = pacing.call(partial(service.ask, batch, selection))
                    products += found.products
                    absent |= found.absent
                    error = None
                except FetchError as raised:
                    error = raised
            if error is not None:
                failed |= dict.fromkeys(batch, error)
            if on_stars is not None:
                on_stars(len(batch))
    return Listing(tuple(products), absent, failed)


def _batches_by_mission(stars: Collection[Star]) -> Iterator[Sequence[Star]]:
    for mission in DEFAULT_AUTHORS:
        own = sorted(star for star in stars if star.mission == mission)
        yield from _batches(own, STARS_PER_QUERY)


class _Mast:
    """MAST's portal, or a mirror of it."""

    def __init__(self, archive: str | None) -> None:
        try:
            from astroquery.mast import (  # type: ignore[import-untyped]
                ObservationsClass,
                conf,
            )
        except ImportError as error:
            raise missing_extra(
                "light curves are asked for by astroquery", "lightcurves"
            ) from error
        self._observations = ObservationsClass()
        portal = self._observations._portal_api_connection
        self.address = (archive or conf.server).rstrip("/")
        for name in ("MAST_REQUEST_URL", "COLUMNS_CONFIG_URL", "MAST_DOWNLOAD_URL"):
            path = getattr(type(portal), name).removeprefix(conf.server)
            setattr(portal, name, self.address + path)
        self._download_address = portal.MAST_DOWNLOAD_URL
        limit_time(portal._session, QUERY_SECONDS)

    def close(self) -> None:
        """Closes the connections."""
        self._observations._portal_api_connection._session.close()

    def ask(self, stars: Sequence[Star], selection: Selection) -> Listing:
        """Returns the light curves of a few stars of one mission.

        Raises:
            FetchError: If the archive does not answer.
        """
        of_name = {star.target_name: star for star in stars}
        with self._errors():
            found = self._observations.query_criteria(
                target_name=list(of_name),
                project=stars[0].mission,
                dataproduct_type=["cube", "timeseries"],
            )
            seen = [row for row in _rows(found) if row["target_name"] in of_name]
            wanted = [
                row
                for row in seen
                if selection.wants_author(
                    of_name[row["target_name"]], str(row["provenance_name"])
                )
            ]
            files: list[dict[str, Any]] = []
            ids = sorted({str(row["obsid"]) for row in wanted})
            for batch in _batches(ids, OBSERVATIONS_PER_QUERY):
                files += _rows(self._observations.get_product_list(list(batch)))
        products = self._products(files, wanted, of_name)
        kept, absent = select(stars, selection, products, seen)
        return Listing(tuple(kept), absent, {})

    def _products(
        self,
        files: Sequence[dict[str, Any]],
        observations: Sequence[dict[str, Any]],
        of_name: Mapping[str, Star],
    ) -> list[Product]:
        """Joins files to the observations that they belong to."""
        owner = {str(row["obsid"]): row for row in observations}
        owner |= {f"name {row['obs_id']}": row for row in observations}
        products: dict[str, Product] = {}
        for row in files:
            # `parent_obsid` is the observation asked for, where MAST gives it.
            keys = (
                str(row.get("parent_obsid")),
                str(row.get("obsID")),
                f"name {row.get('obs_id')}",
            )
            own = next((owner[key] for key in keys if key in owner), None)
            if own is None:
                continue
            star = of_name[own["target_name"]]
            product = product_of(row, own, star, self._download_address)
            if product is not None:
                products.setdefault(product.name, product)
        return list(products.values())

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turns what astroquery raises into a `FetchError`, and silences it."""
        from astroquery.exceptions import (  # type: ignore[import-untyped]
            InvalidQueryError,
            RemoteServiceError,
        )

        try:
            with warnings.catch_warnings(), request_errors(self.address):
                warnings.simplefilter("ignore")
                yield
        except TimeoutError as error:
            raise FetchError(f"{host(self.address)} took too long") from error
        except (InvalidQueryError, RemoteServiceError) as error:
            text = " ".join(str(error).split())
            raise FetchError(
                f"{host(self.address)} refuses ({text})",
                retry=isinstance(error, RemoteServiceError),
            ) from error
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise FetchError(
                f"{host(self.address)} answered in a form that astroquery cannot read "
                f"({type(error).__name__}: {error})"
            ) from error


def _rows(table: Any) -> list[dict[str, Any]]:
    """Returns the rows of an astropy table, masked cells as `None`."""
    columns = {name: table[name].tolist() for name in table.colnames}
    return [
        dict(zip(columns, cells, strict=True))
        for cells in zip(*columns.values(), strict=True)
    ]


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
