"""A web server on loopback that keeps what is posted to it and answers as it is told."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from aiohttp import web


class Receiver:
    """Async context manager. `answers` are statuses to give in turn, `"reset"` a broken connection; afterwards 204."""

    def __init__(self) -> None:
        self.answers: list[int | str] = []
        self.headers_to_send: dict[str, str] = {}
        self.received: list[tuple[str, dict[str, str], Any]] = []
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._post)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self._port}/hook/very-secret?key=k"

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self.received.append((request.path_qs, dict(request.headers), await request.json()))
        answer = self.answers.pop(0) if self.answers else 204
        if answer == "reset" and request.transport is not None:
            request.transport.abort()
            return web.Response()
        return web.Response(status=int(answer), headers=self.headers_to_send)
