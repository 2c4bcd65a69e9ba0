"""`monitor normalize FILE`: one page of a stranger, read where it can do no harm."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.standins.terminal import monitor

SENTENCE = "The council met on Tuesday evening to weigh the harbour plan before it voted. "
PAGE = f"<h1>Harbour plan</h1><article><p>{SENTENCE}<p>{SENTENCE}</article>"


def hang(html: bytes, url: str, **_: Any) -> None:
    """Stand in for a page that a parser never finishes: burn processor time until killed."""
    while True:
        time.process_time()


def die(html: bytes, url: str, **_: Any) -> None:
    """Stand in for a page that crashes the interpreter."""
    os._exit(139)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.html"
    file.write_text(PAGE, "utf-8")
    return file


@pytest.mark.parametrize(("reader", "deadline", "cause"), [(hang, 0.5, "timeout"), (die, 60.0, "crash")])
def test_a_page_that_kills_its_reader_is_an_error_of_that_page(
    page: Path, monkeypatch: pytest.MonkeyPatch, reader: Any, deadline: float, cause: str
) -> None:
    """A page is read in a worker with a deadline: its death is told with its cause, and nothing is on standard output."""
    monkeypatch.setattr("monitor.cli.normalize.PAGE_DEADLINE", deadline)
    monkeypatch.setattr("monitor.collect.extract.explain", reader, raising=False)
    said = monitor("normalize", page, "--url", "https://paper.example/a")
    assert said.code != 0
    assert said.out == ""
    assert f"{page}: {cause}" in said.err


def test_a_page_is_never_read_in_the_command_itself(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to explain it: what reads the page is handed to a worker."""
    from monitor.collect.sandbox import Sandbox

    asked: list[float] = []
    run = Sandbox.run

    async def noted(self: Sandbox, function: Any, *args: Any, deadline: float) -> Any:
        asked.append(deadline)
        return await run(self, function, *args, deadline=deadline)

    monkeypatch.setattr(Sandbox, "run", noted)
    for more in ((), ("--explain",), ("--json",)):
        assert monitor("normalize", page, *more).code == 0
    assert asked == [8.0, 8.0, 8.0]


def test_a_sites_own_rules_are_those_of_the_command_line(page: Path) -> None:
    """`--body` and `--strip` are what a feed's `body:` and `strip:` would be, so that a rule can be tried before it is written."""
    page.write_text(
        f'<h1>Plan</h1><div id="x"><p>{SENTENCE}<p class="n">Call the desk.</div><p>{SENTENCE}', "utf-8"
    )
    said = monitor("normalize", page, "--body", "#x", "--strip", ".n")
    assert (said.code, said.out) == (0, SENTENCE.strip())


def test_explaining_shows_selectors_and_reasons(page: Path) -> None:
    """Each candidate with a selector for `body:`, each dropped line with one for `strip:` and why it went."""
    page.write_text(
        f'<h1>Plan</h1><article class="story"><p>{SENTENCE}<p>{SENTENCE}<p>{SENTENCE}<div class="share-bar"><p>Share this story</div></article>',
        "utf-8",
    )
    said = monitor("normalize", page, "--explain", "--json").json
    assert any(one["chosen"] and one["path"].endswith("article.story") for one in said["candidates"])
    assert [(one["reason"], one["path"]) for one in said["dropped"] if "Share" in one["text"]] == [
        ("share bar", "body > article.story > div.share-bar")
    ]
