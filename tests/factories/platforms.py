"""A platform that shows a log over HTTP, or whatever else it is told to show; no Django, no database."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from .logs import Log

Answer = bytes | tuple[int, bytes]


class Platform:
    """What is served: `log`, and for single paths `instead`. Remembers what was posted to it."""

    def __init__(self, log: Log) -> None:
        """Show this log; it may be exchanged for another one while it is served."""
        self.log = log
        self.address = ""
        self.page = 5_000
        self.instead: dict[str, Answer | Callable[[dict[str, str]], Answer]] = {}
        self.posted: list[str] = []

    def answer(self, path: str) -> Answer:
        """Return what stands there, or (status, text)."""
        parts = urlsplit(path)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        place = parts.path.removeprefix("/ledger/")
        other = self.instead.get(place)
        if other is not None:
            return other(given) if callable(other) else other
        if place == "checkpoint":
            return self.log.checkpoint().encode()
        if place == "key":
            return f"{self.log.key}\n".encode()
        if place == "entries":
            start, end = int(given["start"]), int(given["end"])
            return b"".join(leaf + b"\n" for leaf in self.log.leaves[start : min(end, start + self.page)])
        if place == "proof/consistency":
            hashes = self.log.consistency(int(given["from"]), int(given["to"]))
            return b"".join(base64.b64encode(each) + b"\n" for each in hashes)
        return 404, b"nothing here\n"


@contextmanager
def served(platform: Platform) -> Iterator[Platform]:
    """Serve it on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = platform.answer(self.path)
            self._send(*(answer if isinstance(answer, tuple) else (200, answer)))

        def do_POST(self) -> None:
            platform.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            answer = platform.instead.get(self.path.removeprefix("/ledger/"), b"1 new\n")
            self._send(*(answer if isinstance(answer, tuple) else (200, answer)))  # type: ignore[arg-type]

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            if status == 302:
                self.send_header("Location", body.decode())
            # One that breaks off in the middle promises more than it sends.
            self.send_header("Content-Length", str(len(body) + (b"BREAKS OFF" in body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    platform.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
