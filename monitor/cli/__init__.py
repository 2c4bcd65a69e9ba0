"""The commands, and the composition root: clock, randomness and real edges are created below this package and only here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code: 0 done, 1 the data is wrong, 2 the configuration or the command is wrong.

    Whatever fails on purpose is one clear line on standard error, never a traceback.
    """
    from monitor.cli.app import app
    from monitor.errors import CommandError, ConfigError, MonitorError

    try:
        app.main(args=list(argv) if argv is not None else None, prog_name="monitor")
    except ConfigError as error:
        _fail(str(error), 2)
    except CommandError as error:
        _fail(str(error), 2)
    except MonitorError as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        # The reader of our output went away (`monitor articles list | head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # the last boundary: a defect is one line too, its traceback on demand
        if os.environ.get("MONITOR_DEBUG"):
            raise
        _fail(f"internal error: {type(error).__name__}: {error} (set MONITOR_DEBUG=1 for the traceback)", 1)


def _fail(message: str, code: int) -> None:
    """Say what is wrong and leave."""
    print(message if "\n" in message else f"monitor: {message}", file=sys.stderr)
    sys.exit(code)
