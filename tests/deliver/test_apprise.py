"""Apprise as an optional extra: a stand-in module takes its place, since a hundred services cannot be on loopback."""

from __future__ import annotations

import importlib.machinery
import sys
from types import ModuleType

import pytest

from monitor.deliver.apprise import AppriseNotifier
from monitor.errors import DeliveryError
from monitor.models import Found, SendResult, SendVerdict, Target
from tests.standins.digests import delivery, digest

TARGET = Target("apprise", "ntfy://topic")


class Service:
    """What `apprise.Apprise` does, as far as it is called."""

    answer: bool | Exception = True
    said: list[dict[str, str]] = []  # noqa: RUF012  # cleared by each test's fixture

    def add(self, address: str) -> bool:
        return address.startswith("ntfy://")

    async def async_notify(self, **said: str) -> bool:
        self.said.append(said)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> type[Service]:
    module = ModuleType("apprise")
    module.__spec__ = importlib.machinery.ModuleSpec("apprise", None)
    module.Apprise = Service  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", module)
    monkeypatch.setattr(Service, "said", [])
    return Service


async def test_a_digest_is_told_as_text(service: type[Service]) -> None:
    """Title and text, with addresses; what Apprise says is the verdict."""
    own = AppriseNotifier()
    one = delivery(own.render(digest(), TARGET)[0], TARGET)
    assert await own.send(one) == SendResult(SendVerdict.SENT)
    assert service.said[0]["title"] == "Morning digest · Tue 24 Nov"
    assert service.said[0]["body"].startswith("2 stories from 4,812 articles")
    assert await own.find(one) == (Found.UNSUPPORTED, None)
    await own.close()


@pytest.mark.parametrize("answer", [False, RuntimeError("tgram://secret")])
async def test_a_failure_is_never_definite(
    service: type[Service], answer: bool | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Apprise says only that it did not work; its words, which may hold the address, are not passed on."""
    monkeypatch.setattr(Service, "answer", answer)
    own = AppriseNotifier()
    result = await own.send(delivery(own.render(digest(), TARGET)[0], TARGET))
    assert result.verdict is SendVerdict.UNKNOWN
    assert "secret" not in result.detail


async def test_an_unknown_kind_of_address_is_parked(service: type[Service]) -> None:
    """What Apprise cannot read is the configuration's fault."""
    own, target = AppriseNotifier(), Target("apprise", "nonsense")
    assert (
        await own.send(delivery(own.render(digest(), target)[0], target))
    ).verdict is SendVerdict.PLACE_BROKEN


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Apprise the message says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DeliveryError, match=r"monitor\[apprise\]"):
        AppriseNotifier()
