"""A server on this machine that answers as MAST and the Exoplanet Archive do.

Answers of the portal have the fields and types that astroquery 0.4.11 reads (and that
its own recorded answers have); those of TAP are CSV and VOTable. What goes wrong on a
network is set by `Fault`.
"""

import email.utils
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock
from urllib.parse import parse_qs, unquote, urlsplit

LAST_MODIFIED = "Wed, 01 Jul 2026 00:00:00 GMT"


@dataclass
class Fault:
    """How one answer differs from a good one."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: int | None = None  # closes the connection after so many bytes
    announce: int | None = None  # another Content-Length than the body's
    chunked: bool = False  # no Content-Length
    ranges: bool = True
    etag: bool = True
    modified: bool = True
    hang_up: bool = False  # closes the connection without an answer
    pause: float = 0.0  # seconds before each piece of the body
    version: int = 1  # another version of the file


GOOD = Fault()
OBSERVATION_FIELDS = {
    "intentType": "string",
    "obs_collection": "string",
    "provenance_name": "string",
    "instrument_name": "string",
    "project": "string",
    "filters": "string",
    "target_name": "string",
    "obs_id": "string",
    "s_ra": "float",
    "s_dec": "float",
    "dataproduct_type": "string",
    "calib_level": "int",
    "t_min": "float",
    "t_max": "float",
    "t_exptime": "float",
    "sequence_number": "int",
    "obsid": "string",
    "dataURL": "string",
    "proposal_id": "string",
}
PRODUCT_FIELDS = {
    "obsID": "int",
    "obs_collection": "string",
    "dataproduct_type": "string",
    "obs_id": "string",
    "description": "string",
    "type": "string",
    "dataURI": "string",
    "productType": "string",
    "productSubGroupDescription": "string",
    "project": "string",
    "productFilename": "string",
    "size": "int",
    "parent_obsid": "int",
    "dataRights": "string",
}
CONTINUOUS = ("s_ra", "s_dec", "t_min", "t_max", "t_exptime")


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


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Archive

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if parts.path == "/TAP/sync":
            self.tap({name.upper(): values[0] for name, values in query.items()})
        elif parts.path == "/api/v0.1/Download/file":
            name = query["uri"][0].rsplit("/", 1)[-1]
            self.asked(name)
            with self.server.counted():
                self.send_file(name)
        else:
            self.answer(Fault(status=404, body=b"not found"), b"")

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/TAP/sync":
            self.tap({k.upper(): v[0] for k, v in parse_qs(text).items()})
        elif self.path.endswith("columnsconfig"):
            self.asked("columnsconfig")
            names = OBSERVATION_FIELDS if "Caom.Cone" in text else PRODUCT_FIELDS
            config = {
                name: {
                    "text": name,
                    "vot.datatype": "double" if name in CONTINUOUS else "char",
                }
                for name in names
            }
            self.answer(self.server.fault("columnsconfig"), json.dumps(config).encode())
        else:
            request = json.loads(unquote(text).removeprefix("request="))
            self.asked(request["service"], request)
            self.portal(request)

    def asked(self, name: str, extra: dict[str, object] | None = None) -> None:
        headers = dict(self.headers.items())
        if extra is not None:
            headers["request"] = json.dumps(extra)
        self.server.asked.append((name, headers))

    def portal(self, request: dict) -> None:
        if request["service"] == "Mast.Caom.Filtered":
            wanted = {f["paramName"]: f["values"] for f in request["params"]["filters"]}
            rows = [
                row
                for row in self.server.observations
                if all(str(row[name]) in values for name, values in wanted.items())
            ]
            fields = OBSERVATION_FIELDS
        else:
            numbers = request["params"]["obsid"].split(",")
            rows = [r for r in self.server.products if str(r["obsID"]) in numbers]
            fields = PRODUCT_FIELDS
        size, page = request["pagesize"], request["page"]
        result = {
            "status": "COMPLETE",
            "msg": "",
            "data": rows[(page - 1) * size : page * size],
            "fields": [{"name": n, "type": t} for n, t in fields.items()],
            "paging": {
                "page": page,
                "pageSize": size,
                "pagesFiltered": max(1, -(-len(rows) // size)),
                "rows": len(rows),
                "rowsFiltered": len(rows),
                "rowsTotal": len(rows),
            },
        }
        fault = self.server.fault(request["service"])
        self.answer(fault, json.dumps(result).encode(), "application/json")

    def tap(self, query: dict[str, str]) -> None:
        text = query["QUERY"].lower()
        table = text.split(" from ")[1].strip()
        self.asked(text)
        csv = self.server.tables.get(table)
        if csv is None:
            body = votable_error(f"table {table} is unknown")
            self.answer(Fault(status=400), body, "application/x-votable+xml")
        elif text.startswith("select count(*)"):
            body = votable_count(csv.count("\n") - 1)
            fault = self.server.fault("count")
            self.answer(fault, body, "application/x-votable+xml")
        else:
            assert query["FORMAT"] == "csv"
            fault = self.server.fault(table)
            fault.chunked = fault.announce is None and fault.status == 200
            fault.ranges = fault.etag = fault.modified = False
            self.answer(fault, csv.encode(), "text/csv")

    def send_file(self, name: str) -> None:
        content = self.server.files.get(name)
        if content is None:
            self.answer(Fault(status=404), b"")
            return
        fault = self.server.fault(name)
        self.answer(fault, content, "application/fits")

    def answer(self, fault: Fault, body: bytes, kind: str = "text/plain") -> None:
        if fault.hang_up:
            self.close_connection = True
            return
        body = body if fault.body is None else fault.body
        status, headers = fault.status, {"Content-Type": kind}
        etag = f'"v{fault.version}-{len(body):x}"'
        if fault.etag and status == 200:
            headers["ETag"] = etag
        if fault.modified and status == 200:
            headers["Last-Modified"] = LAST_MODIFIED
        start, whole = 0, len(body)
        asked = self.headers.get("Range")
        if asked and fault.ranges and status == 200:
            condition = self.headers.get("If-Range", etag)
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= whole:
                status, body = 416, b""
                headers["Content-Range"] = f"bytes */{whole}"
            elif condition in (etag, LAST_MODIFIED if fault.modified else etag):
                status, body = 206, body[start:]
                headers["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
        if fault.chunked:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(fault.announce or len(body))
        headers |= fault.headers
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.send_body(fault, body)

    def send_body(self, fault: Fault, body: bytes) -> None:
        # Not otherwise: a client that reuses a connection would find it closed.
        self.close_connection = fault.cut is not None or fault.announce is not None
        sent = body if fault.cut is None else body[: fault.cut]
        try:
            for begin in range(0, len(sent), 20000):
                time.sleep(fault.pause)
                piece = sent[begin : begin + 20000]
                if fault.chunked:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                else:
                    self.wfile.write(piece)
                self.wfile.flush()
            if fault.chunked and fault.cut is None:
                self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass


def http_date(seconds_from_now: float) -> str:
    return email.utils.formatdate(time.time() + seconds_from_now, usegmt=True)


def votable_count(number: int) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
<RESOURCE type="results"><INFO name="QUERY_STATUS" value="OK"/>
<TABLE><FIELD name="count(*)" datatype="int"/>
<DATA><TABLEDATA><TR><TD>{number}</TD></TR></TABLEDATA></DATA></TABLE>
</RESOURCE></VOTABLE>""".encode()


def votable_error(text: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
<RESOURCE type="results"><INFO name="QUERY_STATUS" value="ERROR">{text}</INFO>
</RESOURCE></VOTABLE>""".encode()


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
