"""What the pipeline asks of the edges, declared where it is used: two to five methods each, so that a test can stand in for any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from monitor.models import Delivery, Digest, Found, Part, Request, Response, SendResult, Target
from monitor.pipeline.reports import PollReport, SendReport, SlotReport

Clock = Callable[[], datetime]
"""Returns the current instant, aware, in UTC."""

Chance = Callable[[], float]
"""Returns a random number in [0, 1)."""

Checkpoint = Callable[[str], None]
"""Called at every point whose loss of power is drilled; does nothing outside the drill."""


class Fetcher(Protocol):
    """Dials out, politely and safely; trouble is a value, never an exception."""

    async def fetch(self, request: Request) -> Response:
        """Return what came of a GET."""
        ...


class Workers(Protocol):
    """Runs functions that read foreign bytes in processes with a deadline and a memory cap."""

    async def run(
        self, function: Callable[..., Any], *args: Any, deadline: float, ahead: bool = False
    ) -> Any:
        """Return the function's result; raise `WorkerError` when the worker died, hung or ran out of memory.

        With `ahead`, before whatever else waits for a worker.
        """
        ...


class Notifier(Protocol):
    """A kind of target."""

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return the messages of a digest, in order; pure."""
        ...

    async def send(self, delivery: Delivery) -> SendResult:
        """Post one message and say what the answer means."""
        ...

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """Look for a message's nonce in the target's history; with it, the target's name for the stored message."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Amending(Protocol):
    """A notifier whose target lets a posted message be changed."""

    def amendment(self, digest: Digest, target: Target) -> Part:
        """Return what replaces the first message of a digest that is posted already; to be sent as a reply to it. Pure."""
        ...


Notifiers = Mapping[str, Notifier]
"""By kind of target."""


class Observer(Protocol):
    """Is told what happened; metrics live behind it."""

    def fetched(self, response: Response, seconds: float) -> None:
        """A request for a feed, a page or a robots.txt was answered (or not) after so long, its host's turn waited for included."""
        ...

    def polled(self, report: PollReport) -> None:
        """One feed was polled and its record saved."""
        ...

    def decided(self, report: SlotReport) -> None:
        """One slot was built, found empty or skipped."""
        ...

    def tried(self, report: SendReport) -> None:
        """One message was sent, refused, or looked for."""
        ...


class Unobserved:
    """The observer of commands that keep no metrics."""

    def fetched(self, response: Response, seconds: float) -> None:
        """Ignore."""

    def polled(self, report: PollReport) -> None:
        """Ignore."""

    def decided(self, report: SlotReport) -> None:
        """Ignore."""

    def tried(self, report: SendReport) -> None:
        """Ignore."""


def no_checkpoint(name: str) -> None:
    """Do nothing at a named point."""
