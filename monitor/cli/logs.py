"""Logs: one event a line, JSON in a pipe and colours on a terminal, and never a secret in any of them."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

from monitor.cli.secrecy import hidden


@contextlib.contextmanager
def _withheld(module: str) -> Iterator[None]:
    """Let a module seem not to be installed meanwhile, unless it is in memory already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # the documented way to make an import fail
    try:
        yield
    finally:
        del sys.modules[module]


with _withheld(
    "rich"
):  # it draws tracebacks for structlog, which we have as plain text: 5 MB and 0.08 s of every start
    import structlog


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return an event with every secret blanked and control characters escaped, wherever they stand in it (a structlog processor)."""
    return {key: _value(value) for key, value in event.items()}


def _value(value: Any) -> Any:
    if isinstance(value, int | float | bool) or value is None:
        return value
    text = hidden(value if isinstance(value, str) else str(value))
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def ensure() -> None:
    """Set up logging for a command that has not done so: what goes wrong is said on standard error, and standard output stays its own."""
    if not structlog.is_configured():
        configure("warning", "auto")


def configure(level: str, style: str) -> None:
    """Set up logging for the process: `level` is debug…error, `style` is auto, console or json. Libraries speak from warning up."""
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    shape: list[Any] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28)]
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=shared + shape,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    stdlib = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shape],
    )
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(stdlib)
    root = logging.getLogger()
    root.handlers[:] = [stream]
    root.setLevel(max(number, logging.WARNING))
    logging.getLogger("apscheduler").setLevel(
        logging.ERROR
    )  # a tick that outlasts its interval is no news; the heartbeat tells
