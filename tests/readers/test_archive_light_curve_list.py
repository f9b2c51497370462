import json
import logging

import pytest

from mesa_keras.readers.archive_light_curve_list import list_light_curves
from mesa_keras.readers.archive_product import Selection
from mesa_keras.readers.archive_star import Star
from tests.readers.archive_answers import Fault
from tests.readers.archive_cases import FakeTime
from tests.readers.archive_server import running_archive

PI_MEN = Star("TIC", 261136679)
KEPLER_10 = Star("KIC", 11904151)


@pytest.fixture
def archive():
    with running_archive() as archive:
        yield archive


def ask(archive, *stars, time=None, **selection):
    return list_light_curves(
        stars,
        Selection(**selection),
        (time or FakeTime()).pacing(),
        archive=archive.address,
    )


def names(listing):
    return [product.name for product in listing.products]


def services(archive):
    return [
        json.loads(headers["request"])
        for _, headers in archive.asked
        if "request" in headers
    ]


def test_the_mission_s_own_light_curves(archive):
    own = [archive.add_tess(PI_MEN.number, sector, b"12345") for sector in (1, 4)]
    archive.add_tess(PI_MEN.number, 1, b"123", author="QLP")
    archive.add_tess(99, 1, b"123")
    kepler = archive.add_kepler(KEPLER_10.number, {1: b"1", 2: b"22"})
    listing = ask(archive, PI_MEN, KEPLER_10)
    assert names(listing) == [*kepler[:2], *own]
    assert not listing.absent
    assert not listing.failed
    first = listing.products[0]
    assert (first.star, first.author, first.cadence) == (KEPLER_10, "Kepler", "long")
    assert [product.sequence for product in listing.products] == [1, 2, 1, 4]
    assert [product.size for product in listing.products] == [1, 2, 5, 5]
    assert listing.products[2].address == (
        f"{archive.address}/api/v0.1/Download/file?uri=mast:TESS/product/{own[0]}"
    )


@pytest.mark.parametrize(
    ("selection", "author", "sequences"),
    [
        ({"authors": ("qlp",)}, "QLP", [1, 2]),
        ({"authors": ("TESS-SPOC", "QLP", "SPOC")}, "QLP", [1, 2]),
        ({"authors": ("SPOC", "QLP")}, "SPOC", [1]),
        ({"sequences": (1, 7)}, "SPOC", [1]),
        ({"authors": ("QLP",), "sequences": (2,)}, "QLP", [2]),
    ],
)
def test_a_selection(archive, selection, author, sequences):
    archive.add_tess(PI_MEN.number, 1, b"1")
    for sector in (1, 2):
        archive.add_tess(PI_MEN.number, sector, b"1", author="QLP")
    products = ask(archive, PI_MEN, **selection).products
    assert {product.author for product in products} == {author}
    assert [product.sequence for product in products] == sequences


def test_short_cadence_of_kepler(archive):
    own = archive.add_kepler(KEPLER_10.number, {3: b"1"})
    assert names(ask(archive, KEPLER_10, cadence="short")) == [own[1]]


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"authors": ("SPOC",)}, "no short light curve by SPOC in the archive, which"),
        ({"authors": ("A", "B")}, "no long light curve by A or B"),
        ({"cadence": "fast", "authors": ("QLP",)}, "has observations by QLP"),
        ({"sequences": (9,), "authors": ("QLP",)}, "no long light curve by QLP"),
    ],
)
def test_why_there_is_none(archive, selection, words):
    archive.add_tess(PI_MEN.number, 1, b"1", author="QLP")
    listing = ask(archive, PI_MEN, **selection)
    assert listing.products == ()
    assert words in listing.absent[PI_MEN]


def test_a_star_that_the_archive_does_not_have(archive):
    assert ask(archive, PI_MEN).absent[PI_MEN].endswith("has nothing of it")


def test_many_stars_are_few_questions(archive):
    stars = [Star("TIC", number) for number in range(1, 121)]
    for star in stars:
        archive.add_tess(star.number, 1, b"1")
    told = []
    listing = list_light_curves(
        stars,
        Selection(),
        FakeTime().pacing(),
        archive=archive.address,
        on_stars=told.append,
    )
    assert len(listing.products) == 120
    assert told == [50, 50, 20]
    assert len(services(archive)) == 6


def test_answers_come_in_pages(archive, monkeypatch):
    from astroquery.mast.discovery_portal import PortalAPI

    monkeypatch.setattr(PortalAPI, "PAGESIZE", 3)
    for sector in range(1, 6):
        archive.add_tess(PI_MEN.number, sector, b"1")
    assert len(ask(archive, PI_MEN).products) == 5
    assert [request["page"] for request in services(archive)] == [1, 2, 1, 2, 3, 4]


def test_the_portal_may_be_busy_first(archive):
    archive.add_tess(PI_MEN.number, 1, b"1")
    executing = json.dumps({"status": "EXECUTING", "msg": "", "data": []}).encode()
    archive.faults["Mast.Caom.Filtered"] = [Fault(body=executing), Fault()]
    assert len(ask(archive, PI_MEN).products) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=429, headers={"Retry-After": "9"}),
        Fault(hang_up=True),
        Fault(body=b"<html>busy</html>"),
        Fault(body=b'{"status": "ERROR", "msg": "Oracle is down"}'),
        Fault(body=b'{"status": "COMPLETE"}'),
        Fault(body=b"[]"),
        Fault(cut=20),
    ],
)
def test_a_portal_that_fails_and_recovers(archive, fault):
    archive.add_tess(PI_MEN.number, 1, b"1")
    archive.faults["Mast.Caom.Products"] = [fault]
    time = FakeTime()
    listing = ask(archive, PI_MEN, time=time)
    assert len(listing.products) == 1
    assert sum(time.slept) >= (9 if fault.status == 429 else 0.5)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(body=b'{"status": "ERROR", "msg": "Oracle is down"}'), "Oracle is down"),
        (Fault(status=503), "answered 503"),
        (Fault(body=b"<html>"), "answered with no JSON"),
    ],
)
def test_a_portal_that_stays_broken(archive, fault, words):
    archive.add_tess(PI_MEN.number, 1, b"1")
    archive.always["Mast.Caom.Filtered"] = fault
    error = ask(archive, PI_MEN, KEPLER_10).failed[PI_MEN]
    assert words in error.reason
    assert not error.unreachable


def test_nobody_there_is_found_out_once():
    stars = [Star("TIC", number) for number in range(1, 200)]
    time = FakeTime()
    listing = list_light_curves(
        stars, Selection(), time.pacing(), archive="http://127.0.0.1:9/"
    )
    assert set(listing.failed) == set(stars)
    error = listing.failed[stars[0]]
    assert error.unreachable
    assert error.reason == "could not reach http://127.0.0.1:9 (connection refused)"
    assert len(time.slept) == 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("star", "options"),
    [
        (PI_MEN, {"author": "SPOC", "exptime": 120}),
        (PI_MEN, {"author": "QLP"}),
        (PI_MEN, {"author": "SPOC", "sector": 4}),
        (KEPLER_10, {"author": "Kepler", "exptime": "long"}),
        (KEPLER_10, {"author": "Kepler", "quarter": 2, "exptime": "long"}),
    ],
)
def test_lightkurve_finds_the_same(archive, monkeypatch, star, options):
    import lightkurve
    from astroquery.mast import Observations, conf

    logging.getLogger("lightkurve").setLevel("ERROR")
    for sector in (1, 4):
        archive.add_tess(PI_MEN.number, sector, b"1")
        archive.add_tess(PI_MEN.number, sector, b"1", author="QLP")
    archive.add_kepler(KEPLER_10.number, {1: b"1", 2: b"22"})
    portal = Observations._portal_api_connection
    for name in ("MAST_REQUEST_URL", "COLUMNS_CONFIG_URL"):
        address = getattr(portal, name).replace(conf.server, archive.address)
        monkeypatch.setattr(portal, name, address)
    lightkurve.search_lightcurve.cache_clear()
    theirs = lightkurve.search_lightcurve(str(star), mission=star.mission, **options)
    sequences = [options[word] for word in ("sector", "quarter") if word in options]
    ours = ask(archive, star, authors=(options["author"],), sequences=tuple(sequences))
    assert names(ours)
    assert names(ours) == sorted(theirs.table["productFilename"])
