"""What runs inside the worker processes, and in the nursery they are forked from.

The nursery is one small, single-threaded process that has imported what the jobs need; a worker is forked from it in a
millisecond, shares its memory and is thrown away without regret. Forking from the daemon itself would be unsafe (it has
threads and connections), and starting a fresh interpreter for every worker costs a third of a second each.

::

    daemon ── control socket ──> nursery ── fork ──> worker 1, worker 2 …
       └────────── one socket per worker, framed pickles ──────┘

A worker holds no secret (its environment is emptied), cannot write files or grow beyond its memory cap, ignores Ctrl-C (its
parent decides), and dies with its parent even when that is killed.
"""

from __future__ import annotations

import contextlib
import copyreg
import ctypes
import dataclasses
import gc
import importlib
import io
import operator
import os
import pickle
import resource
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any

FRAME = struct.Struct("!I")
MAX_FRAME = 256 * 2**20
_PR_SET_PDEATHSIG = 1
_MAX_MESSAGE = 300
_DESCRIPTORS = 4096  # none of ours is above

FORK = b"F"  # with the worker's end of its socket attached, followed by its number
KILL = b"K"  # followed by the number
ORDER = struct.Struct("!cI")


def nursery(descriptor: int, parent: int, preload: Sequence[str], memory: int) -> None:
    """Serve fork and kill orders on the control socket until it is closed; then take every worker along.

    `parent` is the daemon's process id, `preload` names modules to import before the first fork, `memory` is the address
    space of one worker in bytes.
    """
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for name in preload:
        with contextlib.suppress(ImportError):  # a job that needs it fails by itself and says so
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the collector must not touch, and thereby copy, the pages shared with the workers
    control = socket.socket(fileno=descriptor)
    _Nursery(control, memory).serve()


class _Nursery:
    """The nursery's loop: orders from the daemon, and deaths of workers."""

    def __init__(self, control: socket.socket, memory: int) -> None:
        self._control = control
        self._memory = memory
        self._workers: dict[int, int] = {}  # number -> process id

    def serve(self) -> None:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(reader, selectors.EVENT_READ)
            while self._turn(reader, [key.fd for key, _ in selector.select()]):
                pass
        for pid in self._workers.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _turn(self, reader: int, ready: list[int]) -> bool:
        """Handle what is ready; return False when the daemon has gone."""
        if reader in ready:
            os.read(reader, 4096)
            self._reap()
        return self._control.fileno() not in ready or self._obey()

    def _reap(self) -> None:
        """Collect the dead, so that no process id is reused while its number is known here."""
        with contextlib.suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                self._workers = {number: other for number, other in self._workers.items() if other != pid}

    def _obey(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, ORDER.size, 1)
        if len(message) < ORDER.size:
            return False
        order, number = ORDER.unpack(message)
        if order == KILL and number in self._workers:
            os.kill(self._workers[number], signal.SIGKILL)
        if order == FORK:
            self._fork(number, descriptors[0])
        return True

    def _fork(self, number: int, descriptor: int) -> None:
        own_pid = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.closerange(3, descriptor)  # the nursery's own channels
                os.closerange(descriptor + 1, _DESCRIPTORS)
                work(descriptor, own_pid, self._memory)
            finally:
                os._exit(0)
        os.close(descriptor)
        self._workers[number] = pid


def work(descriptor: int, parent: int, memory: int) -> None:
    """Do the jobs that come over the socket, one after another, until it is closed."""
    _die_with(parent)
    _confine(memory)
    with socket.socket(fileno=descriptor) as channel:
        channel.sendall(FRAME.pack(0))  # ready: the first job's time begins
        while (frame := _receive(channel)) is not None:
            answer = _perform(frame)
            channel.sendall(FRAME.pack(len(answer)))
            channel.sendall(answer)


def _receive(channel: socket.socket) -> bytearray | None:
    """Return the next frame, or None when the other side has closed."""
    head = _exactly(channel, FRAME.size)
    return None if head is None else _exactly(channel, FRAME.unpack(head)[0])


def _exactly(channel: socket.socket, size: int) -> bytearray | None:
    data = bytearray(size)
    view = memoryview(data)
    got = 0
    while got < size:
        count = channel.recv_into(view[got:])
        if not count:
            return None
        got += count
    return data


def _perform(frame: bytearray) -> bytes:
    """Run one job; return the pickled pair (failure or None, result)."""
    try:
        function, arguments = pickle.loads(frame)  # noqa: S301  # written by our own parent process
        return compact((None, function(*arguments)))
    except MemoryError:
        gc.collect()
        return compact((("memory", "out of memory"), None))
    except Exception as error:  # noqa: BLE001  # the per-feed boundary: whatever a job raises is that job's result
        return compact((("error", _sentence(error)), None))


def _sentence(error: Exception) -> str:
    """Tell an exception in one printable line; its text may hold foreign bytes."""
    text = f"{type(error).__name__}: {error}"[:_MAX_MESSAGE]
    return "".join(char if char.isprintable() else " " for char in text)


def compact(value: object) -> bytes:
    """Pickle a value with dataclasses as constructor calls: a third of the time of what those with slots do by themselves."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(value)
    return buffer.getvalue()


class _Reducers(dict[type, Callable[[Any], Any]]):
    """How a value of each class is pickled, worked out when the first one is met."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        if issubclass(kind, type):  # a class itself, of a metaclass like Enum's: pickled by name
            raise KeyError(kind)
        plain = dataclasses.is_dataclass(kind) and all(field.init for field in dataclasses.fields(kind))
        reducer = self[kind] = _reducer(kind) if plain else operator.methodcaller("__reduce_ex__", 4)
        return reducer


_REDUCERS = _Reducers(copyreg.dispatch_table)


def _reducer(noun: Any) -> Callable[[Any], tuple[Any, tuple[Any, ...]]]:
    names = [field.name for field in dataclasses.fields(noun)]
    if len(names) == 1:
        only = operator.attrgetter(names[0])
        return lambda value: (noun, (only(value),))
    values = operator.attrgetter(*names)
    return lambda value: (noun, values(value))


def _die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies, however it dies (Linux; elsewhere the closed socket tells)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(0)


def _confine(memory: int) -> None:
    """Give up what a parser of foreign bytes does not need: memory without end, files, cores, the standard streams."""
    with contextlib.suppress(OSError):  # be the first that the kernel kills when memory runs out
        io.FileIO("/proc/self/oom_score_adj", "w").write(b"500")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
