"""All files of a configuration to one `Config`, or to one report of everything that is wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config import Config
from monitor.config.credentials import with_secrets
from monitor.config.document import Mapping as MappingNode
from monitor.config.document import Node, Scalar, Sequence
from monitor.config.settings import Settings
from monitor.config.shapes import DigestsFile, FeedsFile
from monitor.config.source import Report, Source, require_directory
from monitor.config.topics import compile_files, doubts, paths, read_files
from monitor.config.validation import Document, open_document
from monitor.config.values import nearest, site_name
from monitor.errors import Problem
from monitor.models import DigestSpec, Target

NAMES = ("monitor.yaml", "feeds.yaml", "digests.yaml")


def load_config(directory: Path, env: Mapping[str, str]) -> Config:
    """Read, validate and join every file; see `monitor.config.load`."""
    require_directory(directory)
    report = Report()
    report.expect(str(directory / name) for name in NAMES)
    report.add(_misspelt(directory))
    settings = _settings(directory, env, report)
    feeds = open_document(directory / "feeds.yaml", FeedsFile, env, report)
    report.add(_doubled_feeds(feeds) if feeds else ())
    files = read_files(directory / "topics", report)
    digests = open_document(directory / "digests.yaml", DigestsFile, env, report)
    mail = settings is None or settings.email.sender is not None
    report.add(_crossed(digests, files.ids, mail=mail) if digests else ())
    topics = compile_files(files, report)
    report.raise_any()
    settings = settings or Settings()
    return Config(
        settings=settings,
        feeds=tuple(shape.feed() for shape in feeds.model.feeds) if feeds and feeds.model else (),
        digests=tuple(_specs(digests.model, settings)) if digests and digests.model else (),
        topics=topics,
        directory=directory,
        fingerprint=fingerprint(directory),
        warnings=tuple(doubts(files, topics)),
    )


def load_settings(directory: Path, env: Mapping[str, str]) -> Settings:
    """Return monitor.yaml alone, for what must work while other files have mistakes; raises ConfigError with those of this one."""
    require_directory(directory)
    report = Report()
    settings = _settings(directory, env, report)
    report.raise_any()
    return settings or Settings()


def fingerprint(directory: Path) -> str:
    """Return a hash over the names and bytes of all files of a configuration."""
    digest = hashlib.sha256()
    for path in [*(directory / name for name in NAMES), *paths(directory / "topics")]:
        try:
            data = path.read_bytes()
        except OSError:
            continue  # not there; whatever else it is has been told of
        digest.update(f"{path.name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]


def _misspelt(directory: Path) -> Iterable[Problem]:
    """Object to files that were meant for one of ours but would be overlooked (`feed.yaml`, `digests.yml`)."""
    for path in sorted(directory.glob("*.y*ml")):
        close = nearest(path.name, NAMES)
        if path.name not in NAMES and close and not (directory / close).exists():
            yield Problem(
                str(path),
                1,
                1,
                f"this file is not read (did you mean {close!r}?)",
                hint=f"rename it to {close}",
            )


def _settings(directory: Path, env: Mapping[str, str], report: Report) -> Settings | None:
    """Return the settings with their secrets; None while monitor.yaml has mistakes."""
    document = open_document(directory / "monitor.yaml", Settings, env, report)
    if document is None and (directory / "monitor.yaml").exists():
        return None
    settings = document.model if document else Settings()
    return with_secrets(settings, document, env, report) if settings else None


def _doubled_feeds(feeds: Document[FeedsFile]) -> Iterable[Problem]:
    """Object to names and addresses that stand twice."""
    names, addresses = _Firsts(feeds.source), _Firsts(feeds.source)
    for node, data in feeds.items("feeds"):
        url = data.get("url")
        name = data.get("name") or (
            site_name(url) if isinstance(url, str) and url.startswith("http") else None
        )
        if isinstance(url, str) and (line := addresses.line(_address(url), node)):
            yield feeds.problem(
                node.values["url"],
                f"this address is also that of the feed on line {line}",
                "remove one of them",
            )
        if isinstance(name, str) and (line := names.line(name.casefold(), node)):
            place = node.values.get("name", node)
            yield feeds.problem(
                place,
                f"the feed on line {line} is also called {name[:80]!r}",
                "names are unique: give it another `name:`",
            )


class _Firsts:
    """Remembers where each name was first used."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._nodes: dict[str, Node] = {}

    def line(self, name: str, node: Node) -> int:
        """Return the line on which the name was used before, 0 if this is the first time."""
        if name not in self._nodes:
            self._nodes[name] = node
            return 0
        return self._source.place(self._nodes[name].start)[0]


def _address(url: str) -> str:
    """Return what two spellings of one address have in common."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.netloc.casefold().removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _crossed(digests: Document[DigestsFile], topics: frozenset[str], *, mail: bool) -> Iterable[Problem]:
    """Object to what does not fit the other files: unknown topics, doubled names, and mail while it is not set up."""
    names = _Firsts(digests.source)
    for node, data in digests.items("digests"):
        name = data.get("name")
        if isinstance(name, str) and (line := names.line(name, node)):
            yield digests.problem(
                node.values["name"],
                f"the digest on line {line} is also called {name[:80]!r}",
                "names are unique",
            )
        for topic in _texts(node.values.get("topics")):
            if topic.text not in topics:
                yield digests.problem(topic, *_unknown_topic(topic.text, topics))
        for target in _children(node.values.get("to")):
            if isinstance(target, MappingNode) and list(target.values) == ["email"] and not mail:
                yield digests.problem(
                    target, "mail needs a sender", "set email: {from: monitor@example.org} in monitor.yaml"
                )


def _children(node: Node | None) -> list[Node]:
    """Return the items of a list, nothing for anything else."""
    return node.items if isinstance(node, Sequence) else []


def _texts(node: Node | None) -> list[Scalar]:
    """Return the single values of a list."""
    return [item for item in _children(node) if isinstance(item, Scalar)]


def _unknown_topic(name: str, topics: frozenset[str]) -> tuple[str, str]:
    """Say that a topic does not exist, and which one is nearest."""
    close = nearest(name, topics)
    suggestion = f" (did you mean {close!r}?)" if close else ""
    known = ", ".join(sorted(topics)) or "none yet"
    return (
        f"no topic called {name[:80]!r}{suggestion}",
        f"a topic's id is its file's name in topics/; there are: {known}",
    )


def _specs(file: DigestsFile, settings: Settings) -> Iterable[DigestSpec]:
    """Yield the digests with the targets they will really be sent to (see `Config`)."""
    page = [Target("html", settings.html.directory)] if settings.html.directory else []
    for shape in file.digests:
        spec = shape.spec(settings.timezone)
        targets = [
            Target("console") if it.kind == "slack" and not settings.slack.configured else it
            for it in spec.to
        ]
        yield replace(spec, to=tuple(dict.fromkeys([*targets, *page])))
