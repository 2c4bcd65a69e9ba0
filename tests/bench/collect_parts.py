"""One cycle of a part of collecting, as a process for the collect bench to measure.

    python -m tests.bench.collect_parts fetch|parse PORT COUNT STATE

`fetch` only fetches (conditionally, if STATE has validators from the last cycle), `parse` also has every new body read by the
worker processes. Nothing is matched or stored but the validators.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from pathlib import Path

from monitor.collect.fetch import AiohttpFetcher
from monitor.collect.reading import read
from monitor.collect.sandbox import Sandbox
from monitor.models import Outcome, Request, SourceType, Validators

DEADLINE = 10.0


async def cycle(part: str, port: int, count: int, known: dict[int, Validators]) -> dict[int, Validators]:
    """Poll every feed once; return the validators for next time."""
    fetcher = AiohttpFetcher(
        "bench/1", per_host=64, host_delay=0, concurrency=64, allow_private=(f"127.0.0.1:{port}",)
    )
    sandbox = Sandbox(2, preload=("monitor.collect.reading",))

    async def poll(number: int) -> Validators:
        url = f"http://127.0.0.1:{port}/feed/{number}"
        response = await fetcher.fetch(Request(url, validators=known.get(number, Validators())))
        if response.outcome not in (Outcome.OK, Outcome.NOT_MODIFIED):
            raise SystemExit(f"{url}: {response.error}")
        if part == "parse" and response.outcome is Outcome.OK:
            arguments = (SourceType.FEED, response.body, url, response.content_type, None)
            document = await sandbox.run(read, *arguments, deadline=DEADLINE)
            if len(document.entries) < 5:
                raise SystemExit(f"{url}: only {len(document.entries)} entries read")
        return response.validators

    validators = await asyncio.gather(*map(poll, range(count)))
    await sandbox.close()
    await fetcher.close()
    return dict(enumerate(validators))


def main() -> None:
    """Run one cycle."""
    part, port, count, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    known = pickle.loads(path.read_bytes()) if path.exists() else {}
    path.write_bytes(pickle.dumps(asyncio.run(cycle(part, port, count, known))))


if __name__ == "__main__":
    main()
