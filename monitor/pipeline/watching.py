"""A fetcher that is watched: how long each exchange takes, for metrics. The pipeline does not know that it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.models import Request, Response
from monitor.pipeline.protocols import Fetcher, Observer


@dataclass(frozen=True, slots=True)
class WatchedFetcher:
    """Hands requests on to `fetcher` and tells `observer` of each; `seconds` is a clock that never goes back."""

    fetcher: Fetcher
    observer: Observer
    seconds: Callable[[], float]

    async def fetch(self, request: Request) -> Response:
        """Return what came of a GET."""
        begun = self.seconds()
        response = await self.fetcher.fetch(request)
        self.observer.fetched(response, self.seconds() - begun)
        return response
