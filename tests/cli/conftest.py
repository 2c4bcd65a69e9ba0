"""What the tests of the command line share: a small configuration to spoil, and the archive that `monitor demo --keep` leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standins.terminal import process

FILES = {
    "monitor.yaml": """\
database: sqlite:///{home}/monitor.db
fetch: {{host_delay: 0s, per_host: 16, allow_private: ["127.0.0.0/8"]}}
html: {{directory: {home}/digests}}
web: {{listen: null}}
workers: 1
""",
    "feeds.yaml": """\
feeds:
  - {{name: A paper, url: "https://paper.example/rss"}}
  - {{name: Another paper, url: "https://another.example/rss", headers: {{Authorization: "Bearer key-of-another"}}}}
""",
    "digests.yaml": """\
digests:
  - {{name: morning, topics: [irs], to: [console], at: ["08:00"]}}
""",
    "topics/irs.yaml": """\
name: IRS
match: IRS OR "Internal Revenue Service"
examples:
  yes: ["The IRS said so."]
  no: ["The iris said so."]
""",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The folder of a small configuration without mistakes."""
    folder = tmp_path / "config"
    folder.joinpath("topics").mkdir(parents=True)
    for name, text in FILES.items():
        folder.joinpath(name).write_text(text.format(home=tmp_path), "utf-8")
    return folder


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a demo that has run: seven outlets, thirty-one articles, two digests posted. For reading only."""
    room = tmp_path_factory.mktemp("demo")
    ended = process("demo", "--keep", cwd=room, TMPDIR=str(room))
    assert ended.code == 0, ended
    (folder,) = room.glob("monitor-demo-*/config")
    return folder
