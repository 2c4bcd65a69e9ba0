"""What a polling cycle of 1,000 feeds costs: processor time of the whole process tree and memory, beside `reader` in the same run.

Run as `python -m tests.bench.bench_collect [--feeds 1000] [--rules 1000] [--without reader|parts|monitor|anatomy]`. A loopback server, a
process of its own, serves made-up feeds of 40-80 KB. Three cycles, each in a fresh process: everything new; nothing changed
(304); a tenth of the feeds changed. `monitor` does all it always does (address guard, politeness, parsing in worker processes,
texts, rules, copies, storage; `full_text: never`); `reader` fetches, parses and stores; the parts are this project's fetcher alone,
and with the workers behind it. A second table says what `monitor`'s own time is made of (`tests/bench/collect_anatomy.py`).
Absolute times say little on a shared machine: look at the ratios. All modules are compiled before, as an installation does.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.world import World

ROOT = Path(__file__).parents[2]
CYCLES = ("first", "unchanged", "10 % changed")
GOALS = {
    "first": 8.0,
    "unchanged": 0.6,
    "10 % changed": 1.2,
}  # CPU seconds per 1,000 feeds on a quiet machine
READER = "3.26"
_READER_SCRIPT = """
import sys
from reader import make_reader
database, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
reader = make_reader(database)
if len(sys.argv) > 4:
    for number in range(count):
        reader.add_feed(f"http://127.0.0.1:{port}/feed/{number}")
else:
    results = list(reader.update_feeds_iter(scheduled=False, workers=10))
    for result in results:
        if isinstance(result.value, Exception):
            sys.exit(f"{result.url}: {result.value!r}")
    print(sum(result.value is not None and result.value.new > 0 for result in results), len(results))
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time of a process and all its descendants, seconds of the wall clock, MiB at the peak."""

    cpu: float
    wall: float
    main_mib: float
    tree_mib: float
    output: bytes


def measured(command: list[str]) -> Cost:
    """Run a command; raises SystemExit with its errors if it fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT)
        watch = _Memory(process.pid)
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
        if process.returncode:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command[:6])} … failed:\n{errors.read().decode()[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu, time.monotonic() - began, watch.main / 2**20, watch.tree / 2**20, output)


class _Memory:
    """Looks at a process and its descendants four times a second, and remembers the peaks (resident; shared pages count once
    for the process itself and are left out for descendants)."""

    def __init__(self, pid: int) -> None:
        self.main = self.tree = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(pid,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self, pid: int) -> None:
        while not self._done.wait(0.25):
            try:
                process = psutil.Process(pid)
                main = process.memory_info().rss
                others = sum(child.memory_full_info().uss for child in process.children(recursive=True))
            except psutil.Error:
                continue
            self.main, self.tree = max(self.main, main), max(self.tree, main + others)


@contextmanager
def server(feeds: int) -> Iterator[int]:
    """Serve the feeds from another process; yields the port."""
    command = [sys.executable, "-m", "tests.bench.feed_server", str(feeds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        urllib.request.urlopen(f"http://127.0.0.1:{port}/feed/0").read()  # all feeds are made
        try:
            yield port
        finally:
            process.kill()


def change(port: int) -> None:
    """Give a tenth of the feeds a new version."""
    urllib.request.urlopen(f"http://127.0.0.1:{port}/change?share=0.1").read()


def configure(directory: Path, port: int, feeds: int, rules: int) -> None:
    """Write a configuration with the feeds, the rules, and the loopback server opened."""
    (directory / "topics").mkdir(parents=True)
    settings = {
        "database": f"sqlite:///{directory / 'monitor.db'}",
        "fetch": {
            "allow_private": [f"127.0.0.1:{port}"],
            "host_delay": "0s",
            "per_host": 64,  # all feeds have one host here, which in life they have not
            "concurrency": 64,
        },
        "html": {"directory": str(directory / "digests")},
    }
    sources = [
        {
            "url": f"http://127.0.0.1:{port}/feed/{number}",
            "name": f"outlet-{number}",
            "first_poll": "all",
            "full_text": "never",
        }
        for number in range(feeds)
    ]
    _write(directory / "monitor.yaml", settings)
    _write(directory / "feeds.yaml", {"feeds": sources})
    _write(directory / "digests.yaml", {"digests": []})
    for name, rule in World().topics(rules):
        _write(directory / "topics" / f"{name}.yaml", {"name": name.title(), "match": rule})


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")  # JSON is YAML 1.2


def cycles_of_monitor(feeds: int, rules: int) -> list[Cost]:
    """Measure `monitor once`; every feed's outcome is checked."""
    costs = []
    with tempfile.TemporaryDirectory() as folder, server(feeds) as port:
        configure(Path(folder) / "config", port, feeds, rules)
        options = ["once", "--force", "--json", "--config", f"{folder}/config"]
        for cycle in CYCLES:
            if cycle == CYCLES[2]:
                change(port)
            costs.append(measured([sys.executable, "-m", "monitor", *options]))
            _check(cycle, costs[-1], feeds)
    return costs


def anatomy(feeds: int, rules: int) -> list[dict[str, float]]:
    """Return the CPU seconds of each part of `monitor`'s cycles."""
    found = []
    with tempfile.TemporaryDirectory() as folder, server(feeds) as port:
        configure(Path(folder) / "config", port, feeds, rules)
        report = Path(folder) / "report.json"
        program = [sys.executable, "-m", "tests.bench.collect_anatomy", str(report)]
        for cycle in CYCLES:
            if cycle == CYCLES[2]:
                change(port)
            measured([*program, "once", "--force", "--json", "--config", f"{folder}/config"])
            found.append(json.loads(report.read_text()))
    return found


def _check(cycle: str, cost: Cost, feeds: int) -> None:
    outcomes = [feed["outcome"] for feed in json.loads(cost.output)["feeds"]]
    changed = _changed(cycle, feeds)
    if (outcomes.count("ok"), outcomes.count("not_modified")) != (changed, feeds - changed):
        raise SystemExit(f"{cycle}: expected {changed} changed feeds of {feeds}, got {sorted(set(outcomes))}")


def _changed(cycle: str, feeds: int) -> int:
    return {CYCLES[0]: feeds, CYCLES[1]: 0, CYCLES[2]: feeds // 10}[cycle]


def cycles_of_reader(feeds: int) -> list[Cost]:
    """Measure reader, in a virtual environment of its own under build/."""
    python = _reader()
    costs = []
    with tempfile.TemporaryDirectory() as folder, server(feeds) as port:
        command = [str(python), "-c", _READER_SCRIPT, f"{folder}/reader.db", str(port), str(feeds)]
        measured([*command, "add"])
        for cycle in CYCLES:
            if cycle == CYCLES[2]:
                change(port)
            costs.append(measured(command))
            updated, polled = map(int, costs[-1].output.split())
            if (updated, polled) != (_changed(cycle, feeds), feeds):
                raise SystemExit(f"reader, {cycle}: {updated} feeds with news of {polled}")
    return costs


def _reader() -> Path:
    folder = ROOT / "build" / f"bench-reader-{READER}"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", "import reader"], capture_output=True, check=False).returncode:
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--quiet", f"reader=={READER}", "sgmllib3k"],
            check=True,
        )
    return python


def cycles_of_part(part: str, feeds: int) -> list[Cost]:
    """Measure the fetcher alone (`fetch`), or with the workers behind it (`parse`)."""
    costs = []
    with tempfile.TemporaryDirectory() as folder, server(feeds) as port:
        command = [
            sys.executable,
            "-m",
            "tests.bench.collect_parts",
            part,
            str(port),
            str(feeds),
            f"{folder}/state",
        ]
        for cycle in CYCLES:
            if cycle == CYCLES[2]:
                change(port)
            costs.append(measured(command))
    return costs


def table(results: dict[str, list[Cost]], feeds: int) -> None:
    """Print CPU seconds, wall seconds and peak memory per cycle, and the ratio to reader."""
    print(f"{feeds} feeds of 40-80 KB; CPU s of the process tree (wall s, MiB main / tree)")
    print(f"{'':14}" + "".join(f"{cycle:>34}" for cycle in CYCLES))
    for name, costs in results.items():
        print(f"{name:14}" + "".join(f"{_cell(cost):>34}" for cost in costs))
    if {"reader", "monitor"} <= set(results):
        pairs = zip(results["reader"], results["monitor"], strict=True)
        print(
            f"{'reader/monitor':14}" + "".join(f"{theirs.cpu / ours.cpu:>33.1f}x" for theirs, ours in pairs)
        )
    print(f"{'goal':14}" + "".join(f"{GOALS[cycle] * feeds / 1000:>34.2f}" for cycle in CYCLES))


def parts_table(found: list[dict[str, float]]) -> None:
    """Print what the cycles are made of, the largest parts of the first one first."""
    print("\nmonitor's own time by part, CPU s (and share)")
    for part in sorted(found[0], key=lambda part: -found[0][part]):
        cells = [
            f"{cycle.get(part, 0.0):.2f} ({cycle.get(part, 0.0) / sum(cycle.values()):.0%})"
            for cycle in found
        ]
        print(f"  {part:20}" + "".join(f"{cell:>24}" for cell in cells))


def _cell(cost: Cost) -> str:
    return f"{cost.cpu:.2f} ({cost.wall:.1f}, {cost.main_mib:.0f} / {cost.tree_mib:.0f})"


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument(
        "--without", action="append", default=[], choices=["monitor", "reader", "parts", "anatomy"]
    )
    options = parser.parse_args()
    compileall.compile_dir(ROOT / "monitor", quiet=2)
    results: dict[str, list[Cost]] = {}
    if "monitor" not in options.without:
        results["monitor"] = cycles_of_monitor(options.feeds, options.rules)
    if "parts" not in options.without:
        results["  fetch"] = cycles_of_part("fetch", options.feeds)
        results["  fetch+parse"] = cycles_of_part("parse", options.feeds)
    if "reader" not in options.without:
        results["reader"] = cycles_of_reader(options.feeds)
    table(results, options.feeds)
    if "anatomy" not in options.without:
        parts_table(anatomy(options.feeds, options.rules))


if __name__ == "__main__":
    main()
