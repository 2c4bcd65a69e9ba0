"""The commands, and the composition root: clock, randomness and real edges are created below this package and only here."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

INTERRUPTED = 130  # what a shell says of a command that Ctrl-C ended: 128 + SIGINT


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code: 0 done, 1 the data is wrong, 2 the configuration or the command is wrong.

    Whatever fails on purpose is one clear line on standard error, never a traceback.
    """
    import click

    from monitor.cli.app import app
    from monitor.errors import CommandError, ConfigError, MonitorError

    _start_light()
    _never_choke()
    try:
        if "_MONITOR_COMPLETE" in os.environ:
            app.main(prog_name="monitor")  # a shell asks what may come next
        with app.make_context("monitor", list(sys.argv[1:] if argv is None else argv)) as context:
            app.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _fail(_usage(error), 2)
    except (ConfigError, CommandError) as error:
        _fail(str(error), 2)
    except MonitorError as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        # The reader of our output went away (`monitor articles list | head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}", 1)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted", INTERRUPTED)
    except Exception as error:  # the last boundary: a defect is one line too, its traceback on demand
        if os.environ.get("MONITOR_DEBUG"):
            raise
        _fail(f"internal error: {type(error).__name__}: {error} (set MONITOR_DEBUG=1 for the traceback)", 1)


def _start_light() -> None:
    """Save a fifth of the time of a short command: hardly anything that is made while starting is garbage, pydantic need not look for
    plugins, and what is left at the exit goes with the process (to collect it first took 0.18 s with 1,000 rules).

    Later, too, next to nothing lies in cycles; what does is collected every 50,000 objects.
    """
    gc.set_threshold(50_000, 20, 50)
    atexit.unregister(gc.freeze)  # once is enough, however many commands one process runs
    atexit.register(gc.freeze)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _never_choke() -> None:
    """Let a letter that the terminal's encoding does not have be written as an escape instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _usage(error: click.ClickException) -> str:
    """Return what is wrong with a command line in one line that says where help is."""
    import click

    message = " ".join(error.format_message().split())
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{message.rstrip('.')}; see `{context.command_path} --help`" if context else message


def _fail(message: str, code: int) -> None:
    """Say what is wrong and leave; what is secret in it stays unsaid, and what would drive the terminal is dropped."""
    from monitor.cli.output import clean
    from monitor.cli.secrecy import hidden

    text = clean(hidden(message))
    print(text if "\n" in text else f"monitor: {text}", file=sys.stderr)
    sys.exit(code)
