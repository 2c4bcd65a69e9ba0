"""Pages in a folder: whole or not at all, told apart by their delivery, listed newest first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.deliver import html
from monitor.deliver.html import HtmlNotifier, newest
from monitor.models import Found, SendVerdict, Slot, Target
from tests.standins.digests import AT, NOW, delivery, digest, section

TARGET = Target("html")


def notifier(directory: Path) -> HtmlNotifier:
    return HtmlNotifier(directory, lambda: NOW)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def test_a_page_and_the_index_are_written(tmp_path: Path) -> None:
    """One file named by digest and slot, one index that links it, nothing else left behind."""
    one = delivery(notifier(tmp_path).render(digest(), TARGET)[0], TARGET)
    result = await notifier(tmp_path).send(one)
    assert result.verdict is SendVerdict.SENT
    assert names(tmp_path) == [
        "digest-morning-2026-11-24T0800.html",
        "index.html",
    ]
    index = (tmp_path / "index.html").read_text()
    assert '<a href="digest-morning-2026-11-24T0800.html">Morning digest · Tue 24 Nov</a>' in index
    assert "212 of 215 feeds read" in index


async def test_a_page_is_found_by_its_delivery(tmp_path: Path) -> None:
    """The page on disk counts only as the delivery it names."""
    own = notifier(tmp_path)
    one = delivery(own.render(digest(), TARGET)[0], TARGET)
    assert await own.find(one) == (Found.ABSENT, None)
    await own.send(one)
    assert (await own.find(one))[0] is Found.PRESENT
    other = delivery(own.render(digest(), TARGET)[0], TARGET, nonce="another")
    assert (await own.find(other))[0] is Found.ABSENT


async def test_a_target_may_name_its_own_folder(tmp_path: Path) -> None:
    """`to: [{html: DIR}]` goes there, and the folder is made."""
    target = Target("html", str(tmp_path / "a" / "b"))
    one = delivery(notifier(tmp_path).render(digest(), target)[0], target)
    await notifier(tmp_path).send(one)
    assert (tmp_path / "a" / "b" / "index.html").is_file()


async def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    """A file in the folder's place (or a full disk) is a verdict with the system's own word for it."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    own = notifier(blocked / "sub")
    result = await own.send(delivery(own.render(digest(), TARGET)[0], TARGET))
    assert result.verdict is SendVerdict.RETRY
    assert "Not a directory" in result.detail


def test_a_crash_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted before the rename, the reader still has the old page whole, and no scrap is left."""
    path = tmp_path / "digest-a.html"
    html.write_whole(path, "old")

    def interrupted(source: str, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        html.write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


async def test_the_index_is_newest_first_and_escaped(tmp_path: Path) -> None:
    """By the time of writing; foreign titles stay text; what is no digest is left out."""
    own = notifier(tmp_path)
    for number, title in enumerate(("First", "<b>Second</b>")):
        slot = Slot("morning", f"2026-11-2{number}T08:00", AT)
        one = delivery(own.render(digest(section(), title=title, slot=slot), TARGET)[0], TARGET)
        result = await own.send(one)
        os.utime(str(result.ts), (number, number))
    (tmp_path / "notes.html").write_text("<title>Mine</title>")
    assert [entry.title for entry in newest(tmp_path)] == ["<b>Second</b> · Tue 24 Nov", "First · Tue 24 Nov"]
    await own.send(one)
    assert "&lt;b&gt;Second" in (tmp_path / "index.html").read_text()
