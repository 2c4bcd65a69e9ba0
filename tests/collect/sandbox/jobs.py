"""What the tests make workers do: top-level functions, as every job must be."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from monitor.models import Entry, FeedDocument, Outcome


def double(number: int) -> int:
    return 2 * number


def pid() -> int:
    return os.getpid()


def parent() -> int:
    return os.getppid()


def spin() -> NoReturn:
    """Hang in Python."""
    while True:
        pass


def spin_in_c() -> None:
    """Hang where no Python signal handler would ever run."""
    sum(range(10**13))


def abort() -> None:
    os.abort()


def segfault() -> None:
    ctypes.string_at(0)


def leave() -> None:
    os._exit(0)


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def raise_system_exit() -> None:
    sys.exit("done here")


def eat_memory() -> int:
    return sum(len(piece) for piece in [bytearray(16 * 2**20) for _ in range(200)])


def eat_memory_in_one_bite() -> int:
    return len(bytes(2**40))


def recurse(depth: int = 0) -> int:
    return recurse(depth + 1)


def fail(text: str) -> None:
    raise ValueError(text)


def fail_inside(text: str) -> None:
    raise UnpicklableError(text)


class UnpicklableError(Exception):
    """An exception that cannot travel."""

    def __reduce__(self) -> NoReturn:
        raise TypeError("stays here")


class Trap:
    """A value that would call a function of the parent's while being read there."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, ("true",)


def trap() -> Trap:
    return Trap()


def lambda_back() -> Any:
    return lambda: None


def environment() -> dict[str, str]:
    return dict(os.environ)


def write_file(path: str) -> int:
    return Path(path).write_bytes(b"x" * 10)


def open_descriptors() -> list[str]:
    """What lies behind each descriptor beyond the standard streams: `socket`, `pipe`, a path."""
    found = []
    for number in range(3, 1024):
        with contextlib.suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{number}").split(":")[0])
    return found


def limits() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CORE)[0]


def print_loudly() -> str:
    print("this must not reach the daemon's output")
    os.write(2, b"nor this its errors")
    return "done"


def document(count: int) -> FeedDocument:
    entries = tuple(
        Entry(id=str(number), title="Title", summary="<p>Text</p>" * 20) for number in range(count)
    )
    return FeedDocument(Outcome.OK, title="Feed", entries=entries)


def blob(size: int) -> bytes:
    return bytes(size)


def interrupt_parent_of_parent() -> None:
    """Do nothing that matters for a while, in the process group of whoever started us."""
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)


def late(deadline: float) -> float:
    """Return after some seconds of work (processor time, not sleep)."""
    began = time.monotonic()
    while time.monotonic() - began < deadline:
        pass
    return deadline
