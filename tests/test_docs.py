"""The documents are under test: commands exist, blocks run, links lead somewhere, settings are described, the version is told."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor import __version__
from tests.standins.terminal import ROOT, monitor

DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "config/README.md",
    "deploy/README.md",
    "seeds/README.md",
)
GUIDES = ("README.md", "config/README.md", "deploy/README.md", "seeds/README.md")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(monitor(?: [^`]+)?)`")


def text(document: str) -> str:
    """Return a document; skip where it is not written yet."""
    path = ROOT / document
    if not path.is_file():
        pytest.fail(f"{document} is missing")
    return path.read_text("utf-8")


def blocks(document: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [body for name, body in FENCE.findall(text(document)) if name == language]


def commands(document: str) -> list[str]:
    """Return every `monitor …` line of a document, in blocks and in running text."""
    lines = [
        line
        for language in ("console", "sh", "bash")
        for block in blocks(document, language)
        for line in block.splitlines()
    ]
    typed = [_command(line) for line in lines]
    spoken = INLINE.findall(FENCE.sub("", text(document)))
    return list(dict.fromkeys(filter(None, [*typed, *spoken])))


def _command(line: str) -> str:
    """Return the call of monitor in a line of a console, without prompt, variables set before it, and comment."""
    found = re.match(r"[$#] (?:[A-Z_]+=\S+ )*(?:\S*/)?(monitor(?: .*)?)$", line)
    return found[1].split("  #")[0].strip() if found else ""


@cache
def _words(group: tuple[str, ...]) -> set[str]:
    """Return the names of a group's commands; none for a command."""
    said = monitor(*group, "--help").out
    listed = said.partition("\nCommands:\n")[2]
    return set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE))


def call(command: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the (sub)command that a line names, and its options."""
    words = shlex.split(command.replace("…", "x"))[1:]
    path: tuple[str, ...] = ()
    for word in words:
        if word not in _words(path):
            break
        path = (*path, word)
    return path, [word.partition("=")[0] for word in words if word.startswith("-") and word != "-"]


def every_command() -> Iterator[Any]:
    """Yield (document, command) for the guides that are there."""
    for document in GUIDES:
        if ROOT.joinpath(document).is_file():
            yield from (
                pytest.param(document, command, id=f"{document}: {command}") for command in commands(document)
            )


@pytest.mark.parametrize(("document", "command"), list(every_command()))
def test_a_command_that_is_named_exists(document: str, command: str) -> None:
    """The command answers to --help, and every option the line uses is in it."""
    path, options = call(command)
    words = [word for word in shlex.split(command.replace("…", "x"))[1:] if not word.startswith("-")]
    assert bool(path) == bool(words), f"{document} names `{command}`, and there is no such command"
    if path and _words(path):
        assert len(words) == len(path), (
            f"{document} names `{command}`, and `{' '.join(path)}` has no such command"
        )
    said = monitor(*path, "--help")
    assert said.code == 0
    for option in options:
        assert re.search(rf"(?<![\w-]){re.escape(option)}\b", said.out), (
            f"{document}: `{command}`: no option {option}"
        )


def test_the_guides_name_commands() -> None:
    """The collector above finds something to check (it would pass on nothing)."""
    found = {command for parameters in every_command() for command in parameters.values[1:]}
    assert {"monitor run", "monitor check", "monitor status"} <= found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    """A link to a file of the repository names a file that is there, and its heading, if it names one."""
    for target in LINK.findall(re.sub(r"`[^`]*`", "", FENCE.sub("", text(document)))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        path = ROOT.joinpath(document).parent / name if name else ROOT / document
        assert path.exists(), f"{document} links to {target}"
        if heading:
            assert heading in headings(path), f"{document} links to {target}"


def headings(path: Path) -> set[str]:
    """Return the anchors of a Markdown file's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}


def test_the_python_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block, with a page and a feed of the sample world for the names it leaves open."""
    monkeypatch.chdir(ROOT)
    world = ROOT / "seeds" / "world"
    found = blocks("README.md", "python")
    assert found
    for block in found:
        names: dict[str, Any] = {
            "html": world.joinpath("harbor-courier", "herring-return.html").read_bytes(),
            "body": world.joinpath("harbor-courier", "rss.xml").read_bytes(),
        }
        exec(compile(block, "README.md", "exec"), names)
        assert names["feed"].entries
        assert names["text"] == names["article"].text


def test_the_topics_of_the_readme_compile(tmp_path: Path) -> None:
    """Every topic shown is valid and passes its own examples, with the shipped lists."""
    found = [block for block in blocks("README.md", "yaml") if re.search(r"^match:", block, re.MULTILINE)]
    assert found
    folder = tmp_path / "topics"
    folder.mkdir()
    folder.joinpath("lists.yaml").write_bytes(ROOT.joinpath("config", "topics", "lists.yaml").read_bytes())
    for number, block in enumerate(found):
        folder.joinpath(f"topic-{number}.yaml").write_text(block, "utf-8")
    said = monitor("topics", "test", "--config", tmp_path)
    assert said.code == 0, said


# ── settings ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def keys(shape: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of a settings model, as they are written in the file."""
    for name, field in shape.model_fields.items():
        key = prefix + (field.alias or name)
        if hasattr(field.annotation, "model_fields"):
            yield from keys(field.annotation, f"{key}.")
        else:
            yield key


def written(node: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of a YAML file."""
    for key, value in node.items():
        yield from written(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"]


def test_every_setting_is_shown_and_described() -> None:
    """config/monitor.yaml holds every key (a key read from a file is named in a comment), and each has a comment or a sentence of its own."""
    from monitor.config.settings import Settings

    source = ROOT.joinpath("config", "monitor.yaml").read_text("utf-8")
    shown = set(written(YAML(typ="safe", pure=True).load(source)))
    known = set(keys(Settings))
    assert shown <= known
    hidden = {key for key in known - shown if not re.search(rf"\b{key.rpartition('.')[2]}\b", source)}
    assert {key for key in hidden if not key.endswith("_file")} == set()
    assert "token_file" in source
    assert "password_file" in source


def test_every_setting_has_a_description_for_editors() -> None:
    """What an editor shows beside a key is never empty."""
    schema = monitor("config", "schema", "monitor").json

    def described(node: dict[str, Any]) -> Iterator[str]:
        for name, value in node.get("properties", {}).items():
            sections = [one["$ref"] for one in (value, *value.get("anyOf", ())) if "$ref" in one]
            if not sections and not value.get("description"):
                yield name
            for section in sections:
                yield from described(schema["$defs"][section.rpartition("/")[2]])

    assert list(described(schema)) == []


@pytest.mark.parametrize("name", ["monitor", "feeds", "digests"])
def test_every_key_of_a_file_is_told_of(name: str) -> None:
    """Keys that the schema knows are named in the commented file or in config/README.md."""
    schema = monitor("config", "schema", name).json
    told = ROOT.joinpath("config", f"{name}.yaml").read_text("utf-8") + text("config/README.md")
    known = {
        key for node in [schema, *schema.get("$defs", {}).values()] for key in node.get("properties", {})
    }
    assert {key for key in known if not re.search(rf"\b{re.escape(key)}\b", told)} == set()


# ── the rest ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_changelog_has_this_version() -> None:
    """The newest released section is this version; it says when, and what is in it."""
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", text("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == __version__


def test_the_targets_of_the_makefile_are_told() -> None:
    """Every `make …` of the documents is a target."""
    targets = set(re.findall(r"^([a-z]+):", ROOT.joinpath("Makefile").read_text("utf-8"), re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"(?:^\$ |`)make ([a-z]+)", text(document), re.MULTILINE))
        assert named <= targets, document


def test_no_document_names_a_machine() -> None:
    """No path of somebody's machine, no private host."""
    for document in DOCUMENTS:
        assert not re.search(r"/(?:home|root|work|Users)/", text(document)), document
