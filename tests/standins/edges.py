"""Stand-ins for the pipeline's edges, with a vocabulary: a fetcher that serves what it is told, workers in this process, a target
that remembers what it was sent, and a clock that moves when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import WorkerError
from monitor.models import (
    Delivery,
    Digest,
    Found,
    Hop,
    Outcome,
    Part,
    Request,
    Response,
    SendResult,
    SendVerdict,
    Target,
    Validators,
)


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        """Let time pass: `clock.move(hours=2)`."""
        self.at += timedelta(**span)


class FakeFetcher:
    """Answers from what was said before; every request is kept."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: dict[str, Callable[[Request], Response]] = {}

    def serves(
        self, url: str, body: bytes | str, content_type: str = "application/rss+xml", etag: str | None = None
    ) -> None:
        """Answer 200 with a body; asked with the right ETag, 304."""
        data = body.encode() if isinstance(body, str) else body

        def answer(request: Request) -> Response:
            validators = Validators(etag=etag, url=url)
            if etag and request.validators.etag == etag:
                return Response(Outcome.NOT_MODIFIED, url, 304, validators=validators)
            return Response(Outcome.OK, url, 200, data, content_type, validators=validators)

        self._answers[url] = answer

    def fails(
        self, url: str, status: int = 500, outcome: Outcome = Outcome.ERROR, retry_after: float | None = None
    ) -> None:
        """Answer with a failure."""
        response = Response(
            outcome, url, status, retry_after=retry_after, reason=f"http_{status}", error=f"HTTP {status}"
        )
        self._answers[url] = lambda _: response

    def redirects(self, url: str, target: str, status: int = 302) -> None:
        """Answer with a redirect that the request has not asked to follow."""
        response = Response(
            Outcome.ERROR, url, status, hops=(Hop(status, target),), reason="redirected", error="it redirects"
        )
        self._answers[url] = lambda _: response

    def raises(self, url: str, error: Exception) -> None:
        """Break the promise never to raise: a defect."""

        def answer(_: Request) -> Response:
            raise error

        self._answers[url] = answer

    def asked(self, url: str) -> int:
        """Return how often an address was asked."""
        return sum(request.url == url for request in self.requests)

    async def fetch(self, request: Request) -> Response:
        """Answer a request; an address nothing was said about does not exist."""
        self.requests.append(request)
        answer = self._answers.get(request.url)
        return (
            answer(request)
            if answer
            else Response(Outcome.ERROR, request.url, 404, reason="http_404", error="HTTP 404")
        )


class InlineWorkers:
    """Runs jobs in this process; can be told that a function kills its worker."""

    def __init__(self) -> None:
        self._deadly: dict[str, str] = {}

    def dies_of(self, function: str, cause: str = "crash") -> None:
        """Let every job that runs a function of this name kill its worker."""
        self._deadly[function] = cause

    def heals(self) -> None:
        """Let all jobs work again."""
        self._deadly.clear()

    async def run(
        self, function: Callable[..., Any], *args: Any, deadline: float, ahead: bool = False
    ) -> Any:
        """Run a job."""
        if cause := self._deadly.get(function.__name__):
            raise WorkerError(cause, "told to")
        return function(*args)


class FakeTarget:
    """A target with memory. Its answers can be lost, its door closed."""

    def __init__(self, reads_back: bool = True) -> None:
        self.stored: list[Delivery] = []
        self.reads_back = reads_back
        self._next: list[SendVerdict] = []
        self._store_lost = True

    def answers(self, *verdicts: SendVerdict) -> None:
        """Say what the next sends come to; afterwards all goes well again."""
        self._next += verdicts

    def loses_answer(self, stored: bool = True) -> None:
        """Lose the next answer; the message was stored, or it was not."""
        self._store_lost = stored
        self._next.append(SendVerdict.UNKNOWN)

    def texts(self) -> list[str]:
        """Return the payloads that were stored."""
        return [delivery.payload for delivery in self.stored]

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Say a digest in one line: its headlines."""
        return (
            Part(
                f"{digest.title}: "
                + "; ".join(
                    f"{story.headline}{story.change and ' / ' + story.change}" for story in digest.stories
                )
            ),
        )

    async def send(self, delivery: Delivery) -> SendResult:
        """Store a message, unless told otherwise."""
        verdict = self._next.pop(0) if self._next else SendVerdict.SENT
        if verdict is SendVerdict.SENT or (verdict is SendVerdict.UNKNOWN and self._store_lost):
            self.stored.append(delivery)
        return SendResult(
            verdict, ts=str(len(self.stored)) if verdict is SendVerdict.SENT else None, retry_after=30.0
        )

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """Look for a message by its nonce."""
        if not self.reads_back:
            return Found.UNSUPPORTED, None
        at = next((number for number, one in enumerate(self.stored, 1) if one.nonce == delivery.nonce), None)
        return (Found.PRESENT, str(at)) if at else (Found.ABSENT, None)

    async def close(self) -> None:
        """Nothing to close."""


def rss(*items: tuple[str, str, str], title: str = "A paper", site: str = "https://paper.example") -> str:
    """Return an RSS document of (path, title, text) items of a site."""
    body = "".join(
        f"<item><title>{name}</title><link>{site}{path}</link><guid>{path}</guid><description>{text}</description></item>"
        for path, name, text in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{body}</channel></rss>'
