"""The process that runs for years: APScheduler as its alarm clock, signals, reload, heartbeat, systemd.

What is due is the database's answer, not the scheduler's: there are a handful of jobs however many feeds there are, in memory only,
so that a restart, a clock jump or a DST change cannot double or lose anything.
"""

from monitor.daemon.daemon import Daemon, Work

__all__ = ["Daemon", "Work"]
