"""The field types of the configuration's pydantic models: the readers of `values` with the JSON Schema an editor needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, WithJsonSchema, model_validator

from monitor.config import values
from monitor.config.values import WrongValue
from monitor.models import Target


class Shape(BaseModel):
    """A mapping in a configuration file: no unknown keys, no silent conversions, never changed after loading.

    A section or a list that is written without a value (all its lines commented out) is the same as one left out.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        defer_build=True,  # a section's own validator is hardly ever used: its file's has it inside
    )

    @classmethod
    def contradictions(cls, data: dict[str, Any]) -> Iterator[WrongValue]:
        """Yield what is wrong about the keys of a mapping together; `data` is what was written and may be wrong in itself."""
        yield from ()

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty_sections(cls, data: Any) -> Any:
        """Drop keys without a value where the model has a section or list of its own to put there."""
        if not isinstance(data, dict):
            return data
        own = {field.alias or name for name, field in cls.model_fields.items() if field.default_factory}
        return {key: value for key, value in data.items() if value is not None or key not in own}


def _reader(read: Callable[[object], Any], kind: type) -> BeforeValidator:
    """Wrap a reader of written values so that a value already read passes (models are built in code, too).

    Text and numbers are always read: as they are written and as they are read cannot be told apart.
    """
    return BeforeValidator(
        lambda value: value if kind is not str and isinstance(value, kind) else read(value)
    )


def _text(description: str, *examples: Any, **schema: Any) -> WithJsonSchema:
    """Return the JSON Schema of a value written as text."""
    return WithJsonSchema(
        {"type": "string", "description": description, "examples": list(examples), **schema}
    )


_DURATION = {"pattern": r"^([0-9]{1,6}(\.[0-9]{1,3})?(ms|[smhdw]))+$"}
Duration = Annotated[
    timedelta,
    _reader(values.duration, timedelta),
    _text("A duration with its unit.", "45s", "30m", "8h", "7d", **_DURATION),
]
DurationOrZero = Annotated[
    timedelta,
    _reader(values.duration_or_zero, timedelta),
    _text("A duration with its unit.", "1s", "0s", **_DURATION),
]
Size = Annotated[
    int,
    _reader(values.size, str),
    _text("A size with its unit.", "512KiB", "16MiB", pattern="^[0-9]+([kKMG]i?B|B)$"),
]
TimeOfDay = Annotated[
    time,
    _reader(values.time_of_day, time),
    _text("A time of day, 24 hours.", "08:00", pattern="^([01]?[0-9]|2[0-3]):[0-5][0-9]$"),
]
Zone = Annotated[
    str, _reader(values.zone, str), _text("A time zone of the IANA database.", "America/New_York", "UTC")
]
Url = Annotated[
    str,
    _reader(values.url, str),
    _text("An address.", "https://www.example.org/feed.xml", pattern="^https?://"),
]
Allowance = Annotated[
    str,
    _reader(values.allowance, str),
    _text("A private address that may be dialled.", "127.0.0.1:8080", "10.0.0.0/8"),
]
Listen = Annotated[str, _reader(values.listen, str), _text("Address and port.", "127.0.0.1:8765")]
Database = Annotated[
    str,
    _reader(values.database, str),
    _text("A database.", "sqlite:///data/monitor.db", "postgresql://monitor@db/monitor"),
]
FirstPoll = Annotated[
    str,
    _reader(values.first_poll, str),
    _text(
        "What the first poll announces.",
        "baseline",
        "all",
        "latest:10",
        pattern="^(baseline|all|latest:[0-9]{1,4})$",
    ),
]
Country = Annotated[
    str, _reader(values.country, str), _text("A country, ISO 3166-1.", "US", pattern="^[A-Z]{2}$")
]
Language = Annotated[str, _reader(values.language, str), _text("A language, BCP 47.", "en", "es-MX")]
MailAddress = Annotated[str, _reader(values.mail_address, str), _text("A mail address.", "desk@example.org")]
HeaderName = Annotated[str, _reader(values.header_name, str)]
HeaderValue = Annotated[str, _reader(values.header_value, str)]
Name = Annotated[str, _reader(values.name, str), _text("A name.", minLength=1)]
Secret = Annotated[
    SecretStr,
    _text("A secret; name an environment variable rather than the secret itself.", "${SLACK_BOT_TOKEN}"),
]
Days = Annotated[
    frozenset[int],
    _reader(values.days, frozenset),
    WithJsonSchema(
        {
            "description": "Days on which it is sent.",
            "anyOf": [
                {"enum": ["daily", "weekdays", "weekends"]},
                {"type": "array", "items": {"enum": list(values.WEEKDAYS)}, "minItems": 1},
            ],
        }
    ),
]

Texts = Annotated[tuple[str, ...], Field(strict=False)]
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Sources = Annotated[
    tuple[Annotated[str, _reader(values.source, str), _text("A host or a feed's name.", "example.org")], ...],
    Field(strict=False),
]

_TARGETS: dict[str, Callable[[object], str]] = {
    "slack": lambda value: _channel(value),
    "email": values.mail_address,
    "webhook": values.url,
    "apprise": lambda value: _apprise(value),
    "html": lambda value: _path(value),
    "atom": lambda value: _path(value),
}


def target(value: object) -> Target:
    """Read where a digest goes: `console`, or a mapping of one kind to its address."""
    if isinstance(value, Target):
        return value
    if value in ("console", {"console": True}):
        return Target("console")
    if not isinstance(value, dict) or len(value) != 1:
        raise WrongValue(
            "not a target",
            'write console, {slack: "#channel"}, {email: desk@example.org}, {webhook: https://…} or {html: folder}',
        )
    kind, address = next(iter(value.items()))
    if kind not in _TARGETS:
        close = values.nearest(str(kind), [*_TARGETS, "console"])
        raise WrongValue(
            "no such kind of target" + (f" (did you mean {close!r}?)" if close else ""),
            "one of console, " + ", ".join(_TARGETS),
        )
    try:
        return Target(kind, _TARGETS[kind](address))
    except WrongValue as error:
        error.value_of = str(kind)
        raise


def _channel(value: object) -> str:
    """Read a Slack channel, by name or by id."""
    if value is None:
        raise WrongValue("the channel is empty", 'a # begins a comment: write slack: "#channel", with quotes')
    if (
        isinstance(value, str)
        and value[:1] in ("#", "@", "C", "G", "D", "U")
        and len(value) > 1
        and not any(map(str.isspace, value))
    ):
        return value
    raise WrongValue(
        "not a Slack channel",
        f'write slack: "#{value}", with quotes' if isinstance(value, str) else 'write slack: "#channel"',
    )


def _apprise(value: object) -> str:
    """Read an address of Apprise, whose scheme names the service."""
    if isinstance(value, str) and "://" in value:
        return value
    raise WrongValue("not an Apprise address", "write it as Apprise does, like tgram://bottoken/chat")


def _path(value: object) -> str:
    """Read the path of a folder or file."""
    if isinstance(value, str) and value.strip():
        return value
    raise WrongValue("not a path", "write a folder or file, relative to where monitor runs")


TargetField = Annotated[
    Target,
    BeforeValidator(target),
    WithJsonSchema(
        {
            "description": "Where the digest goes.",
            "anyOf": [
                {"const": "console"},
                {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                    "properties": {
                        "console": {"const": True},
                        **{kind: {"type": "string"} for kind in _TARGETS},
                    },
                },
            ],
            "examples": [{"slack": "#news-watch"}, {"email": "desk@example.org"}, "console"],
        }
    ),
]
