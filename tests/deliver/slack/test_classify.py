"""The table of Slack's errors: what each answer means for a message."""

from __future__ import annotations

import pytest

from monitor.deliver.slack.classify import from_error, seconds
from monitor.models import SendVerdict


@pytest.mark.parametrize(
    ("error", "status", "verdict"),
    [
        ("ratelimited", 200, SendVerdict.WAIT),
        ("anything", 429, SendVerdict.WAIT),
        ("service_unavailable", 503, SendVerdict.RETRY),
        ("request_timeout", 200, SendVerdict.RETRY),
        ("internal_error", 200, SendVerdict.UNKNOWN),
        ("an_error_of_next_year", 200, SendVerdict.RETRY),
        ("an_error_of_next_year", 502, SendVerdict.UNKNOWN),
        ("invalid_blocks", 500, SendVerdict.UNKNOWN),
        ("invalid_auth", 500, SendVerdict.TOKEN_BROKEN),
        ("msg_blocks_too_long", 200, SendVerdict.MESSAGE_BROKEN),
        ("metadata_too_large", 200, SendVerdict.MESSAGE_BROKEN),
        ("is_archived", 200, SendVerdict.PLACE_BROKEN),
        ("missing_scope", 200, SendVerdict.TOKEN_BROKEN),
    ],
)
def test_an_error_has_its_class(error: str, status: int, verdict: SendVerdict) -> None:
    """Slack's name decides; a 5xx beside an unknown or ordinary name leaves it open whether the message is stored."""
    assert from_error(error, status=status).verdict is verdict


@pytest.mark.parametrize(
    ("header", "wait"),
    [("30", 30.0), ("0", 1.0), ("1e9", 3600.0), ("nan", None), ("soon", None), (None, None)],
)
def test_a_retry_after_is_believed_within_reason(header: str | None, wait: float | None) -> None:
    """At least a second, at most an hour, and only numbers."""
    assert seconds(header) == wait


def test_the_needed_scope_is_told() -> None:
    """The detail names what to grant."""
    assert from_error("missing_scope", needed="chat:write").detail == "missing_scope (needed: chat:write)"
