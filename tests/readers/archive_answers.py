"""The answers of the test archive, good and bad.

Those of the portal have the fields and types that astroquery 0.4.11 reads (and that its
own recorded answers have); those of TAP are CSV and VOTable.
"""

import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
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


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Any

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
