"""Worker processes with a deadline and a memory cap, for everything that parses foreign bytes.

A body may hang a parser, exhaust memory or crash the interpreter (expat's stack overflows on one line of XML). In a worker
that is one job's failure: the worker is killed and replaced, the caller gets a `WorkerError` with its cause, and everybody
else goes on. `concurrent.futures` cannot kill a hung task; pebble can, at about twice the cost per job and with three threads
in the parent. This is asyncio, one socket per worker.
"""

from monitor.collect.sandbox.pool import Sandbox

__all__ = ["Sandbox"]
