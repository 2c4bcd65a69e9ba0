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

from monitor.config import ordinary
from monitor.config.document import Mapping as MappingNode
from monitor.config.document import Node, Scalar, Sequence
from monitor.config.rules import rule_problem
from monitor.config.source import Report, Source, read, require_directory
from monitor.errors import ConfigError, Doubt, Problem, SeedError
from monitor.models import Article, Span, TopicSpec

if TYPE_CHECKING:
    from monitor.config.topic_shapes import TopicFile
    from monitor.config.validation import Document
    from monitor.topics import ExampleFailure, RuleProblem, Topics

LISTS = "lists.yaml"


@dataclass
class TopicFiles:
    """What lies in a folder of topics: its sources by id, the topics and lists read from them, and what was read with care.

    Of a file with mistakes a topic holds no more than its rules, and the lists are those that can be read, so that their mistakes are
    told in the same report. `documents` are made where a place in a file is wanted: an ordinary file has none until then.
    """

    folder: Path
    ids: frozenset[str] = frozenset()
    sources: dict[str, Source] = field(default_factory=dict)
    specs: list[TopicSpec] = field(default_factory=list)
    expressions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    documents: dict[str, Document[Any] | None] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """Where seed files are looked up: the folder that holds the configuration's."""
        return self.folder.parent.parent if len(self.folder.parts) > 1 else self.folder / ".." / ".."

    def add(self, path: Path, source: Source, report: Report) -> None:
        """Read one file; its mistakes go to the report."""
        if path.name == LISTS:
            self._add_lists(source, report)
            return
        self.sources[path.stem] = source
        spec = ordinary.topic(source.text, path.stem, path)
        if spec is None and (document := self._opened(path.stem, report)):
            spec = _spec(path.stem, document)
        if spec is not None:
            self.specs.append(spec)

    def _add_lists(self, source: Source, report: Report) -> None:
        self.sources[LISTS] = source
        found = ordinary.lists(source.text)
        if found is None:
            document = self._opened(LISTS, report)
            data = document.data if document and isinstance(document.data, dict) else {}
            found = {
                name: tuple(map(str, items))
                for name, items in data.items()
                if isinstance(items, list) and items
            }
        self.expressions = found
        from monitor.topics.lexer import can_name_a_list

        for name in found:
            if not can_name_a_list(name) and (document := self._opened(LISTS, report)):
                report.add([_unusable(document, name)])

    def _opened(self, name: str, report: Report) -> Document[Any] | None:
        """Read a file with care, once."""
        from monitor.config.topic_shapes import ListsFile, TopicFile
        from monitor.config.validation import validated

        if name not in self.documents:
            model: type[Any] = ListsFile if name == LISTS else TopicFile
            self.documents[name] = validated(self.sources[name], model, None, report)
        return self.documents[name]

    def document(self, name: str) -> Document[Any] | None:
        """Return a topic's document, or that of the lists; None if there is none, or its YAML cannot be read."""
        return self._opened(name, Report()) if name in self.sources else None

    def lists_are_broken(self) -> bool:
        """Tell whether there is a file of lists that cannot be read."""
        return (self.folder / LISTS).exists() and self.document(LISTS) is None

    def node(self, owner: str, key: str, index: int | None) -> tuple[Document[Any], Node] | None:
        """Return the document and node of a topic's key (`match`, `not`) or of one expression of a list."""
        document = self.document(owner if key in ("match", "not") else LISTS)
        name = key if key in ("match", "not") else owner
        if document is None or not isinstance(document.root, MappingNode) or name not in document.root.values:
            return None
        node = document.root.values[name]
        return document, node.items[index] if isinstance(node, Sequence) and index is not None else node

    def seeds(self) -> Iterator[tuple[Document[Any], Scalar]]:
        """Yield every example that names a seed file, with its document."""
        for spec in self.specs:
            if any(map(_is_seed, (*spec.examples.yes, *spec.examples.no))):
                yield from self._seeds_of(spec.id)
        for name, document in self.documents.items():
            if document is not None and document.model is None:
                yield from self._seeds_of(name)

    def _seeds_of(self, topic: str) -> Iterator[tuple[Document[Any], Scalar]]:
        if (document := self.document(topic)) is None:
            return
        for node in (*_example_nodes(document, "yes"), *_example_nodes(document, "no")):
            if _is_seed(node.text):
                yield document, node

    def example(self, topic: str, kind: str, index: int) -> tuple[Document[Any], Scalar]:
        """Return the document and node of one example (`kind` is `yes` or `no`)."""
        document = self.document(topic)
        assert document is not None  # noqa: S101  # its examples were run, so it could be read
        return document, _example_nodes(document, kind)[index]


def _unusable(document: Document[Any], name: str) -> Problem:
    """Object to a list that no rule can name."""
    from monitor.topics.lexer import can_name_a_list

    key = document.root.keys[name] if isinstance(document.root, MappingNode) else document.root
    close = re.sub(r"[^\w-]+|^[\d_]+", "-", name).strip("-")
    message = "a list's name is letters, digits, - and _, a letter first"
    return document.problem(key, message, f"write {close}:" if can_name_a_list(close) else "")


def _is_seed(example: str) -> bool:
    """Tell whether an example is the path of a seed file, not a sentence."""
    return example.endswith(".txt") and len(example.split()) == 1


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
    files = [it for it in folder.glob("*.y*ml") if not it.name.startswith(".")]
    return sorted(files, key=lambda it: (it.name != LISTS, it.name))


def read_files(folder: Path, report: Report) -> TopicFiles:
    """Read every file of the folder; mistakes go to the report."""
    found = paths(folder)
    files = TopicFiles(folder, ids=frozenset(it.stem for it in found if it.name != LISTS))
    report.expect(str(path) for path in found)
    for path in found:
        if misnamed := _misnamed(path):
            report.add(misnamed)
            continue
        try:
            source = read(path)
        except ConfigError as error:
            report.add(error.problems)
            continue
        if source is not None:
            files.add(path, source, report)
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
    """Place what is wrong with rules (or may be, see `doubts`) in their files."""
    for problem in problems:
        found = files.node(problem.owner, problem.key, problem.index)
        if found is None or (problem.error.message.startswith("no list called") and files.lists_are_broken()):
            continue
        document, node = found
        if isinstance(node, Scalar):
            yield rule_problem(document.source, node, problem.error)
        else:
            yield document.problem(node, problem.error.message, problem.error.hint)


def doubts(files: TopicFiles, topics: Topics) -> Iterator[Doubt]:
    """Yield the warnings of compiled topics, placed in their files, each with what kind it is."""
    for warning in topics.warnings:
        for problem in placed(files, [warning]):
            yield Doubt.of(problem, warning.doubt)


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
    for document, node in files.seeds():
        path = files.home / node.text
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
