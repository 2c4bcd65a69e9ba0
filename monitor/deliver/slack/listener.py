"""Socket Mode: clicks and `/monitor` commands come in over a socket the bot opened itself, so that no public address is needed.

Each envelope is acknowledged before any work (Slack waits 3 s), then read into a `Command` and answered: a modal where one was asked
for, else a message only the asker sees. slack-sdk keeps the socket alive: it pings every few seconds and reconnects when Slack or
the network drops it.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.deliver.slack.commands import Command, Verb, parse

if TYPE_CHECKING:
    from slack_sdk.socket_mode.aiohttp import SocketModeClient
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.web.async_client import AsyncWebClient

Answer = dict[str, Any]
"""A modal (`type: modal`) or a message, as `replies` lays them out."""

REMEMBERED = 2000
PING = 5.0  # seconds; two missed answers and the socket is opened anew, well within 30 s
_LOG = "monitor.deliver.slack.socket"


class SlackListener:
    """Listens on one socket. `answer` does the work of a command and returns what to say, or None for silence.

    It must be quick or hand its work on, and must not raise: what it raises is logged by slack-sdk and nobody is answered.
    """

    def __init__(
        self,
        app_token: str,
        client: AsyncWebClient,
        answer: Callable[[Command], Awaitable[Answer | None]],
        *,
        ping: float = PING,
    ) -> None:
        self._app_token = app_token
        self._web = client
        self._answer = answer
        self._ping = ping
        self._done: OrderedDict[str, None] = OrderedDict()
        self._socket: SocketModeClient | None = None

    async def open(self) -> None:
        """Connect; returns once connected, and tries again every few seconds until then or until `close`."""
        from slack_sdk.socket_mode.aiohttp import SocketModeClient

        logger = logging.getLogger(_LOG)
        logger.setLevel(logging.WARNING)  # at DEBUG slack-sdk logs whole envelopes
        self._socket = SocketModeClient(self._app_token, logger, self._web, ping_interval=self._ping)
        self._socket.socket_mode_request_listeners.append(self._heard)
        await self._socket.connect()  # type: ignore[no-untyped-call]  # slack-sdk's Socket Mode is untyped

    async def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()  # type: ignore[no-untyped-call]  # as above

    async def _heard(self, socket: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Acknowledge first, then work; slack-sdk runs each envelope in a task of its own."""
        from slack_sdk.socket_mode.response import SocketModeResponse

        await socket.send_socket_mode_response(SocketModeResponse(request.envelope_id))
        command = parse(request.type, request.payload)
        if command is None or command.verb is Verb.OPEN or self._was_done(request.envelope_id, command):
            return
        answer = await self._answer(command)
        if answer is not None:
            await self._say(command, answer)

    def _was_done(self, envelope: str, command: Command) -> bool:
        """Slack delivers an envelope again when an acknowledgement is lost; a spoken command must not run twice for it.

        Clicks made twice are let through: a vote may be changed back, and muting twice mutes once.
        """
        names = [envelope, *([command.key] if command.text or command.verb is Verb.DIGEST else [])]
        known = any(name in self._done for name in names)
        self._done.update(dict.fromkeys(names))
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        return known

    async def _say(self, command: Command, answer: Answer) -> None:
        if answer["type"] == "modal":
            await self._web.views_open(trigger_id=command.trigger, view=answer)
        elif self._is_slack(command.reply_to):
            await self._reply(command.reply_to, answer)

    async def _reply(self, url: str, answer: Answer) -> None:
        from slack_sdk.webhook.async_client import AsyncWebhookClient

        reply = AsyncWebhookClient(url, retry_handlers=[], logger=logging.getLogger(_LOG))
        await reply.send(
            text=answer["text"], blocks=answer["blocks"], response_type="ephemeral", replace_original=False
        )

    def _is_slack(self, url: str) -> bool:
        """Answers go to Slack, or to whatever stands in for it, and nowhere else an envelope might name."""
        own = urlsplit(self._web.base_url)
        return url.startswith(("https://hooks.slack.com/", f"{own.scheme}://{own.netloc}/"))
