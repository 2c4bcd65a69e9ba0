"""The sample outlets of `monitor demo`: feeds and pages from seeds/world, served on loopback over real HTTP.

Pages name their outlets' addresses (`https://www.harborcourier.example/…`); on the way out these become addresses of this server,
and `[[iso -5h]]` becomes the time five hours before the demo began. A second edition (`NAME.2.html`) is served after `advance()`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources.abc import Traversable
from typing import Any

from monitor.cli.bundled import seeds

_TIME = re.compile(r"\[\[(iso|rfc822|long) -(\d+)h\]\]")


@dataclass(frozen=True, slots=True)
class Outlet:
    """One sample outlet: its feed's address on this server, and what kind of feed that is."""

    name: str
    url: str
    type: str
    language: str


class World:
    """The sample outlets on one loopback port; use as a context manager."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.edition = 1
        self.root = seeds().joinpath("world")
        self.plan: dict[str, Any] = json.loads(self.root.joinpath("world.json").read_text("utf-8"))
        world = self

        class Outlets(BaseHTTPRequestHandler):
            """Answers for all outlets; the first part of the path names one."""

            def do_GET(self) -> None:  # http.server's name
                world.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the demo's terminal belongs to the digest."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Outlets)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> World:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """The server's host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def outlets(self) -> tuple[Outlet, ...]:
        """Return the outlets with the addresses to poll."""
        return tuple(
            Outlet(
                item["name"],
                f"http://{self.address}/{item['folder']}/{item['feed']}",
                item["type"],
                "es" if "faro" in item["folder"] else "en",
            )
            for item in self.plan["outlets"]
        )

    def advance(self) -> None:
        """Publish the second edition: a story is corrected."""
        self.edition = 2

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Serve one feed or page; pages that the plan breaks answer with their status."""
        folder, _, path = request.path.split("?")[0].lstrip("/").partition("/")
        outlet = next((item for item in self.plan["outlets"] if item["folder"] == folder), None)
        broken = outlet and self.plan["failures"].get(f"https://{outlet['host']}/{path}")
        file = self._file(outlet, path) if outlet else None
        if broken or outlet is None or file is None:
            _send(request, int(broken or 404), "text/plain", b"not here\n")
            return
        kind = outlet["content_type"] if path == outlet["feed"] else "text/html; charset=utf-8"
        _send(request, 200, kind, self.render(file.read_text("utf-8")).encode())

    def _file(self, outlet: dict[str, Any], path: str) -> Traversable | None:
        """Return the file behind a path, in the newest edition there is."""
        name = outlet["feed"] if path == outlet["feed"] else outlet["pages"].get("/" + path)
        if name is None:
            return None
        stem, dot, suffix = name.rpartition(".")
        later = self.root.joinpath(outlet["folder"], f"{stem}.{self.edition}{dot}{suffix}")
        return later if later.is_file() else self.root.joinpath(outlet["folder"], name)

    def render(self, text: str) -> str:
        """Put this server's addresses and the demo's times into a document."""
        for item in self.plan["outlets"]:
            text = text.replace(f"https://{item['host']}", f"http://{self.address}/{item['folder']}")
        return with_times(text, self.now)


def with_times(text: str, now: datetime) -> str:
    """Replace `[[iso -5h]]`, `[[rfc822 -5h]]` and `[[long -5h]]` by that time before `now`."""
    shapes: dict[str, Callable[[datetime], str]] = {
        "iso": lambda at: at.isoformat(timespec="seconds"),
        "rfc822": format_datetime,
        "long": lambda at: f"{at:%B} {at.day}, {at.year}",
    }
    return _TIME.sub(lambda found: shapes[found[1]](now - timedelta(hours=int(found[2]))), text)


def _send(request: BaseHTTPRequestHandler, status: int, kind: str, body: bytes) -> None:
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
