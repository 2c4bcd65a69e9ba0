"""Digests by mail, through a real SMTP server on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import html

from monitor.deliver.email import EmailNotifier
from monitor.errors import DeliveryError
from monitor.models import Digest, Found, SendResult, SendVerdict, Target, TopicSection
from tests.standins.digests import NOW, delivery, digest, section, story
from tests.standins.hostile import digests
from tests.standins.mail import MailServer

DESK = Target("email", "desk@example.org")


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as one:
        yield one


def notifier(port: int, **changes: Any) -> EmailNotifier:
    options = {"tls": "none", "timeout": 5.0} | changes
    return EmailNotifier("127.0.0.1", port, "Monitor <monitor@example.org>", lambda: NOW, **options)


async def send(port: int, one: Digest | None = None, target: Target = DESK, **changes: Any) -> SendResult:
    own = notifier(port)
    return await own.send(delivery(own.render(one or digest(), target)[0], target, **changes))


async def test_a_digest_is_text_and_page(server: MailServer) -> None:
    """Two alternatives of the same digest, headers that say what it is, the nonce in the Message-ID."""
    result = await send(server.port)
    (message,) = server.messages
    assert result == SendResult(SendVerdict.SENT, ts="<nonce-0001@example.org>")
    assert message["Message-ID"] == "<nonce-0001@example.org>"
    assert (
        message["Subject"]
        == "Morning digest · Tue 24 Nov: 2 stories. Auditors question the agency's figures, part 1"
    )
    assert message["From"] == "Monitor <monitor@example.org>"
    assert message["Date"] == "Tue, 24 Nov 2026 13:00:40 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert server.recipients == ["desk@example.org"]
    text, page = (part.get_content() for part in message.iter_parts())
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "https://news.example/1/figures?from=feed&n=1" in text
    assert (
        html.document_fromstring(page).xpath("//h3/a/@href")[0]
        == "https://news.example/1/figures?from=feed&n=1"
    )


async def test_the_page_needs_no_style_sheet(server: MailServer) -> None:
    """Mail programs drop style sheets: every style is inlined, nothing is loaded, nothing runs."""
    await send(server.port, digest(section(2, 2)))
    page = list(server.messages[0].iter_parts())[1].get_content()
    assert "<style" not in page
    assert "<script" not in page
    assert "var(" not in page
    assert not html.document_fromstring(page).xpath("//@src")
    assert "and 2 more" in page


async def test_a_reply_names_its_parent(server: MailServer) -> None:
    """A follow-up stands in its alert's conversation."""
    await send(server.port, thread_ts="<parent@example.org>")
    assert server.messages[0]["In-Reply-To"] == server.messages[0]["References"] == "<parent@example.org>"


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(digests(most=10))
def test_no_title_adds_a_header(one: Digest) -> None:
    """Whatever the feeds send, the subject stays one header and the message can be written."""
    own = notifier(1)
    message = own.message(delivery(own.render(one, DESK)[0], DESK))
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert sorted(names) == sorted(
        [
            b"From",
            b"To",
            b"Subject",
            b"Date",
            b"Message-ID",
            b"Auto-Submitted",
            b"MIME-Version",
            b"Content-Type",
        ]
    )


def test_a_subject_cannot_break_out() -> None:
    """A line end in a title is a blank in the subject."""
    topic = TopicSection("irs", "IRS", (story(headline="Fine\r\nBcc: all@example.org"),))
    own = notifier(1)
    message = own.message(delivery(own.render(digest(topic), DESK)[0], DESK))
    assert message["Bcc"] is None
    assert "Fine Bcc: all@example.org" in message["Subject"]


@pytest.mark.parametrize(
    ("step", "reply", "verdict"),
    [
        ("RCPT", "550 no such user", SendVerdict.PLACE_BROKEN),
        ("RCPT", "450 greylisted", SendVerdict.RETRY),
        ("MAIL", "553 sender not allowed", SendVerdict.TOKEN_BROKEN),
        ("MAIL", "451 later", SendVerdict.RETRY),
        ("DATA", "554 content refused", SendVerdict.MESSAGE_BROKEN),
        ("DATA", "452 no space", SendVerdict.RETRY),
        ("DATA", "DROP", SendVerdict.UNKNOWN),
    ],
)
async def test_a_refusal_has_its_class(
    server: MailServer, step: str, reply: str, verdict: SendVerdict
) -> None:
    """4yz means later, 5yz means no, and a connection that breaks after the text means nobody knows."""
    server.refuse[step] = reply
    assert (await send(server.port)).verdict is verdict


async def test_nobody_listening_is_tried_again() -> None:
    """A refused connection comes before the message."""
    assert (await send(9)).verdict is SendVerdict.RETRY


async def test_a_wrong_password_stops_the_mail() -> None:
    """A refused login is the configuration's fault; the password is in no detail."""
    async with MailServer(login=("monitor", "right")) as server:
        for password, verdict in (("wrong-secret", SendVerdict.TOKEN_BROKEN), ("right", SendVerdict.SENT)):
            own = notifier(server.port, username="monitor", password=password)
            result = await own.send(delivery(own.render(digest(), DESK)[0], DESK))
            assert result.verdict is verdict
            assert "secret" not in result.detail


async def test_an_address_that_is_none_is_parked(server: MailServer) -> None:
    """A target that is no address, or smuggles a second header, is not sent to."""
    for address in ("nobody", "a@b\r\nBcc: c@d", ""):
        result = await send(server.port, target=Target("email", address))
        assert result.verdict is SendVerdict.PLACE_BROKEN
    assert server.messages == []


def test_a_sender_that_is_none_is_told_at_once() -> None:
    """The setting to mend is named before anything is sent."""
    with pytest.raises(DeliveryError, match="'nobody' is no mail address"):
        EmailNotifier("localhost", 25, "nobody", lambda: NOW)


async def test_a_mailbox_cannot_be_read_back() -> None:
    """At-least-once, and said so."""
    own = notifier(1)
    assert await own.find(delivery(own.render(digest(), DESK)[0], DESK)) == (Found.UNSUPPORTED, None)
    await own.close()
