"""Slack's web API methods as far as the project calls them, each answering as Slack documents. Raises RefusedError for `ok: false`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from tests.standins.slack.limits import RefusedError, check_blocks, check_post
from tests.standins.slack.workspace import Channel, Message, Workspace

Body = dict[str, Any]


class Methods:
    """The methods by name; `base` is the server's own address, for upload URLs."""

    def __init__(
        self, workspace: Workspace, base: Callable[[], str], shown: Callable[[Body], None] = lambda view: None
    ) -> None:
        self._shown = shown
        self._space = workspace
        self._base = base
        self.by_name: dict[str, tuple[str, Callable[[Body], Body]]] = {
            "auth.test": ("", self.auth_test),
            "apps.connections.open": ("", self.open_connection),
            "views.open": ("", self.open_view),
            "chat.postMessage": ("chat:write", self.post),
            "chat.update": ("chat:write", self.update),
            "conversations.list": ("", self.list_channels),
            "conversations.info": ("channels:read", self.info),
            "conversations.history": ("channels:history", self.history),
            "conversations.replies": ("channels:history", self.replies),
            "conversations.join": ("channels:join", self.join),
            "files.getUploadURLExternal": ("files:write", self.upload_url),
            "files.completeUploadExternal": ("files:write", self.complete_upload),
        }

    def require(self, scope: str) -> None:
        """Refuse a call whose scope was not granted."""
        if scope and scope not in self._space.scopes:
            raise RefusedError("missing_scope", scope)

    def auth_test(self, body: Body) -> Body:
        return {
            "team": "Stand-in",
            "team_id": "T0000001",
            "user": "monitor",
            "user_id": "U0000001",
            "bot_id": "B0000001",
        }

    def open_view(self, body: Body) -> Body:
        view = body.get("view") or {}
        if not body.get("trigger_id"):
            raise RefusedError("invalid_trigger_id", "a modal opens only in answer to a click")
        if len(view.get("title", {}).get("text", "")) > 24 or len(view.get("blocks", [])) > 100:
            raise RefusedError("invalid_arguments", "view")
        for number in range(0, len(view["blocks"]), 50):
            check_blocks(view["blocks"][number : number + 50], self._space.reachable)
        self._shown(view)
        return {"view": {"id": "V1"}}

    def open_connection(self, body: Body) -> Body:
        return {"url": self._base().replace("http", "ws") + "/link"}

    def post(self, body: Body) -> Body:
        channel = self._writable(body)
        check_post(body, self._space.reachable)
        if body.get("link_names") or body.get("parse") == "full":
            raise RefusedError("invalid_arguments", "this project never lets Slack look for names")
        thread = body.get("thread_ts")
        if thread and not any(message.ts == thread for message in channel.messages):
            raise RefusedError("thread_not_found", thread)
        message = self._space.store(
            channel,
            text=str(body.get("text", ""))[:40_000],
            blocks=body.get("blocks") or [],
            thread_ts=thread,
            metadata=body.get("metadata"),
        )
        return {"channel": channel.id, "ts": message.ts, "message": _shown(message, metadata=False)}

    def _writable(self, body: Body) -> Channel:
        channel = self._channel(body)
        if channel.archived:
            raise RefusedError("is_archived", channel.name)
        if not channel.member and (channel.private or "chat:write.public" not in self._space.scopes):
            raise RefusedError("channel_not_found" if channel.private else "not_in_channel", channel.name)
        return channel

    def _channel(self, body: Body) -> Channel:
        channel = self._space.find(str(body.get("channel", "")))
        if channel is None:
            raise RefusedError("channel_not_found", str(body.get("channel")))
        return channel

    def _readable(self, body: Body) -> Channel:
        channel = self._space.find(str(body.get("channel", "")))
        if channel is None or channel.id != body.get("channel"):
            raise RefusedError("channel_not_found", "an id is wanted")  # these methods take no names
        if channel.private:
            self.require("groups:history")
        if not channel.member:
            raise RefusedError("channel_not_found" if channel.private else "not_in_channel", channel.name)
        return channel

    def update(self, body: Body) -> Body:
        channel = self._channel(body)
        message = next((one for one in channel.messages if one.ts == body.get("ts")), None)
        if message is None:
            raise RefusedError("message_not_found", str(body.get("ts")))
        if len(str(body.get("text", "")).encode()) > 4000:
            raise RefusedError("msg_too_long", "text")
        check_blocks(body.get("blocks") or [], self._space.reachable)
        message.text, message.blocks = str(body.get("text", "")), body.get("blocks") or []
        self._space.note("updated", channel=channel.id, ts=message.ts, text=message.text)
        return {"channel": channel.id, "ts": message.ts, "text": message.text}

    def list_channels(self, body: Body) -> Body:
        types = str(body.get("types") or "public_channel").split(",")
        for kind, scope in (("public_channel", "channels:read"), ("private_channel", "groups:read")):
            if kind in types:
                self.require(scope)
        visible = [one for one in self._space.channels.values() if self._is_listed(one, types)]
        return self._paged(visible, body, "channels", _channel_data)

    def _is_listed(self, channel: Channel, types: list[str]) -> bool:
        return channel.member and "private_channel" in types if channel.private else "public_channel" in types

    def info(self, body: Body) -> Body:
        return {"channel": _channel_data(self._channel(body))}

    def join(self, body: Body) -> Body:
        channel = self._channel(body)
        if channel.private:
            raise RefusedError("method_not_supported_for_channel_type", channel.name)
        if channel.archived:
            raise RefusedError("is_archived", channel.name)
        channel.member = True
        return {"channel": _channel_data(channel)}

    def history(self, body: Body) -> Body:
        channel = self._readable(body)
        top = [message for message in reversed(channel.messages) if message.thread_ts is None]
        return self._messages(top, body)

    def replies(self, body: Body) -> Body:
        channel = self._readable(body)
        found = list(self._space.thread(channel, str(body.get("ts"))))
        if not found:
            raise RefusedError("thread_not_found", str(body.get("ts")))
        return self._messages(found, body)

    def _messages(self, messages: list[Message], body: Body) -> Body:
        oldest = float(body.get("oldest") or 0)
        recent = [message for message in messages if float(message.ts) >= oldest]
        metadata = str(body.get("include_all_metadata", "")).lower() in ("true", "1")
        return self._paged(recent, body, "messages", lambda message: _shown(message, metadata))

    def _paged(self, items: list[Any], body: Body, key: str, shown: Callable[[Any], Body]) -> Body:
        limit = min(int(body.get("limit") or 100), 999 if key == "messages" else 1000)
        start = int(body.get("cursor") or 0)
        following = str(start + limit) if start + limit < len(items) else ""
        page = [shown(item) for item in items[start : start + limit]]
        return {key: page, "has_more": bool(following), "response_metadata": {"next_cursor": following}}

    def upload_url(self, body: Body) -> Body:
        if not body.get("filename") or int(body.get("length") or 0) < 1:
            raise RefusedError("invalid_arguments", "filename and length are wanted")
        name = f"F{uuid.uuid4().hex[:8].upper()}"
        self._space.files[name] = {"id": name, "name": body["filename"], "length": int(body["length"])}
        return {"file_id": name, "upload_url": f"{self._base()}/upload/{name}"}

    def complete_upload(self, body: Body) -> Body:
        files = [self._completed(one) for one in body.get("files") or []]
        if body.get("channel_id"):
            channel = self._writable({"channel": body["channel_id"]})
            if channel.id != body["channel_id"] or not channel.member:
                raise RefusedError("channel_not_found", "an id of a channel the bot is in is wanted")
            self._space.store(
                channel,
                text=str(body.get("initial_comment") or ""),
                thread_ts=body.get("thread_ts"),
                files=[{key: file[key] for key in ("id", "name", "title")} for file in files],
            )
        return {"files": [{"id": file["id"], "title": file["title"]} for file in files]}

    def _completed(self, one: Body) -> Body:
        file = self._space.files.get(str(one.get("id")))
        if file is None or len(file.get("content", b"")) != file["length"]:
            raise RefusedError("file_not_found", str(one.get("id")))
        file["title"] = one.get("title") or file["name"]
        return file


def _channel_data(channel: Channel) -> Body:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_member": channel.member,
        "is_private": channel.private,
        "is_archived": channel.archived,
    }


def _shown(message: Message, metadata: bool) -> Body:
    data: Body = {"type": "message", "ts": message.ts, "text": message.text, "bot_id": "B0000001"}
    data |= {"blocks": message.blocks} if message.blocks else {}
    data |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
    data |= {"files": message.files} if message.files else {}
    return data | ({"metadata": message.metadata} if metadata and message.metadata else {})
