"""JSON lines in, JSON lines out: the shapes that people script against, and what one bad line may cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.world import with_times
from tests.standins.terminal import ROOT, command, monitor, surroundings

WORLD = ROOT / "seeds" / "world"
PAGE = WORLD / "harbor-courier" / "herring-return.html"
NORMALIZED = {
    "text", "title", "authors", "published", "modified", "image", "language", "site", "canonical", "url",
    "paywalled", "completeness", "confidence",
}  # fmt: skip
RAID = "Agents detained forty workers at a poultry plant before dawn on Tuesday, the county said, and took them away in buses."


def lines(*rows: Any) -> str:
    """Return rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


# ── monitor normalize ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_becomes_seed_text(tmp_path: Path) -> None:
    """The text alone on standard output, byte for byte in the seed format, so that a pipe can hash it."""
    from monitor import seed

    said = monitor("normalize", PAGE, "--url", "https://www.harborcourier.example/news/herring-return/")
    assert (said.code, said.err) == (0, "")
    assert seed.check(said.out) == ()
    assert not said.out.endswith("\n")
    assert (
        monitor("normalize", "-", "--url", "https://www.harborcourier.example/x", stdin=PAGE.read_bytes()).out
        == said.out
    )


def test_json_adds_the_metadata() -> None:
    """With --json the document carries text, metadata, completeness and confidence under their fixed names."""
    row = monitor("normalize", PAGE, "--url", "https://www.harborcourier.example/x", "--json").json
    assert set(row) == NORMALIZED
    assert row["title"]
    assert row["completeness"] == "full"
    assert row["paywalled"] is False
    assert 0 <= row["confidence"] <= 1


def test_normalize_answers_line_by_line_in_order() -> None:
    """One answer a line, in the order asked, under the caller's own ids of any kind."""
    html = PAGE.read_text("utf-8")
    rows = [
        {"id": name, "url": "https://www.harborcourier.example/x", "html": html} for name in ("a", 7, None)
    ]
    said = monitor("normalize", "--batch", stdin=lines(*rows, {"id": "empty"}))
    assert (said.code, said.err) == (0, "")
    assert [row["id"] for row in said.rows] == ["a", 7, None, "empty"]
    assert all(set(row) == {"id", *NORMALIZED} for row in said.rows)
    assert said.rows[0]["text"] == said.rows[1]["text"] != ""
    assert said.rows[3]["text"] == ""


def test_a_page_that_kills_its_worker_has_an_error_and_the_stream_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The answer keeps its shape and says `error`; the lines after it are answered."""
    from monitor.collect.sandbox import Sandbox
    from monitor.errors import WorkerError

    run = Sandbox.run

    async def deadly(self: Sandbox, function: Any, html: str, url: str, *, deadline: float) -> Any:
        if html == "bomb":
            raise WorkerError("memory", "it took too much")
        return await run(self, function, html, url, deadline=deadline)

    monkeypatch.setattr(Sandbox, "run", deadly)
    said = monitor(
        "normalize", "--batch", stdin=lines({"id": 1, "html": "bomb"}, {"id": 2, "html": "<p>Well."})
    )
    assert said.code == 0
    assert said.rows[0] | {"error": ""} == {
        "id": 1,
        "error": "",
        **{name: said.rows[0][name] for name in NORMALIZED},
    }
    assert said.rows[0]["error"] == "memory: it took too much"
    assert "error" not in said.rows[1]


def test_explain_names_the_candidates() -> None:
    """`--explain` shows the candidate bodies and what was dropped, for writing a site's own rule."""
    said = monitor("normalize", PAGE, "--url", "https://www.harborcourier.example/x", "--explain")
    assert said.code == 0
    assert "confidence" in said.out
    assert "* " in said.out


# ── monitor topics match ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_matches_have_zones_offsets_and_terms(config: Path) -> None:
    """Each span is [zone, start, end, term] and leads back into the text that was given."""
    text = "A clerk spoke.\nThe IRS said so."
    said = monitor(
        "topics", "match", "--batch", "--config", config,
        stdin=lines({"id": 1, "title": "IRS", "text": text}, {"id": "none", "title": "", "text": "iris"}),
    )  # fmt: skip
    assert (said.code, said.err) == (0, "")
    first, second = said.rows
    assert second == {"id": "none", "matches": []}
    (match,) = first["matches"]
    assert {"topic", "score", "spans"} <= set(match)
    assert match["topic"] == "irs"
    assert 0 < match["score"] <= 100
    zones = {zone: (text if zone == "body" else "IRS")[start:end] for zone, start, end, _ in match["spans"]}
    assert zones == {"title": "IRS", "body": "IRS"}


def test_optional_fields_reach_the_rules(config: Path) -> None:
    """`url`, `source`, `lang` and `author` are what `url:`, `source:`, `lang:` and `author:` look at."""
    for name, rule in (
        ("by-url", "url:ledger"), ("by-source", 'source:"The Ledger"'), ("by-lang", "lang:es"), ("by-author", "author:Prado"),
    ):  # fmt: skip
        config.joinpath("topics", f"{name}.yaml").write_text(
            f"name: {name}\nmatch: {rule} AND clerk\n", "utf-8"
        )
    row = {
        "id": 1, "title": "", "text": "A clerk spoke.", "url": "https://ledger.example/a",
        "source": "The Ledger", "lang": "es", "author": "Elena Prado",
    }  # fmt: skip
    (said,) = monitor("topics", "match", "--batch", "--config", config, stdin=lines(row)).rows
    assert {match["topic"] for match in said["matches"]} == {"by-url", "by-source", "by-lang", "by-author"}


def test_only_the_topics_asked_for(config: Path) -> None:
    """`--topic` limits the answer."""
    config.joinpath("topics", "clerks.yaml").write_text("name: Clerks\nmatch: clerk*\n", "utf-8")
    row = {"id": 1, "title": "", "text": "The IRS lost its clerks."}
    (said,) = monitor(
        "topics", "match", "--batch", "--topic", "clerks", "--config", config, stdin=lines(row)
    ).rows
    assert [match["topic"] for match in said["matches"]] == ["clerks"]


# ── monitor stories group ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reprint_is_a_copy_and_a_stranger_a_story_of_its_own() -> None:
    """Every line is answered with {"id","story","copy_of"}, in order."""
    wire = "\n".join(
        [
            RAID,
            *(
                f"Paragraph {n} tells what witness number {n} saw at the gate of the plant that morning."
                for n in range(9)
            ),
        ]
    )
    other = "The ferry to Alden Sound will run every two hours this winter, the harbor office said, because fewer people ride it."
    rows = [
        {
            "id": 1,
            "title": "Agents detain workers",
            "text": wire,
            "published": "2026-11-24T05:00:00Z",
            "source": "Wire",
        },
        {
            "id": "2",
            "title": "Workers detained",
            "text": wire,
            "published": "2026-11-24T06:00:00Z",
            "source": "Paper",
        },
        {"id": 3, "title": "Winter timetable", "text": other, "published": "2026-11-24T07:00:00Z"},
    ]
    said = monitor("stories", "group", "--batch", stdin=lines(*rows))
    assert (said.code, said.err) == (0, "")
    assert [set(row) for row in said.rows] == [{"id", "story", "copy_of"}] * 3
    assert [row["id"] for row in said.rows] == [1, "2", 3]
    assert said.rows[0]["story"] == said.rows[1]["story"] != said.rows[2]["story"]
    assert said.rows[0]["copy_of"] is None
    assert str(said.rows[1]["copy_of"]) == "1"


# ── lines that are none ───────────────────────────────────────────────────────────────────────────────────────────────────────

BATCHES = [("normalize",), ("topics", "match"), ("stories", "group")]


@pytest.mark.parametrize("batch", BATCHES, ids=lambda words: " ".join(words))
@pytest.mark.parametrize(
    "bad", ["not json", "[1]", '{"text":"no id"}', "[" * 100_000, '"x"'], ids=lambda text: text[:8]
)
def test_a_bad_line_is_named(batch: tuple[str, ...], bad: str, config: Path) -> None:
    """The command ends with 2 and the number of the line; a blank line is none."""
    where = ("--config", str(config)) if batch[0] == "topics" else ()
    said = monitor(*batch, "--batch", *where, stdin=f"\n{bad}\n")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("monitor: standard input, line 2: ")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("batch", BATCHES[:2], ids=lambda words: " ".join(words))
def test_the_lines_before_a_bad_one_are_answered(batch: tuple[str, ...], config: Path) -> None:
    """What was asked properly is not lost to what came after it."""
    where = ("--config", str(config)) if batch[0] == "topics" else ()
    good = {"id": 1, "title": "IRS", "text": "", "html": "<p>Hello"}
    said = monitor(*batch, "--batch", *where, stdin=lines(good, {**good, "id": 2}) + "oops\n")
    assert said.code == 2
    assert [row["id"] for row in said.rows] == [1, 2]
    assert "line 3" in said.err


@pytest.mark.parametrize("batch", BATCHES, ids=lambda words: " ".join(words))
def test_bytes_that_are_no_utf8_are_replaced(batch: tuple[str, ...], config: Path) -> None:
    """A stray byte costs a letter, not the batch; so does half a surrogate pair."""
    where = ("--config", str(config)) if batch[0] == "topics" else ()
    raw = b'{"id":"\xff","title":"IRS \\ud800 \xe9","text":"IRS caf\xe9","html":"<p>caf\xe9","published":"2026-11-24"}\n'
    said = monitor(*batch, "--batch", *where, stdin=raw)
    assert (said.code, said.err) == (0, "")
    assert said.rows[0]["id"] == "\ufffd"


@pytest.mark.parametrize("batch", BATCHES, ids=lambda words: " ".join(words))
def test_nothing_in_is_nothing_out(batch: tuple[str, ...], config: Path) -> None:
    """An empty batch is a batch."""
    where = ("--config", str(config)) if batch[0] == "topics" else ()
    assert monitor(*batch, "--batch", *where) == monitor(*batch, "--batch", *where, stdin="\n \n")
    assert monitor(*batch, "--batch", *where).code == 0


def test_a_caller_may_stream(config: Path) -> None:
    """An answer comes as soon as its line is done, while the input is still open."""
    import subprocess

    with subprocess.Popen(
        command("topics", "match", "--batch", "--config", config),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=surroundings(),
        cwd=ROOT,
        text=True,
    ) as running:
        assert running.stdin
        assert running.stdout
        for number in range(3):
            running.stdin.write(lines({"id": number, "title": "", "text": "x"}))
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == number
        running.stdin.close()
        assert running.wait(60) == 0


# ── monitor feeds parse ───────────────────────────────────────────────────────────────────────────────────────────────────────

ENTRY = {
    "id",
    "url",
    "title",
    "published",
    "updated",
    "authors",
    "summary",
    "content",
    "image",
    "language",
    "categories",
}


def _feed(folder: Path, name: str) -> Path:
    """Put a feed of the sample world into a folder, its times filled in."""
    from datetime import UTC, datetime

    path = folder / Path(name).name
    path.write_text(
        with_times(WORLD.joinpath(name).read_text("utf-8"), datetime(2026, 11, 24, 12, tzinfo=UTC)), "utf-8"
    )
    return path


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("harbor-courier/rss.xml", 5),
        ("national-ledger/atom.xml", 5),
        ("summit-wire/index.rdf", 4),
        ("el-faro-del-valle/feed.json", 3),
    ],
)
def test_a_feed_file_is_read_as_once_would(tmp_path: Path, name: str, count: int) -> None:
    """One file is one JSON document: outcome, title, and entries with their fixed keys; instants in UTC, addresses absolute."""
    said = monitor("feeds", "parse", _feed(tmp_path, name), "--url", f"https://www.example.org/{name}")
    assert (said.code, said.err) == (0, "")
    document = said.json
    assert {"outcome", "title", "entries"} <= set(document)
    assert document["outcome"] == "ok"
    assert len(document["entries"]) >= count - 1
    for entry in document["entries"]:
        assert set(entry) >= ENTRY
        assert entry["url"].startswith("https://")
    dates = [entry["published"] for entry in document["entries"]]
    assert any(dates) == (name != "summit-wire/index.rdf"), "the wire's feed alone tells no dates"
    assert all(date is None or date.endswith("Z") for date in dates)


def test_several_files_are_a_line_each(tmp_path: Path) -> None:
    """Several files are JSON lines in their order; one that is no feed makes the exit code 1 and says what it is."""
    good = _feed(tmp_path, "harbor-courier/rss.xml")
    said = monitor("feeds", "parse", good, PAGE)
    assert said.code == 1
    assert [row["outcome"] for row in said.rows] == ["ok", "not_feed"]
    assert said.rows[1]["entries"] == []
    assert said.rows[1]["error"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """An unreadable file is a wrong command: exit 2, nothing parsed."""
    said = monitor("feeds", "parse", tmp_path / "none.xml")
    assert "cannot read" in said.refused()
