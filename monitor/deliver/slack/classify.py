"""What Slack's answer means for a message: the table of error names, and the reading of everything that can go wrong on the way.

Sources: docs.slack.dev, chat.postMessage ("Errors") and incoming webhooks ("Handling errors"). A lost answer shows as a
`SlackApiError`, a bare JSON error, several kinds of time-out, an `AttributeError` out of slack-sdk (an answer of type text/plain), or
as HTTP 200 with a web page: all of these are ambiguous, because the message may be stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.models import SendResult, SendVerdict

MOST_WAIT = 3600.0
DEFAULT_WAIT = 60.0

_NAMES = {
    SendVerdict.WAIT: "ratelimited rate_limited message_limit_exceeded",
    SendVerdict.RETRY: "request_timeout service_unavailable team_added_to_org accesslimited",
    SendVerdict.UNKNOWN: "fatal_error internal_error",
    SendVerdict.MESSAGE_BROKEN: (
        "invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long metadata_too_large no_text "
        "too_many_attachments invalid_attachments attachment_payload_limit_exceeded invalid_payload "
        "invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app file_uploads_disabled "
        "message_not_found cant_update_message edit_window_closed"
    ),
    SendVerdict.PLACE_BROKEN: (
        "channel_not_found not_in_channel is_archived channel_is_archived is_inactive thread_not_found "
        "cannot_reply_to_message restricted_action restricted_action_read_only_channel "
        "restricted_action_thread_only_channel restricted_action_non_threadable_channel restricted_action_thread_locked "
        "posting_to_general_channel_denied action_prohibited user_not_found external_channel_migrating "
        "messages_tab_disabled channel_type_not_supported"
    ),
    SendVerdict.TOKEN_BROKEN: (
        "invalid_auth not_authed token_revoked token_expired account_inactive missing_scope no_permission "
        "not_allowed_token_type access_denied ekm_access_denied org_login_required team_access_not_granted "
        "enterprise_is_restricted invalid_token no_service no_service_id no_active_hooks no_team team_disabled "
        "two_factor_setup_required user_is_bot"
    ),
}
UNCHANGEABLE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""The posted message was deleted, or may no longer be changed: no form of an amendment will be taken."""

VERDICTS: Mapping[str, SendVerdict] = {
    name: verdict for verdict, names in _NAMES.items() for name in names.split()
}


def from_error(
    error: str, *, status: int = 200, needed: str = "", retry_after: float | None = None
) -> SendResult:
    """Return what Slack's own error name means. An unknown name is a definite no, to be tried again a bounded number of times."""
    verdict = VERDICTS.get(error, SendVerdict.RETRY)
    if status == 429:
        verdict = SendVerdict.WAIT
    elif status >= 500 and verdict not in (SendVerdict.WAIT, SendVerdict.TOKEN_BROKEN):
        verdict = SendVerdict.RETRY if error in _NAMES[SendVerdict.RETRY].split() else SendVerdict.UNKNOWN
    wait = (retry_after or DEFAULT_WAIT) if verdict is SendVerdict.WAIT else None
    return SendResult(verdict, retry_after=wait, detail=f"{error} (needed: {needed})" if needed else error)


def from_exception(error: Exception) -> SendResult:
    """Return what an exception out of slack-sdk or its transport means; its text is never passed on, it can hold a secret address."""
    response = getattr(error, "response", None)
    data = getattr(response, "data", None)
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    headers = getattr(response, "headers", None) or {}
    if isinstance(data, dict) and isinstance(data.get("error"), str):
        return from_error(
            data["error"],
            status=status,
            needed=_needed(data),
            retry_after=seconds(headers.get("Retry-After")),
        )
    if status == 429:
        return from_error("ratelimited", status=429, retry_after=seconds(headers.get("Retry-After")))
    if _never_sent(error):
        return SendResult(SendVerdict.RETRY, detail=f"not reached: {type(error).__name__}")
    what = f"HTTP {status} without an answer of Slack's" if status else type(error).__name__
    return SendResult(SendVerdict.UNKNOWN, detail=f"answer lost: {what}")


def _needed(data: dict[str, Any]) -> str:
    needed = data.get("needed", "")
    return needed if isinstance(needed, str) else ""


def _never_sent(error: Exception) -> bool:
    """Say whether the connection itself failed (DNS, refused, TLS, time-out while connecting): no byte of the request went out."""
    import aiohttp

    return isinstance(
        error,
        (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.InvalidURL,
            aiohttp.ClientProxyConnectionError,
        ),
    )


def seconds(header: object) -> float | None:
    """Read a Retry-After header in seconds, at most an hour; None if it is no number."""
    try:
        wait = float(str(header))
    except ValueError:
        return None
    return min(max(wait, 1.0), MOST_WAIT) if wait == wait else None  # NaN is not itself
