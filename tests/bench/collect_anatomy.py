"""`monitor` with a stop-watch at every stage, as a process for the collect bench: what a cycle's processor time is made of.

    python -m tests.bench.collect_anatomy REPORT once --force --json --config DIR

does what `monitor once …` does and writes the seconds per part to REPORT as JSON. Times are of the thread that does the work, so that
other work on the machine counts little; the stop-watches themselves cost a few per cent.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

spent: Counter[str] = Counter()


def watched(owner: Any, name: str, part: str, within: str = "") -> None:
    """Count the processor time of a function to a part, and take it off the part it lies within."""
    function: Callable[..., Any] = getattr(owner, name)

    def timed(*args: Any, **options: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*args, **options)
        finally:
            seconds = time.thread_time() - began
            spent[part] += seconds
            if within:
                spent[within] -= seconds

    setattr(owner, name, timed)


def watch() -> None:
    """Put a stop-watch at every stage."""
    from monitor.collect import identity
    from monitor.collect.sandbox import pool
    from monitor.pipeline.polling import Poller
    from monitor.pipeline.saving import Saver
    from monitor.store import Store
    from monitor.stories.index import StoryIndex
    from monitor.topics import Topics

    watched(Saver, "save", "records")
    watched(Topics, "match", "rules", within="records")
    watched(StoryIndex, "_place", "stories", within="records")
    watched(Store, "save_polls", "storage", within="records")
    watched(identity, "keyed", "identity", within="fetch, order")
    watched(identity, "judge", "identity", within="fetch, order")
    watched(Poller, "concluded", "cadence", within="fetch, order")
    watched(pool._Worker, "_answer", "from workers", within="fetch, order")
    watched(
        pool._Job, "frame", "to workers", within="from workers"
    )  # a worker that has answered gets its next job at once


def time_the_cycle() -> None:
    """Tell the start-up from the cycle, and the event loop's own time from that of the stages."""
    from monitor.cli.running import Application

    cycle = Application.once

    async def once(self: Application, *args: Any) -> Any:
        spent["start-up"] = time.process_time()
        began = time.thread_time()
        try:
            return await cycle(self, *args)
        finally:
            spent["fetch, order"] += time.thread_time() - began

    Application.once = once  # type: ignore[method-assign]


def main() -> None:
    """Run the command and write the report."""
    from monitor.cli import main as monitor

    report = Path(sys.argv[1])
    watch()
    time_the_cycle()
    try:
        monitor(sys.argv[2:])
    finally:
        workers = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent["workers"] = workers.ru_utime + workers.ru_stime
        spent["rest"] = time.process_time() - sum(
            seconds for part, seconds in spent.items() if part != "workers"
        )
        report.write_text(json.dumps(spent))


if __name__ == "__main__":
    main()
