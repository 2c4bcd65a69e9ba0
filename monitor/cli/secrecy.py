"""What must never be said: the secrets of the configuration that is in use, and how a text is rid of them.

Errors of libraries quote headers and addresses; masking by value catches what masking by key would miss.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.config.settings import Settings

HIDDEN = "[secret]"
SHORTEST = 6  # a shorter value would blank ordinary words, and protects nothing

_KEY = re.compile(
    r"auth|cookie|key|pass|secret|token", re.IGNORECASE
)  # in the name of a header: it opens something
_kept: set[str] = set()


def keep(secrets: Iterable[str]) -> None:
    """Blank these values from now on, in whatever form they are quoted."""
    for secret in filter(None, secrets):
        _kept.update(form for form in _forms(secret) if len(form) >= SHORTEST)


def hidden(text: str) -> str:
    """Return a text with every secret in it blanked."""
    for secret in sorted(_kept, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _forms(secret: str) -> set[str]:
    """Return a secret as it stands, as an address holds it, and as a library's `repr` shows it."""
    return {secret, quote(secret), quote(secret, safe=""), unquote(secret), repr(secret)[1:-1]}


def secrets(config: Config) -> tuple[str, ...]:
    """Return every secret value of a configuration."""
    return (
        *of_settings(config.settings),
        *(secret for feed in config.feeds for secret in (*_of_headers(feed.headers), *_of_address(feed.url))),
        *(
            secret
            for spec in config.digests
            for target in spec.to
            for secret in _of_target(target.kind, target.address)
        ),
    )


def of_settings(settings: Settings) -> tuple[str, ...]:
    """Return the secrets of monitor.yaml."""
    held = (settings.slack.token, settings.slack.app_token, settings.slack.webhook, settings.email.password)
    return (*(value.get_secret_value() for value in held if value), *_of_address(settings.database))


def _of_address(address: str) -> Iterator[str]:
    """Yield the password in an address."""
    try:
        password = urlsplit(address).password
    except ValueError:
        return
    if password:
        yield unquote(password)


def _of_headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the values of headers that open something, also without the word before them (`Bearer …`)."""
    for name, value in headers:
        if _KEY.search(name):
            yield value
            yield value.rpartition(" ")[2]


def _of_target(kind: str, address: str) -> Iterator[str]:
    """Yield what of a target's address is a key: a webhook's path, and all but the scheme for the services behind Apprise."""
    if kind == "webhook":
        yield from _of_address(address)
        yield address.partition("://")[2].partition("/")[2]
    elif kind == "apprise":
        yield address.partition("://")[2]
