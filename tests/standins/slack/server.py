"""The stand-in's HTTP side: authorisation, scopes, rate limits, faults, and an inspection endpoint for drills."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.standins.slack.faults import Fault, Faults
from tests.standins.slack.limits import RefusedError, check_post
from tests.standins.slack.methods import Methods
from tests.standins.slack.workspace import Message, Workspace

_LISTS = ("blocks", "files", "metadata", "attachments", "view")
PAGE = "<!doctype html><title>Proxy</title><p>Please sign in to continue."


class SlackStandIn:
    """Slack on loopback, as an async context manager. `rate` (messages a second and channel) is off at None."""

    def __init__(
        self,
        channels: tuple[str, ...] = ("irs-watch",),
        *,
        port: int = 0,
        journal: Path | None = None,
        rate: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.workspace = Workspace(journal, now)
        for name in channels:
            self.workspace.add(name)
        self.faults = Faults()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._port = port
        self._rate = rate
        self._allowance: dict[str, float] = defaultdict(float)
        self._methods = Methods(
            self.workspace, lambda: self.address, lambda view: self.answers.put_nowait(view)
        )
        self._closing = asyncio.Event()
        self.answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._sockets: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self._socket: web.WebSocketResponse | None = None
        self._acknowledged: dict[str, asyncio.Event] = {}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/api/{method}", self._api)
        app.router.add_get("/api/{method}", self._api)
        app.router.add_post("/services/{secret:.+}", self._webhook)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/link", self._link)
        app.router.add_post("/respond", self._respond)
        app.router.add_get("/_stored", self._inspect)
        app.router.add_post("/_faults", self._lay_faults)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def token(self) -> str:
        """The one token that is accepted."""
        return self.workspace.token

    @property
    def address(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What slack-sdk takes as `base_url`."""
        return f"{self.address}/api/"

    @property
    def webhook(self) -> str:
        """An incoming webhook for the first channel."""
        return f"{self.address}/services/T0000001/B0000001/secret"

    def stored(self, channel: str = "irs-watch") -> list[Message]:
        """All messages of a channel, threads included, in order."""
        return self.workspace.channels[channel].messages

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        body = await _body(request)
        self.calls.append((name, body))
        channel = str(body.get("channel") or body.get("channel_id") or "")
        known = self.workspace.find(channel)
        fault = self.faults.meet(name, known.name if known else channel)
        self.workspace.note("call", method=name, fault=fault.name if fault else None)
        if fault is not None and not fault.stored:
            return await self._strike(request, fault)
        answer = self._answer(name, body, request.headers.get("Authorization", ""))
        return await self._strike(request, fault) if fault is not None else answer

    def _answer(self, name: str, body: dict[str, Any], authorization: str) -> web.Response:
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.workspace.scopes))}
        try:
            self._authorise(name, authorization)
            scope, method = self._methods.by_name.get(name, ("", None))
            if method is None:
                raise RefusedError("unknown_method", name)
            self._methods.require(scope)
            self._limit(name, str(body.get("channel")))
            answer = {"ok": True, **method(body)}
        except RefusedError as refused:
            return self._refusal(refused, headers)
        return web.json_response(answer, headers=headers)

    def _authorise(self, name: str, authorization: str) -> None:
        if not authorization.startswith("Bearer "):
            raise RefusedError("not_authed", name)
        wanted = self.workspace.app_token if name == "apps.connections.open" else self.workspace.token
        if authorization != f"Bearer {wanted}":
            raise RefusedError("invalid_auth", name)

    def _refusal(self, refused: RefusedError, headers: dict[str, str]) -> web.Response:
        answer: dict[str, Any] = {
            "ok": False,
            "error": refused.error,
            "response_metadata": {"messages": [f"[ERROR] {refused.message}"]},
        }
        if refused.error == "missing_scope":
            answer |= {"needed": refused.message, "provided": ",".join(sorted(self.workspace.scopes))}
        if refused.error == "ratelimited":
            return web.json_response(answer, status=429, headers={**headers, "Retry-After": "1"})
        return web.json_response(answer, headers=headers)

    def _limit(self, name: str, channel: str) -> None:
        """One message a second and channel, with the short bursts Slack lets pass."""
        if self._rate is None or name != "chat.postMessage":
            return
        now = asyncio.get_running_loop().time()
        free_at = max(self._allowance[channel], now - 4 / self._rate)
        if free_at > now:
            raise RefusedError("ratelimited", channel)
        self._allowance[channel] = free_at + 1 / self._rate

    async def _strike(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind == "silence":
            await self._closing.wait()
        if fault.kind in ("reset", "silence"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.kind == "html":
            return web.Response(text=PAGE, content_type="text/html")
        if fault.kind == "status":
            return web.Response(status=fault.status, text="upstream error", content_type="text/html")
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status, headers=headers)

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.calls.append(("webhook", body))
        fault = self.faults.meet("webhook", "")
        if fault is not None and not fault.stored:
            return await self._strike_webhook(request, fault)
        if not request.match_info["secret"].endswith("/secret"):
            return web.Response(status=404, text="no_service")
        channel = next(iter(self.workspace.channels.values()))
        try:
            check_post(body, self.workspace.reachable)
        except RefusedError as refused:
            return web.Response(status=400, text=refused.error)
        self.workspace.store(
            channel, text=body.get("text", ""), blocks=body.get("blocks") or [], metadata=body.get("metadata")
        )
        return await self._strike_webhook(request, fault) if fault is not None else web.Response(text="ok")

    async def _strike_webhook(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind != "error":
            return await self._strike(request, fault)
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        status = 400 if fault.status == 200 else fault.status
        return web.Response(status=status, text=fault.error, headers=headers)

    async def envelope(self, kind: str, payload: dict[str, Any], name: str = "") -> str:
        """Deliver a Socket Mode envelope and wait until it is acknowledged; returns its id."""
        name = name or uuid.uuid4().hex
        self._acknowledged[name] = asyncio.Event()
        socket = self._socket or await self.connection()
        await socket.send_json(
            {"envelope_id": name, "type": kind, "payload": payload, "accepts_response_payload": True}
        )
        await self._acknowledged[name].wait()
        return name

    async def connection(self) -> web.WebSocketResponse:
        """Wait for the next socket that is opened."""
        self._socket = await self._sockets.get()
        return self._socket

    async def drop_socket(self) -> None:
        """Hang up on the bot."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets.put_nowait(socket)
        async for message in socket:
            acknowledged = self._acknowledged.get(message.json().get("envelope_id", ""))
            if acknowledged is not None:
                acknowledged.set()
        return socket

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        try:
            check_post(body, self.workspace.reachable)
        except RefusedError as refused:
            return web.Response(status=400, text=refused.error)
        self.answers.put_nowait(body)
        return web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.workspace.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="no such file")
        file["content"] = await request.read()
        return web.Response(text=f"OK - {len(file['content'])}")

    async def _inspect(self, request: web.Request) -> web.Response:
        channels = self.workspace.channels.values()
        messages = [{**asdict(one), "nonce": one.nonce} for channel in channels for one in channel.messages]
        return web.json_response({"messages": messages, "faults": dict(self.faults.seen)})

    async def _lay_faults(self, request: web.Request) -> web.Response:
        """Lay faults on from outside: `{"clear": true}`, `{"mix": {"rate": .25, "seed": 1}}`, `{"fault": {"kind": "reset", …}}`."""
        order = await request.json()
        if order.get("clear"):
            self.faults.clear()
        if "mix" in order:
            self.faults.mix(**order["mix"])
        if "fault" in order:
            self.faults.add(Fault(**order["fault"]))
        return web.json_response({"ok": True})


async def _body(request: web.Request) -> dict[str, Any]:
    """Read a call's arguments from JSON, a form or the query; lists in a form are JSON texts."""
    if request.content_type == "application/json":
        body: dict[str, Any] = await request.json()
        return body
    fields = {**request.query, **(await request.post())}
    return {key: json.loads(str(item)) if key in _LISTS else item for key, item in fields.items()}
