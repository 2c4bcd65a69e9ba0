"""The parent's side of the worker processes: who does which job, until when, and what happens if it does not."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import pickle
import socket
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, TypeVarTuple

from monitor.collect.sandbox.worker import FORK, FRAME, KILL, MAX_FRAME, ORDER, compact
from monitor.errors import WorkerError

Ts = TypeVarTuple("Ts")
R = TypeVar("R")

START_SECONDS = 60.0  # for the nursery's imports and the first fork, on a loaded machine

_START = (
    "import json, sys; settings = json.loads(sys.argv[1]); sys.path[:] = settings.pop('path'); "
    "from monitor.collect.sandbox.worker import nursery; nursery(**settings)"
)
# A worker needs no more of the environment than this; in particular none of the secrets.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
_CAUSES = {
    "memory": "the parser asked for too much memory and was killed",
    "timeout": "the parser did not finish in time and was killed",
    "crash": "the parser crashed",
    "closed": "the worker processes are closed",
}


class _Job:
    """One call on its way: what to call, its deadline in seconds, and the future that takes the answer."""

    __slots__ = ("answer", "call", "deadline")

    def __init__(self, call: tuple[Any, ...], deadline: float, answer: asyncio.Future[Any]) -> None:
        self.call, self.deadline, self.answer = call, deadline, answer

    def frame(self) -> bytes | None:
        """Return the call as a worker reads it, or None if nobody waits for it any more or it cannot be sent.

        Pickled only when a worker is free for it, so that a long queue holds no second copy of its bodies.
        """
        if self.answer.done():
            return None
        try:
            return compact(self.call)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            self.answer.set_exception(error)
            return None

    def fail(self, cause: str) -> None:
        """Give the caller a WorkerError."""
        if not self.answer.done():
            self.answer.set_exception(WorkerError(cause, _CAUSES[cause]))


class Sandbox:
    """A pool of worker processes that starts by itself with the first job and grows with need, up to `workers`.

    `memory_mib` is the address space of one worker; after `recycle_after` jobs a worker is replaced, so that what leaks in
    it never adds up; `preload` names modules to import once, before the workers are forked. `restarts` counts the workers
    replaced, by cause (`timeout`, `crash`, `memory`, `recycled`). Use in one event loop, and `close` it.
    """

    def __init__(
        self, workers: int, memory_mib: int = 512, recycle_after: int = 500, preload: Sequence[str] = ()
    ) -> None:
        self.restarts: Counter[str] = Counter()
        self._limit = max(1, workers)
        self._recycle_after = recycle_after
        self._nursery = _NurseryProcess(preload, memory_mib * 2**20)
        self._waiting: deque[_Job] = deque()
        self._idle: list[_Worker] = []
        self._workers: set[_Worker] = set()
        self._closed = False

    async def run(self, function: Callable[[*Ts], R], *args: *Ts, deadline: float, ahead: bool = False) -> R:
        """Call a picklable top-level `function` in a worker; `deadline` is seconds from when a worker takes it up.

        Calls are taken up in order; one that ends what others have begun goes `ahead` of those waiting, so that little is half done.
        Raises WorkerError with cause `timeout`, `crash`, `memory`, or `error` (the function raised; the message says what).
        """
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        job = _Job((function, args), deadline, answer)
        if self._closed:
            job.fail("closed")
        else:
            (self._waiting.appendleft if ahead else self._waiting.append)(job)
            self._dispatch()
        return await answer

    async def run_many(
        self, function: Callable[..., R], arguments: Iterable[tuple[Any, ...]], *, deadline: float
    ) -> list[R | WorkerError]:
        """Call `function` once per tuple of arguments; the answers come in order, a failed call as its WorkerError."""
        calls = (self.run(function, *args, deadline=deadline) for args in arguments)
        answers = await asyncio.gather(*calls, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, WorkerError):
                raise answer
        return answers  # type: ignore[return-value]

    async def close(self) -> None:
        """Fail what is under way, kill every worker and wait until they are gone."""
        self._closed = True
        for job in self._waiting:
            job.fail("closed")
        self._waiting.clear()
        for worker in list(self._workers):
            worker.end("closed")
        await self._nursery.close()

    def _dispatch(self) -> None:
        """Give waiting jobs to idle workers, and start workers while that is not enough."""
        while self._waiting and (self._idle or len(self._workers) < self._limit):
            job = self._waiting.popleft()
            frame = job.frame()
            if frame is not None:
                self._give(job, frame)

    def _give(self, job: _Job, frame: bytes) -> None:
        try:
            worker = self._idle.pop() if self._idle else self._start()
        except OSError:  # no descriptor or process to be had: this job's failure, not everybody's
            job.fail("crash")
        else:
            worker.take(job, frame)

    def _start(self) -> _Worker:
        worker = _Worker(self, self._nursery)
        self._workers.add(worker)
        return worker

    def ready(self, worker: _Worker) -> None:
        """A worker has answered: it is idle again, or has served its time."""
        if worker.done >= self._recycle_after:
            self.lost(worker, "recycled")
            worker.end("closed")
        else:
            self._idle.append(worker)
        self._dispatch()

    def lost(self, worker: _Worker, cause: str) -> None:
        """A worker is gone; the next job that needs one starts another."""
        if worker not in self._workers:
            return
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if not self._closed:
            self.restarts[cause] += 1
            self._dispatch()


class _Worker(asyncio.Protocol):
    """One worker process as the parent sees it: a socket, the job it is at, and the time that job may take."""

    def __init__(self, pool: Sandbox, nursery: _NurseryProcess) -> None:
        self.done = 0
        self._pool = pool
        self._nursery = nursery
        self._buffer = bytearray()
        self._outgoing: list[bytes] = []
        self._job: _Job | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._ended = False
        self._up = False
        ours, self.number = nursery.fork()
        loop = asyncio.get_running_loop()
        self._connecting = loop.create_task(self._connect(loop, ours))
        self._connecting.add_done_callback(lambda task: ours.close() if task.cancelled() else None)

    async def _connect(self, loop: asyncio.AbstractEventLoop, ours: socket.socket) -> None:
        await loop.create_connection(lambda: self, sock=ours)

    def take(self, job: _Job, frame: bytes) -> None:
        """Start on a job; its time runs from now, or from when the process is up."""
        self._job = job
        self._set_alarm(job.deadline if self._up else START_SECONDS)
        self._send(FRAME.pack(len(frame)), frame)

    def _set_alarm(self, seconds: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(seconds, self.end, "timeout")

    def _greeted(self) -> None:
        self._up = True
        if self._job is not None:
            self._set_alarm(self._job.deadline)

    def _send(self, *data: bytes) -> None:
        if self._transport is None:
            self._outgoing.extend(data)
        else:
            self._transport.writelines(data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ready; send what has waited for it."""
        self._transport = transport  # type: ignore[assignment]
        if self._ended:
            transport.close()
        else:
            self._send(*self._outgoing)
        self._outgoing.clear()

    def data_received(self, data: bytes) -> None:
        """Collect frames: an empty one when the process is up, then one answer per job."""
        self._buffer += data
        while not self._ended and len(self._buffer) >= FRAME.size:
            (size,) = FRAME.unpack_from(self._buffer)
            if size > MAX_FRAME:
                return self.end("memory")
            if len(self._buffer) < FRAME.size + size:
                return None
            frame = bytes(memoryview(self._buffer)[FRAME.size : FRAME.size + size])
            del self._buffer[: FRAME.size + size]
            if size:
                self._answer(frame)
            else:
                self._greeted()
        return None

    def _answer(self, frame: bytes) -> None:
        job = self._finish()
        self.done += 1
        if job is None:
            return self.end("crash")
        try:
            failure, result = _Answers(io.BytesIO(frame)).load()
        except Exception:  # noqa: BLE001  # the per-feed boundary: a worker gone mad may send anything
            job.fail("crash")
            return self.end("crash")
        return self._settle(job, failure, result)

    def _settle(self, job: _Job, failure: tuple[str, str] | None, result: Any) -> None:
        if job.answer.done():
            pass
        elif failure is None:
            job.answer.set_result(result)
        else:
            job.answer.set_exception(WorkerError(*failure))
        if failure is not None and failure[0] == "memory":
            self.end("memory")  # its heap is in pieces
        else:
            self._pool.ready(self)

    def _finish(self) -> _Job | None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        job, self._job = self._job, None
        return job

    def connection_lost(self, exc: Exception | None) -> None:
        """The process is gone, whether we ended it or not."""
        self.end("crash")

    def end(self, cause: str) -> None:
        """Kill the process; the job it was at fails with `cause`."""
        if self._ended:
            return
        self._ended = True
        job = self._finish()
        if job is not None:
            job.fail(cause if cause in _CAUSES else "crash")
        self._nursery.kill(self.number)
        self._connecting.cancel()
        if self._transport is not None:
            self._transport.abort()
        self._pool.lost(self, cause)


class _Answers(pickle.Unpickler):
    """Read a worker's answer, allowing only plain values and the project's own classes: a worker may have been taken over."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class that an answer may contain; raises UnpicklingError for anything else."""
        if module == "datetime" or (module, name) in _PLAIN:
            return super().find_class(module, name)
        found = super().find_class(module, name) if module.startswith("monitor.") else None
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} has no place in an answer")
        return found


_PLAIN = frozenset(
    [("builtins", name) for name in ("set", "frozenset", "bytearray", "complex", "range", "slice")]
    + [("collections", name) for name in ("OrderedDict", "Counter", "deque")]
)


class _NurseryProcess:
    """The nursery as the parent sees it: started with the first worker, and again should it ever die."""

    def __init__(self, preload: Sequence[str], memory: int) -> None:
        self._preload, self._memory = tuple(preload), memory
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._number = 0

    def fork(self) -> tuple[socket.socket, int]:
        """Have a worker forked; return our end of its socket and its number."""
        self._number += 1
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            self._order(FORK, self._number, [theirs.fileno()])
        return ours, self._number

    def kill(self, number: int) -> None:
        """Have a worker killed, if it still lives."""
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.send(ORDER.pack(KILL, number))

    def _order(self, order: bytes, number: int, descriptors: list[int]) -> None:
        message = [ORDER.pack(order, number)]
        try:
            socket.send_fds(self._running(), message, descriptors)
        except OSError:  # the nursery has died: start another, once
            self._abandon()
            socket.send_fds(self._running(), message, descriptors)

    def _running(self) -> socket.socket:
        if self._control is None:
            self._control = self._launch()
        return self._control

    def _launch(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            settings = {
                "path": [entry or os.getcwd() for entry in sys.path],
                "descriptor": theirs.fileno(),
                "parent": os.getpid(),
                "preload": self._preload,
                "memory": self._memory,
            }
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter, fixed arguments
                [sys.executable, "-I", "-c", _START, json.dumps(settings)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(os.environ),
                pass_fds=[theirs.fileno()],
            )
        return ours

    def _abandon(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def close(self) -> None:
        """Close the control socket, on which the nursery ends and takes its workers along."""
        if self._process is None:
            return
        process = self._process
        if self._control is not None:
            self._control.close()
            self._control = None
        self._process = None
        await asyncio.get_running_loop().run_in_executor(None, _farewell, process)


def _farewell(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in _ENVIRONMENT if name in environ}
