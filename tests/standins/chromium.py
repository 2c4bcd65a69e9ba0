"""A real Chromium, driven over its DevTools protocol: what does a reader's browser make of a page?

`find()` returns the installed program or None, so that tests can skip and say what is missing.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One open page. `messages` holds what the browser complained about, `requests` the addresses it asked for."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.messages: list[str] = []
        self.requests: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a DevTools method and wait for its answer, noting events on the way."""
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(message["error"])
                result: dict[str, Any] = message["result"]
                return result
            self._note(message)

    async def until(self, event: str) -> None:
        """Wait for an event."""
        while True:
            message = await self._socket.receive_json()
            self._note(message)
            if message.get("method") == event:
                return

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        if message.get("method") == "Log.entryAdded":
            self.messages.append(params["entry"]["text"])
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    async def open(self, url: str, *, width: int = 1200, dark: bool = False, media: str = "screen") -> None:
        """Open a page on a device of that width."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        for domain in ("Page", "Log", "Network"):
            await self.call(f"{domain}.enable")
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        await self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        await self.call("Page.navigate", url=url)
        await self.until("Page.loadEventFired")

    async def value(self, expression: str) -> Any:
        """Evaluate an expression in the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    async def screenshot(self, path: Path) -> None:
        """Save the whole page as a picture."""
        answer = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(answer["data"]))


@contextlib.asynccontextmanager
async def tab(program: str) -> AsyncIterator[Tab]:
    """Start a browser with an empty profile, yield a tab, and end it."""
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            async with (
                asyncio.timeout(60),
                aiohttp.ClientSession() as session,
                session.ws_connect(await _page_address(process, session), max_msg_size=0) as socket,
            ):
                yield Tab(socket)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()


async def _page_address(process: asyncio.subprocess.Process, session: aiohttp.ClientSession) -> str:
    """Read the debugging address off the browser's own message, then ask it for its tab."""
    assert process.stderr is not None
    async for raw in process.stderr:
        line = raw.decode(errors="replace")
        if "DevTools listening on ws://" in line:
            host = line.split("ws://")[1].split("/")[0]
            async with session.get(f"http://{host}/json/list") as answer:
                tabs = await answer.json()
            return next(str(one["webSocketDebuggerUrl"]) for one in tabs if one["type"] == "page")
    raise RuntimeError("the browser ended before it listened")
