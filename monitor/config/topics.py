"""Topic files to compiled topics: rules read, lists resolved, examples run, every mistake at its line.

A topic's id is its file's stem; `lists.yaml` holds the expressions that rules use as `$name`. A failing example is a mistake like
any other: a change that breaks one is refused, at load and at reload.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.config.document import Mapping as MappingNode
from monitor.config.document import Node, Scalar, Sequence
from monitor.config.rules import rule_problem
from monitor.config.shapes import ListsFile, TopicFile
from monitor.config.source import Report, require_directory
from monitor.config.validation import Document, open_document
from monitor.errors import Problem, SeedError
from monitor.models import Article, Span, TopicSpec

if TYPE_CHECKING:
    from monitor.topics import ExampleFailure, RuleProblem, Topics

LISTS = "lists.yaml"


@dataclass
class TopicFiles:
    """What lies in a folder of topics: the lists, the topics' documents by id, and the folder that seed files are looked up in."""

    folder: Path
    lists: Document[ListsFile] | None = None
    documents: dict[str, Document[TopicFile]] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()

    @property
    def home(self) -> Path:
        """Where seed files are looked up: the folder that holds the configuration's."""
        return self.folder.parent.parent if len(self.folder.parts) > 1 else self.folder / ".." / ".."

    @property
    def specs(self) -> list[TopicSpec]:
        """The topics; of a file with mistakes no more than its rules, so that their mistakes are told in the same report."""
        return [spec for topic, document in self.documents.items() if (spec := _spec(topic, document))]

    @property
    def expressions(self) -> dict[str, tuple[str, ...]]:
        """The lists by name; of a file with mistakes those that can be read."""
        data = self.lists.data if self.lists and isinstance(self.lists.data, dict) else {}
        return {
            name: tuple(map(str, items)) for name, items in data.items() if isinstance(items, list) and items
        }

    def node(self, owner: str, key: str, index: int | None) -> tuple[Document[Any], Node] | None:
        """Return the document and node of a topic's key (`match`, `not`) or of one expression of a list."""
        document = self.documents.get(owner) if key in ("match", "not") else self.lists
        name = key if key in ("match", "not") else owner
        if document is None or not isinstance(document.root, MappingNode) or name not in document.root.values:
            return None
        node = document.root.values[name]
        return document, node.items[index] if isinstance(node, Sequence) and index is not None else node

    def examples(self) -> Iterator[tuple[Document[Any], Scalar]]:
        """Yield every example with its document."""
        for document in self.documents.values():
            for kind in ("yes", "no"):
                for node in _example_nodes(document, kind):
                    yield document, node

    def example(self, topic: str, kind: str, index: int) -> tuple[Document[Any], Scalar]:
        """Return the document and node of one example (`kind` is `yes` or `no`)."""
        document = self.documents[topic]
        return document, _example_nodes(document, kind)[index]


def _spec(topic: str, document: Document[TopicFile]) -> TopicSpec | None:
    """Return a topic's spec; of a file with mistakes only its rules, None if it has none."""
    if document.model:
        return document.model.spec(topic, Path(document.source.name))
    data = document.data if isinstance(document.data, dict) else {}
    match, veto = data.get("match"), data.get("not")
    return (
        TopicSpec(topic, topic, match, veto if isinstance(veto, str) else None)
        if isinstance(match, str)
        else None
    )


def _example_nodes(document: Document[Any], kind: str) -> list[Scalar]:
    """Return the nodes of a topic's examples of one kind."""
    node: Node | None = document.root
    for key in ("examples", kind):
        node = node.values.get(key) if isinstance(node, MappingNode) else None
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def load_topics(directory: Path | str) -> Topics:
    """Read and compile the topics of a configuration's directory, or of the folder `topics` itself.

    Returns topics that match and explain articles. Raises ConfigError with every mistake, failing examples included.
    """
    report = Report()
    topics = compile_files(read_files(_folder(directory), report), report)
    report.raise_any()
    return topics


def run_examples(directory: Path | str) -> tuple[Topics, tuple[Problem, ...]]:
    """Compile the topics and run their examples: the failing ones come back as problems (`monitor topics test`).

    Raises ConfigError with every mistake that is not a failing example.
    """
    report = Report()
    files = read_files(_folder(directory), report)
    topics = _compiled(files, report)
    report.raise_any()
    return topics, tuple(_failing_examples(files, topics))


def _folder(directory: Path | str) -> Path:
    """Return the folder of topic files of a configuration's directory, or the folder itself; raises ConfigError if there is none."""
    folder = Path(directory)
    folder = folder / "topics" if (folder / "topics").is_dir() else folder
    require_directory(folder)
    return folder


def paths(folder: Path) -> list[Path]:
    """Return the files of a folder of topics in the order they are read: the lists, then the topics by id."""
    files = (it for it in folder.glob("*.y*ml") if not it.name.startswith("."))
    return sorted(files, key=lambda it: (it.name != LISTS, it.name))


def read_files(folder: Path, report: Report) -> TopicFiles:
    """Read every file of the folder; mistakes go to the report."""
    found = paths(folder)
    files = TopicFiles(folder, ids=frozenset(it.stem for it in found if it.name != LISTS))
    report.expect(str(path) for path in found)
    for path in found:
        if misnamed := _misnamed(path):
            report.add(misnamed)
        elif path.name == LISTS:
            files.lists = open_document(path, ListsFile, None, report)
        elif document := open_document(path, TopicFile, None, report):
            files.documents[path.stem] = document
    return files


def _misnamed(path: Path) -> Problem | None:
    """Object to a file that would be overlooked, or whose name makes no id."""
    if path.suffix != ".yaml":
        return Problem(str(path), 1, 1, "topic files end in .yaml", hint=f"rename it to {path.stem}.yaml")
    if not re.fullmatch(r"[^\W_][\w.-]*", path.stem):
        return Problem(
            str(path),
            1,
            1,
            "a topic's id is its file's name: letters, digits, - and _ only",
            hint="rename the file",
        )
    return None


def compile_files(files: TopicFiles, report: Report) -> Topics:
    """Compile the topics and run their examples; mistakes go to the report, and what is returned then is of no use.

    While the lists cannot be read, rules that use them are not blamed for it: only the lists' own mistakes are reported.
    """
    topics = _compiled(files, report)
    report.add(_failing_examples(files, topics))
    return topics


def _compiled(files: TopicFiles, report: Report) -> Topics:
    """Compile the topics; mistakes go to the report, and the sound ones are compiled without the others."""
    from monitor.topics import RuleErrors, compile_topics

    try:
        return compile_topics(files.specs, files.expressions)
    except RuleErrors as errors:
        report.add(placed(files, errors.problems))
        return _sound(files, {problem.owner for problem in errors.problems})


def _sound(files: TopicFiles, faulty: Container[str]) -> Topics:
    """Compile the topics whose rules have no mistakes, for the sake of their examples; none if a list is faulty."""
    from monitor.topics import RuleErrors, compile_topics

    try:
        return compile_topics([spec for spec in files.specs if spec.id not in faulty], files.expressions)
    except RuleErrors:
        return compile_topics((), {})


def placed(files: TopicFiles, problems: Iterable[RuleProblem]) -> Iterable[Problem]:
    """Place what is wrong with rules (or, of `Topics.warnings`, may be) in their files."""
    broken_lists = files.lists is None and (files.folder / LISTS).exists()
    for problem in problems:
        found = files.node(problem.owner, problem.key, problem.index)
        if found is None or (broken_lists and problem.error.message.startswith("no list called")):
            continue
        document, node = found
        if isinstance(node, Scalar):
            yield rule_problem(document.source, node, problem.error)
        else:
            yield document.problem(node, problem.error.message, problem.error.hint)


def _failing_examples(files: TopicFiles, topics: Topics) -> Iterable[Problem]:
    """Run every topic's examples; a seed file that cannot be read is a mistake, too."""
    from monitor.topics import check_examples

    seeds, unreadable = _seed_files(files)
    yield from unreadable
    broken = {(problem.file, problem.line, problem.column) for problem in unreadable}
    for failure in check_examples(
        topics, lambda text: seeds.get(text) or Article(text=" ".join(text.split()))
    ):
        problem = _failure(files, failure)
        if (problem.file, problem.line, problem.column) not in broken:
            yield problem


def _failure(files: TopicFiles, failure: ExampleFailure) -> Problem:
    """Describe a failing example at its own line, with what was found or missed."""
    document, node = files.example(failure.topic, failure.kind, failure.index)
    if failure.kind == "yes":
        return document.problem(node, f"this example must match, and does not: {failure.reason}")
    found = ", ".join(dict.fromkeys(f"{_words(failure, span)!r} ({span.term})" for span in failure.spans))
    return document.problem(node, f"this example must not match, and does: {found or failure.reason}")


def _words(failure: ExampleFailure, span: Span) -> str:
    """Return the words of the example that a mention covers."""
    text = failure.article.title if span.zone == "title" else failure.article.text
    return text[span.start : span.end]


def _seed_files(files: TopicFiles) -> tuple[dict[str, Article | None], list[Problem]]:
    """Read the seed files that examples name; an unreadable one is None and a problem."""
    from monitor import seed

    seeds: dict[str, Article | None] = {}
    problems = []
    for document, node in files.examples():
        path = files.home / node.text
        if not node.text.endswith(".txt") or len(node.text.split()) > 1:
            continue
        try:
            seeds[node.text] = seed.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, SeedError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            problems.append(
                document.problem(
                    node, f"this seed file cannot be read: {why}", f"looked for in {path.parent}"
                )
            )
    return seeds, problems
