"""What goes wrong between Slack and its client, as a plan with a vocabulary.

A fault of `stored=True` happens after the message was stored: the answer alone is lost.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

POSTING = ("chat.postMessage", "files.completeUploadExternal", "webhook")


@dataclass(frozen=True)
class Fault:
    """One kind of trouble. `kind` is reset, status, html, silence or error; `methods` empty means every posting method."""

    kind: str
    stored: bool = False
    status: int = 500
    error: str = ""
    retry_after: int | None = None
    methods: tuple[str, ...] = POSTING
    channel: str = ""
    times: int = 1

    @property
    def name(self) -> str:
        """The fault in a table: `reset after storing`, `429`, `is_archived`."""
        what = {"status": str(self.status), "error": self.error}.get(self.kind, self.kind)
        return f"{what} after storing" if self.stored else what


MIXTURE = (
    Fault("reset", stored=True),
    Fault("reset"),
    Fault("error", status=429, error="ratelimited", retry_after=1),
    Fault("status", status=502),
    Fault("status", status=500, stored=True),
    Fault("html"),
    Fault("html", stored=True),
    Fault("error", status=200, error="internal_error", stored=True),
    Fault("error", status=503, error="service_unavailable"),
)


class Faults:
    """The plan: faults laid on by name, used up one call at a time; or a seeded mixture at a rate."""

    def __init__(self) -> None:
        self._plan: list[Fault] = []
        self._rate = 0.0
        self._mixture: tuple[Fault, ...] = MIXTURE
        self._random = random.Random(0)
        self.seen: Counter[str] = Counter()

    def mix(self, rate: float, seed: int, *, silence: bool = False) -> None:
        """Let `rate` (0-1) of all posting calls meet a fault of the mixture, `silence` among them where time-outs are short."""
        self._rate = rate
        self._random = random.Random(seed)
        self._mixture = (*MIXTURE, Fault("silence"), Fault("silence", stored=True)) if silence else MIXTURE

    def lose_answer(self, times: int = 1, **where: object) -> None:
        """Store the message, then reset the connection."""
        self._lay(Fault("reset", stored=True, times=times), where)

    def reset(self, times: int = 1, **where: object) -> None:
        """Reset the connection before anything is stored."""
        self._lay(Fault("reset", times=times), where)

    def rate_limit(self, retry_after: int | None = 1, times: int = 1, **where: object) -> None:
        """Answer 429, with Retry-After unless it is None."""
        self._lay(
            Fault("error", status=429, error="ratelimited", retry_after=retry_after, times=times), where
        )

    def status(self, status: int, *, stored: bool = False, times: int = 1, **where: object) -> None:
        """Answer with a bare HTTP status."""
        self._lay(Fault("status", status=status, stored=stored, times=times), where)

    def html(self, *, stored: bool = False, times: int = 1, **where: object) -> None:
        """Answer HTTP 200 with somebody's web page."""
        self._lay(Fault("html", stored=stored, times=times), where)

    def silence(self, *, stored: bool = False, times: int = 1, **where: object) -> None:
        """Never answer."""
        self._lay(Fault("silence", stored=stored, times=times), where)

    def error(self, error: str, *, stored: bool = False, times: int = 1, **where: object) -> None:
        """Answer `ok: false` with a name of Slack's."""
        self._lay(Fault("error", status=200, error=error, stored=stored, times=times), where)

    def clear(self) -> None:
        """Mend everything."""
        self._plan.clear()
        self._rate = 0.0

    def add(self, fault: Fault) -> None:
        """Lay a fault on."""
        self._plan.append(fault)

    def _lay(self, fault: Fault, where: dict[str, object]) -> None:
        self.add(replace(fault, **where))  # type: ignore[arg-type]

    def meet(self, method: str, channel: str) -> Fault | None:
        """Return the fault this call meets, and use it up."""
        fault = self._planned(method, channel) or self._drawn(method)
        if fault is not None:
            self.seen[fault.name] += 1
        return fault

    def _planned(self, method: str, channel: str) -> Fault | None:
        applies: Callable[[Fault], bool] = lambda fault: (  # noqa: E731
            method in fault.methods and fault.channel in ("", channel)
        )
        for number, fault in enumerate(self._plan):
            if applies(fault):
                left = replace(fault, times=fault.times - 1)
                self._plan[number : number + 1] = [left] if left.times > 0 else []
                return fault
        return None

    def _drawn(self, method: str) -> Fault | None:
        if method not in POSTING or self._random.random() >= self._rate:
            return None
        return self._random.choice(self._mixture)
