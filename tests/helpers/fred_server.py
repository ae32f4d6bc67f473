"""A server on a real socket that speaks FRED's format; loaded by conftests."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Row = tuple[str, str, str]


class FredServer:
    """Answers `series/observations` from a thread of its own.

    `rows` is what it knows by series: period, vintage, value. `script` holds answers (status, body) that come
    first. `queries` is what it was asked; `page` the most rows that it sends at once.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.script: list[tuple[int, bytes]] = []
        self.queries: list[dict[str, str]] = []
        self.page = 100_000
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/fred"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, target: str) -> tuple[int, bytes]:
        """Return status and body for a request's target."""
        parts = urlsplit(target)
        if parts.path != "/fred/series/observations":
            return 404, b""
        query = dict(parse_qsl(parts.query))
        self.queries.append(query)
        return self.script.pop(0) if self.script else (200, self._observations(query))

    def _observations(self, query: dict[str, str]) -> bytes:
        """Return a page: vintages before the asked ones are shown as of their first day, as FRED does."""
        rows = [
            {
                "realtime_start": max(vintage, query["realtime_start"]),
                "realtime_end": "9999-12-31",
                "date": period,
                "value": value,
            }
            for period, vintage, value in self.rows.get(query["series_id"], [])
            if period >= query["observation_start"]
        ]
        offset = int(query["offset"])
        answer = {
            "realtime_start": query["realtime_start"],
            "realtime_end": query["realtime_end"],
            "observation_start": query["observation_start"],
            "observation_end": "9999-12-31",
            "units": "lin",
            "output_type": 1,
            "file_type": "json",
            "order_by": "observation_date",
            "sort_order": "asc",
            "count": len(rows),
            "offset": offset,
            "limit": int(query["limit"]),
            "observations": rows[offset : offset + self.page],
        }
        return json.dumps(answer).encode()


def _handler(server: FredServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = server.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing on stderr."""

    return Handler
