"""Logs: one event a line, JSON in a pipe and colours on a terminal, and never a secret in any of them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

HIDDEN = "[secret]"


class Redact:
    """A processor that blanks every known secret wherever it stands in an event, however it got there.

    Errors of libraries quote headers and URLs; masking by value catches what masking by key would miss.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Return the event with secrets blanked and control characters escaped."""
        return {key: self._value(value) for key, value in event.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, int | float | bool) or value is None:
            return value
        text = value if isinstance(value, str) else str(value)
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def configure(level: str, style: str, secrets: Iterable[str]) -> None:
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
        Redact(secrets),
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
