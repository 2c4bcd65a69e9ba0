"""`monitor demo`: what a newcomer sees first, in a process of its own, with nothing around it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.standins.terminal import process


def test_the_demo_shows_the_whole_way(tmp_path: Path) -> None:
    """A digest with topics, reprints grouped, teasers marked; then a correction; and the same as a page that loads nothing."""
    said = process("demo", cwd=tmp_path, TMPDIR=str(tmp_path), HOME=str(tmp_path))
    assert said.code == 0, said.err
    assert "7 feeds read" in said.err
    assert "7 of 7 feeds read" in said.out
    for words in (
        "IRS · ",
        "Immigration enforcement · ",
        "summary only",
        "paywalled",
        "Update",
        "Changed: correction appended",
        "41 -> 63",
    ):
        assert words in said.out, words
    # which of the three reprints are named depends on whose feed was read first
    assert re.search(r"Summit Wire · \d+ h ago · also at [^·]+ and [12] more", said.out), (
        "the wire story and its reprints are one"
    )
    assert "rink" not in said.out, "an ice rink is not ICE"
    page = Path(next(line for line in said.err.splitlines() if "as a page" in line).partition(": ")[2])
    html = page.read_text("utf-8")
    assert "default-src" in html
    assert "<script" not in html
    assert "Refunds slow as the" in html
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [page], "nothing else is left behind"


def test_a_kept_demo_can_be_looked_into(tmp_path: Path) -> None:
    """With --keep the configuration is valid, the archive can be searched and a rule tried on it."""
    assert process("demo", "--keep", cwd=tmp_path, TMPDIR=str(tmp_path)).code == 0
    (config,) = tmp_path.glob("monitor-demo-*/config")
    assert process("check", "--config", config).code == 0
    assert "audits next" in process(
        "articles", "search", "IRS NEAR/5 audit*", "--config", config
    ).out.replace("will audit", "audits")
