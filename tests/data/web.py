"""A web server on this machine that gives files as a good mirror does, or as a bad one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mirror:
    """What it gives, how it misbehaves, and what it was asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[tuple[str, str]] = []
        """(file, what the request says in Range)."""
        self.cuts: dict[str, list[int]] = {}
        """File → after how many bytes each of the next answers is cut off."""
        self.ranges = True
        """Whether it can begin in the middle."""
        self.status: dict[str, int] = {}
        self.url = ""


@contextmanager
def served(mirror: Mirror) -> Iterator[Mirror]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, wanted = self.path.rpartition("/")[2], self.headers.get("Range", "")
            mirror.asked.append((name, wanted))
            if name not in mirror.files or name in mirror.status:
                self.send_error(mirror.status.get(name, 404))
                return
            raw = mirror.files[name]
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and mirror.ranges else 0
            if start >= len(raw):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(raw) - 1}/{len(raw)}")
            self.send_header("Content-Length", str(len(raw) - start))
            self.end_headers()
            cut = mirror.cuts.get(name) or []
            self.wfile.write(raw[start:][: cut.pop(0) if cut else None])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mirror.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
