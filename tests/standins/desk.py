"""A channel and a clock behind a socket, for drills that kill processes: it knows at every request who asks and may kill the asker on the spot.

One request a connection, one connection at a time, in the order in which they were made. So a request whose sender was killed is dealt with
before any later one, and no sleep is needed anywhere: time is a number that each look at the clock moves on: by a second, or by twenty if the worker found nothing to do.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

from tests.standins.ledger import NOW

REQUEST = timedelta(seconds=30)
"""No request lands later than this after its claim: the contract of a sender."""

FAULTS = ("lost after", "lost before", "refused", "wait")
SPARED = 40


class Start(Protocol):
    """Starts a worker process of a given number."""

    def __call__(self, number: int) -> BaseProcess: ...


@dataclass
class Desk:
    """The server's side. `faults` is the share of posts whose answer is lost, refused or rate limited, `kills` how many are wanted.

    Which worker asks what and when is up to the machine, so no seed can promise that chance alone brings every kind of fault: the first posts meet
    one of each, and a kill comes at the latest after `SPARED` requests without one.
    """

    path: Path
    seed: int
    kills: int
    faults: float = 0.25
    kill_rate: float = 0.04
    now: datetime = NOW
    posts: list[tuple[str, str]] = field(default_factory=list)  # (target, nonce), in order of arrival
    killed: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    spared: int = 0  # requests since the last kill

    def run(self, start: Start, workers: int) -> None:
        """Serve the workers, kill and replace them, until all of them have finished by themselves."""
        chance = random.Random(self.seed)  # a drill that can be repeated
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self.path))
            server.listen(64)
            crew = [start(number) for number in range(workers)]
            while crew:
                for ready in wait([server, *(one.sentinel for one in crew)]):
                    if ready is server:
                        self._serve(server, chance, crew)
                crew = [self._replaced(one, start) for one in crew if not _finished(one)]

    def _replaced(self, worker: BaseProcess, start: Start) -> BaseProcess:
        if worker.is_alive():
            return worker
        worker.join()
        if worker.exitcode == 0:
            return worker  # it finished since it was looked at; the next look lets it go
        assert worker.exitcode == -signal.SIGKILL, f"a worker failed by itself: exit code {worker.exitcode}"
        return start(self.killed.total())

    def _serve(self, server: socket.socket, chance: random.Random, crew: Sequence[BaseProcess]) -> None:
        """Answer one request, killing its sender before or after it took effect, or another worker wherever that one is."""
        connection, _ = server.accept()
        with connection:
            with connection.makefile("rb") as stream:
                line = stream.readline()
            if not line.endswith(b"\n"):
                return  # killed while it asked
            asked = json.loads(line)
            moment = chance.choice(["before", "after", "elsewhere"]) if self._strikes(chance) else ""
            if moment == "before":
                self._kill(asked["pid"], f"before {asked['what']}")
                return
            reply = getattr(self, f"_{asked['what']}")(asked, chance)
            if moment == "after":
                self._kill(asked["pid"], f"after {asked['what']}")
                return
            living = [one for one in crew if one.is_alive()]
            if moment == "elsewhere" and living:  # in between, one may have finished
                self._kill(int(chance.choice(living).pid or 0), "anywhere")
            with suppress(BrokenPipeError):  # it was itself the one killed elsewhere
                connection.sendall(json.dumps(reply).encode() + b"\n")

    def _strikes(self, chance: random.Random) -> bool:
        self.spared += 1
        due = chance.random() < self.kill_rate or self.spared > SPARED
        return due and self.killed.total() < self.kills

    def _kill(self, pid: int, where: str) -> None:
        with suppress(ProcessLookupError):  # it has just finished by itself
            os.kill(pid, signal.SIGKILL)
            self.killed[where] += 1
        self.spared = 0

    def _clock(self, asked: dict[str, Any], chance: random.Random) -> float:
        self.now += timedelta(seconds=20 if asked["idle"] else 1)
        return (self.now - NOW).total_seconds()

    def _commit(self, asked: dict[str, Any], chance: random.Random) -> None:
        """A worker is about to commit."""

    def _post(self, asked: dict[str, Any], chance: random.Random) -> str:
        unmet = [fault for fault in FAULTS if not self.met[fault]]
        fault = chance.choice(unmet or FAULTS) if unmet or chance.random() < self.faults else "ok"
        if self.now > NOW + timedelta(seconds=asked["by"]):
            fault = "lost before"  # it took too long on its way: it never arrives
        self.met[fault] += 1
        if fault in ("ok", "lost after"):
            self.posts.append((asked["target"], asked["nonce"]))
        return fault

    def _find(self, asked: dict[str, Any], chance: random.Random) -> bool:
        self.met["look"] += 1
        return (asked["target"], asked["nonce"]) in self.posts


def _finished(worker: BaseProcess) -> bool:
    return worker.exitcode == 0


@dataclass(frozen=True)
class Phone:
    """The workers' side."""

    path: str

    def ask(self, what: str, **more: Any) -> Any:
        """Ask the desk something and wait for the answer."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self.path)
            with line.makefile("rwb") as stream:
                stream.write(json.dumps({"what": what, "pid": os.getpid(), **more}).encode() + b"\n")
                stream.flush()
                return json.loads(stream.readline())
