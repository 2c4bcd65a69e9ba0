"""Channel names and ids: people write `#irs-watch`, Slack's history and file methods want `C0123456789`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

_ID = re.compile(r"[CGD][A-Z0-9]{6,}\Z")
PAGES = 100


class Channels:
    """What is known of the workspace's channels: learnt from answers, and read from `conversations.list` when it must be."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def learn(self, address: str, channel: object) -> None:
        """Keep the id that Slack answered for an address."""
        if isinstance(channel, str) and _ID.match(channel):
            self._ids[address] = channel

    def known(self, address: str) -> str:
        """Return the id if it is known, else the address as it is, which chat.postMessage takes too."""
        return self._ids.get(address, address)

    async def id_of(self, client: AsyncWebClient, address: str) -> str:
        """Return the channel's id, asking Slack if need be. Raises what slack-sdk raises; an unknown name comes back as it is."""
        if _ID.match(address):
            return address
        if address not in self._ids:
            await self._read(client, address)
        return self.known(address)

    async def _read(self, client: AsyncWebClient, address: str) -> None:
        from slack_sdk.errors import SlackApiError

        try:
            await self._search(client, address, "public_channel,private_channel")
        except SlackApiError as error:
            if error.response.get("error") != "missing_scope":  # groups:read may be withheld
                raise
            await self._search(client, address, "public_channel")

    async def _search(self, client: AsyncWebClient, address: str, types: str) -> None:
        cursor = ""
        for _page in range(PAGES):
            page = await client.conversations_list(
                types=types, limit=1000, cursor=cursor, exclude_archived=False
            )
            for channel in page["channels"]:
                if channel["name"] == address.removeprefix("#"):
                    self.learn(address, channel["id"])
                    return
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
