"""The composition root: what is made from a configuration, and who is believed to be dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import __version__
from monitor.cli import root
from monitor.errors import CommandError
from tests.standins.terminal import surroundings


def test_the_user_agent_is_honest(config: Path) -> None:
    """Name, version and contact, unless the owner says otherwise."""
    file = config / "monitor.yaml"
    assert root.user_agent(root.read_config(config).settings) == f"monitor/{__version__}"
    before = file.read_text("utf-8")
    file.write_text(before.replace("fetch: {", "fetch: {contact: desk@example.org, "), "utf-8")
    assert root.user_agent(root.read_config(config).settings) == f"monitor/{__version__} (+desk@example.org)"
    file.write_text(before.replace("fetch: {", "fetch: {user_agent: Ours/1, "), "utf-8")
    assert root.user_agent(root.read_config(config).settings) == "Ours/1"


def test_a_name_that_is_none_brings_the_nearest_or_what_to_do() -> None:
    """The one wording of unknown feeds, topics and digests."""
    assert root.known("feed", "A", ["A", "B"], "x") == "A"
    with pytest.raises(CommandError, match=r"^no topic 'isr' \(did you mean 'irs'\?\)$"):
        root.known("topic", "isr", ["irs"], "there are: irs")
    with pytest.raises(CommandError, match=r"^no topic 'zzz' \(there are: irs\)$"):
        root.known("topic", "zzz", ["irs"], "there are: irs")


def test_only_a_process_of_this_machine_that_is_gone_is_dead() -> None:
    """Leases of the living, of other machines and of names that are none are left alone; our own number in a former life is dead."""
    node = os.uname().nodename
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert root.is_dead(f"{node}-{gone.pid}-abcdef01")
    assert root.is_dead(f"{node}-{os.getpid()}-former00")
    assert not root.is_dead(f"{node}-1-abcdef01") or os.getpid() == 1
    assert not root.is_dead(f"elsewhere-{gone.pid}-abcdef01")
    assert not root.is_dead("nonsense")
    assert not root.is_dead("")


def test_owners_and_nonces_are_never_the_same() -> None:
    """Two processes, or two messages, are never taken for one."""
    assert root.owner() != root.owner()
    assert len({root.nonce() for _ in range(1000)}) == 1000
    assert 0.0 <= root.chance() < 1.0


def test_the_drill_dies_at_the_named_point_only() -> None:
    """`MONITOR_CRASH_AT=point:2` kills the process at the second passing of that point; without it nothing happens anywhere."""
    program = "from monitor.cli import root; die = root.checkpoint(); [die(p) for p in ('a', 'b', 'a')]; print('alive')"
    run = [sys.executable, "-c", program]
    ends = {
        at: subprocess.run(
            run, env=surroundings(MONITOR_CRASH_AT=at), capture_output=True, check=False
        ).returncode
        for at in ("", "a", "a:2", "a:3", "c")
    }
    assert ends == {"": 0, "a": -signal.SIGKILL, "a:2": -signal.SIGKILL, "a:3": 0, "c": 0}
