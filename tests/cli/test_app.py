"""The command line as a whole: one program under two names, one line for every refusal, and nothing that drives a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from monitor import __version__
from monitor.cli.app import COMMANDS
from tests.standins.terminal import ROOT, command, monitor, process, surroundings

GROUPS = {
    "feeds": {"list", "check", "add", "remove", "import", "export", "discover", "parse"},
    "articles": {"list", "show", "search", "export", "lint"},
    "topics": {"test", "lint", "explain", "try", "diff", "match"},
    "stories": {"group"},
    "digest": {"list", "preview", "show", "send"},
    "outbox": {"list", "retry"},
    "slack": {"check"},
    "db": {"upgrade", "backup", "prune"},
    "config": {"schema"},
}


def test_help_names_every_command_of_the_surface() -> None:
    """The commands that people script against are there, and each explains itself."""
    said = monitor("--help")
    assert said.code == 0
    for name in ("demo", "init", "run", "once", "check", "status", "normalize", *GROUPS):
        assert f"\n  {name} " in said.out, name


@pytest.mark.parametrize(("group", "names"), GROUPS.items())
def test_a_group_has_its_commands(group: str, names: set[str]) -> None:
    """Every command of a group can be called, and its help says what it does."""
    for name in sorted(names):
        said = monitor(group, name, "--help")
        assert (said.code, said.err) == (0, ""), (name, said.err)
        assert said.out.startswith(f"Usage: monitor {group} {name}")


def test_both_names_are_the_same_program() -> None:
    """`python -m monitor` and the installed script `monitor` say the same."""
    script = Path(os.sys.executable).with_name("monitor")
    if not script.exists():
        pytest.skip("the script `monitor` is not installed in this environment")
    answers = [
        subprocess.run([*program, "--version"], capture_output=True, check=True, env=surroundings()).stdout
        for program in ([str(script)], command())
    ]
    assert answers == [f"monitor, version {__version__}\n".encode()] * 2


def test_light_commands_start_without_the_heavy_libraries() -> None:
    """Help imports nothing but click: no parser, no database, no HTTP client."""
    program = (
        "import sys; from monitor.cli import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in "
        "('pydantic', 'sqlalchemy', 'aiohttp', 'lxml', 'trafilatura', 'slack_sdk', 'rich', 'apscheduler', 'structlog') "
        "if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [*command()[:1], "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=surroundings(),
        cwd=ROOT,
    )
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek"], "Did you mean 'check'?"),
        (["topics", "tset"], "Did you mean 'test'?"),
        (["status", "--jsn"], "--json"),
        (["articles", "list", "--since", "soon"], "7d, 12h or 30m"),
        (["feeds", "parse"], "FILES"),
        (["outbox", "retry", "x"], "'x'"),
        (["normalize"], "--batch"),
        (["stories", "group"], "--batch"),
        (["topics", "match"], "--batch"),
        (["config", "schema", "feds"], "feeds"),
        (["check", "--config", "/no/such/folder"], "monitor init"),
    ],
)
def test_a_wrong_command_is_one_line_with_a_way_out(arguments: list[str], words: str) -> None:
    """Exit 2, nothing on standard output, and a line on standard error that names what is near, what is missing or where help is."""
    said = monitor(*arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert "Traceback" not in said.err
    if arguments[0] != "check":
        assert len(said.err.splitlines()) == 1


def test_a_group_alone_shows_its_help() -> None:
    """`monitor feeds` is no mistake to be scolded for, but nothing was done either: help on standard error, exit 2."""
    said = monitor("feeds")
    assert (said.code, said.out) == (2, "")
    assert "discover" in said.err


def test_an_internal_error_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect is told in one line with exit 1 and how to get its traceback."""

    def broken(*_: object) -> None:
        raise ValueError("two\nlines")

    monkeypatch.setattr("monitor.config.schema.schemas", broken)
    said = monitor("config", "schema")
    assert (said.code, said.out) == (1, "")
    assert "ValueError" in said.err
    assert "MONITOR_DEBUG=1" in said.err
    assert "Traceback" not in said.err


def test_a_closed_pipe_is_no_error(archive: Path) -> None:
    """`monitor … | head -1` ends quietly: the reader had enough."""
    line = " ".join(
        f"'{word}'" for word in command("articles", "list", "--json", "--limit", "500", "--config", archive)
    )
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {{ {line}; }} | head -c 1"],
        capture_output=True,
        env=surroundings(PYTHONUNBUFFERED="1"),
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_interrupted_command_says_so() -> None:
    """Ctrl-C ends a command that waits for its input with 130 and without a traceback."""
    running = subprocess.Popen(
        command("stories", "group", "--batch"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(PYTHONFAULTHANDLER=""),
        cwd=ROOT,
    )
    assert running.stdin
    running.stdin.write(b'{"id":1,"title":"A","text":"B"}\n')
    running.stdin.flush()
    _until_reading(running.pid)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, b"")
    assert err == b"monitor: interrupted\n"


def _until_reading(number: int) -> None:
    """Wait until a process waits for its standard input."""
    import asyncio

    from tests.end_to_end.newsroom import until

    def reading() -> bool:
        return Path(f"/proc/{number}/wchan").read_text() in ("pipe_read", "pipe_wait", "anon_pipe_read") or (
            Path(f"/proc/{number}/syscall").read_text().startswith("0 0x0 ")
        )

    assert asyncio.run(until(reading, 60))


def test_the_configuration_may_come_from_the_environment(config: Path, tmp_path: Path) -> None:
    """$MONITOR_CONFIG names the folder; --config overrides it."""
    assert str(config) in monitor("check", MONITOR_CONFIG=str(config)).out
    said = monitor("check", "--config", tmp_path / "other", MONITOR_CONFIG=str(config))
    assert said.code == 2
    assert str(tmp_path / "other") in said.err


def test_an_old_locale_ends_no_command(archive: Path) -> None:
    """Where the terminal's encoding lacks a letter, it is escaped; JSON stays JSON."""
    plain = process("articles", "list", "--config", archive, PYTHONIOENCODING="ascii")
    assert plain.code == 0
    document = process("articles", "list", "--json", "--config", archive, PYTHONIOENCODING="ascii")
    assert document.code == 0
    assert any(not one["title"].isascii() for one in document.json)
    assert document.out.isascii()


def test_every_command_of_the_table_can_be_imported() -> None:
    """The table of commands names modules and attributes that exist, and their one-line helps agree with them."""
    from monitor.cli.app import app

    for name in COMMANDS:
        assert (
            app.get_command(app.make_context("monitor", ["--help"], resilient_parsing=True), name) is not None
        )
