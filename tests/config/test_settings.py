"""monitor.yaml: defaults as documented, values as typed, secrets never shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.settings import Settings
from monitor.errors import ConfigError
from tests.standins.configs import Write, loaded, messages

SECRETS = {"SLACK_BOT_TOKEN": "xoxb-secret", "SLACK_APP_TOKEN": "xapp-secret", "SMTP_PASSWORD": "hunter2"}
WITH_SECRETS = 'slack: {token: "${SLACK_BOT_TOKEN}", app_token: "${SLACK_APP_TOKEN}"}\nemail: {password: "${SMTP_PASSWORD}"}\n'


def test_the_defaults_are_those_of_the_documentation() -> None:
    """What README and config/monitor.yaml say is what an empty file gives."""
    settings = Settings()
    assert settings.database == "sqlite:///data/monitor.db"
    assert settings.timezone == "UTC"
    assert settings.fetch.interval.model_dump() == {
        "default": timedelta(minutes=30),
        "min": timedelta(minutes=15),
        "max": timedelta(hours=24),
    }
    assert (settings.fetch.timeout, settings.fetch.max_wire, settings.fetch.max_inflated) == (
        timedelta(seconds=45),
        2**24,
        2**25,
    )
    assert (settings.fetch.concurrency, settings.fetch.per_host, settings.fetch.host_delay) == (
        64,
        2,
        timedelta(seconds=1),
    )
    assert (settings.fetch.backoff.base, settings.fetch.backoff.max) == (
        timedelta(minutes=5),
        timedelta(hours=24),
    )
    assert settings.workers is None
    assert settings.slack.base_url == "https://slack.com/api/"
    assert (settings.email.host, settings.email.port, settings.email.tls) == ("localhost", 25, "starttls")
    assert settings.html.directory == "data/digests"
    assert (settings.retention.matched, settings.retention.unmatched) == (
        timedelta(days=400),
        timedelta(days=30),
    )
    assert settings.web.address == ("127.0.0.1", 8765)
    assert (settings.log.level, settings.log.format, settings.tick) == ("info", "auto", timedelta(seconds=5))


def test_values_are_typed(write: Write) -> None:
    """Durations, sizes, zones and addresses arrive as what they are."""
    text = """
database: postgresql://monitor@db/monitor
timezone: America/Argentina/Buenos_Aires
fetch: {interval: {default: 1h30m}, max_wire: 512KiB, max_inflated: 1GB, host_delay: 0s, allow_private: [10.0.0.0/8, "[::1]:80"]}
workers: 3
email: {from: Desk <desk@example.org>, tls: none}
web: {listen: "[::1]:80"}
"""
    settings = loaded(write(monitor=text)).settings
    assert settings.fetch.interval.default == timedelta(minutes=90)
    assert (settings.fetch.max_wire, settings.fetch.max_inflated) == (512 * 1024, 10**9)
    assert (settings.fetch.host_delay, settings.fetch.allow_private) == (
        timedelta(0),
        ("10.0.0.0/8", "[::1]:80"),
    )
    assert (settings.workers, settings.email.sender, settings.web.address) == (
        3,
        "Desk <desk@example.org>",
        ("::1", 80),
    )


def test_no_status_server_if_none_is_wanted(write: Write) -> None:
    """`listen: null` leaves it out."""
    assert loaded(write(monitor="web: {listen: null}\n")).settings.web.address is None


def test_settings_cannot_be_changed() -> None:
    """A loaded configuration is what it is until the next one."""
    with pytest.raises(ValueError, match="frozen"):
        Settings().tick = timedelta(1)  # type: ignore[misc]


def test_secrets_are_never_shown(write: Write) -> None:
    """Neither repr nor str of the settings holds a token, a password or a database's credentials."""
    config = loaded(write(monitor=WITH_SECRETS + "database: postgresql://u:hunter2@db/m\n"), SECRETS)
    assert config.settings.slack.token is not None
    assert config.settings.slack.token.get_secret_value() == "xoxb-secret"
    for shown in (
        repr(config),
        str(config.settings),
        repr(config.settings.slack),
        f"{config.settings.email.password}",
    ):
        assert "secret'" not in shown.replace("SecretStr", "")
        assert "hunter2" not in shown
        assert "xoxb" not in shown


def test_a_secret_may_lie_in_a_file(write: Write, tmp_path: Path) -> None:
    """`token_file` is read, its line end dropped."""
    tmp_path.joinpath("token").write_text("xoxb-1\n")
    settings = loaded(write(monitor="slack: {token: '${UNSET}', token_file: token}\n")).settings
    assert settings.slack.token is not None
    assert settings.slack.token.get_secret_value() == "xoxb-1"


def test_a_secret_may_be_a_systemd_credential(write: Write, tmp_path: Path) -> None:
    """A credential named after its key is used if nothing else is set."""
    tmp_path.joinpath("slack.token").write_text("xoxb-2")
    tmp_path.joinpath("email.password").write_text("hunter2")
    settings = loaded(write(), {"CREDENTIALS_DIRECTORY": str(tmp_path)}).settings
    assert settings.slack.token is not None
    assert settings.slack.token.get_secret_value() == "xoxb-2"
    assert settings.email.password is not None
    written = loaded(
        write(monitor="slack: {token: xoxb-3}\n"), {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    ).settings
    assert written.slack.token is not None
    assert written.slack.token.get_secret_value() == "xoxb-3"


@pytest.mark.parametrize("content", [b"", b"two\nlines", b"\xff\xfe", b"x" * 20_000])
def test_a_file_that_holds_no_secret_is_told(write: Write, tmp_path: Path, content: bytes) -> None:
    """Empty, binary and long files are no secrets; what they hold is not quoted."""
    tmp_path.joinpath("token").write_bytes(content)
    assert messages(write(monitor="slack: {token_file: token}\n")) == [
        "the secret cannot be read: it is not a short text"
    ]


def test_a_broken_credential_is_told(write: Write, tmp_path: Path) -> None:
    """A credential that cannot be used stops the start, even though no file of ours names it."""
    tmp_path.joinpath("slack.token").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"slack\.token"):
        loaded(write(), {"CREDENTIALS_DIRECTORY": str(tmp_path)})
