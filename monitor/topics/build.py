"""From the texts of rules and lists to steps: every mistake of every rule in one go, every term numbered once.

A list is compiled once for text and once for metadata fields, however often it is named, so lists of lists cost no more than their
length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.errors import MonitorError, RuleError
from monitor.models import SourceFilter, TopicSpec
from monitor.topics import plan, tree
from monitor.topics.checks import (
    Lists,
    covered_terms,
    loops,
    only_nots,
    problems,
    references,
    unsearchable,
    vetoed,
)
from monitor.topics.doubts import quoted_operators, silent_signs
from monitor.topics.expressions import Expression, compile_regex
from monitor.topics.language import Reading, read
from monitor.topics.terms import meaning
from monitor.topics.tree import FIELD_ZONES, Node, operator
from monitor.topics.variants import Meaning


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """A mistake and whose it is: `owner` is a topic's id or a list's name, `key` is `match`, `not` or `list`, `index` the position
    in a list (0 otherwise). The error's offsets count in that one text. `doubt` is what kind of warning it is, where it is no mistake:
    `covered`, `silent sign`, `quoted operator` or `unused list`."""

    owner: str
    key: str
    index: int
    error: RuleError
    doubt: str = ""


class RuleErrors(MonitorError):  # noqa: N818  # the plural says that it holds all of them
    """Some rules cannot be used; `problems` holds every mistake of all of them."""

    def __init__(self, problems: Sequence[RuleProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{item.owner} ({item.key}): {item.error}" for item in problems))


class Lexeme(NamedTuple):
    """A term as the index needs it: what it means, or its regular expression, and how the rule writes it."""

    written: str
    means: Meaning | None = None
    regex: Expression | None = None
    field: bool = False


@dataclass(slots=True)
class Rule:
    """A topic ready to look: its spec, and the steps of its `match` and its `not`."""

    spec: TopicSpec
    match: plan.Step
    veto: plan.Step | None
    filtered: bool = False  # whether `sources:` says anything


@dataclass(slots=True)
class Built:
    """All rules with the terms they share, and what was noticed on the way but is no mistake."""

    rules: list[Rule] = field(default_factory=list)
    lexemes: list[Lexeme] = field(default_factory=list)
    warnings: list[RuleProblem] = field(default_factory=list)


def build(specs: Sequence[TopicSpec], lists: Mapping[str, Sequence[str]]) -> Built:
    """Return the compiled rules. Raises `RuleErrors` with every mistake of every rule and list."""
    builder = _Builder(lists)
    builder.check_lists()
    for spec in specs:
        builder.add(spec)
    if builder.problems:
        raise RuleErrors(builder.problems)
    builder.warn_unused()
    return builder.built


class _Builder:
    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._texts = lists
        self._lists = Lists({name: tuple(read(text) for text in texts) for name, texts in lists.items()})
        self.built = Built()
        self.problems: list[RuleProblem] = []
        self._terms: dict[tuple[str, bool], plan.Term] = {}  # one step each, however often a term is written
        self._list_steps: dict[tuple[str, bool], plan.Step] = {}
        self._used: set[str] = set()
        self._lexemes: dict[tuple[str, bool], Lexeme] = {}

    # ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def check_lists(self) -> None:
        """Check every expression of every list, used or not."""
        readings = dict(self._lists)
        for name, index, error in list(loops(self._lists)):
            self._report((name, "list", index), error)
            self._lists[name] = ()  # expanding it would not end
        for name, items in readings.items():
            if not items:
                self._report((name, "list", 0), RuleError("empty list", 0, 1, "write at least one term"))
            for index, reading in enumerate(items):
                self._check((name, "list", index), reading, whole=False)
                self._used.update(references((reading,)))

    def warn_unused(self) -> None:
        """Warn of lists that no rule and no other list names."""
        for name in self._lists:
            if name not in self._used:
                error = RuleError(
                    f"list {name} is never used", 0, 1, f"write ${name} in a rule, or remove it"
                )
                self.built.warnings.append(RuleProblem(name, "list", 0, error, "unused list"))

    # ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def add(self, spec: TopicSpec) -> None:
        """Read, check and compile one topic."""
        reading = read(spec.match)
        match = self._rule((spec.id, "match", 0), reading, spec.match)
        veto = self._veto(spec, spec.veto, reading) if spec.veto is not None else None
        if match is not None:
            self.built.rules.append(Rule(spec, match, veto, spec.sources != SourceFilter()))

    def _veto(self, spec: TopicSpec, text: str, match: Reading) -> plan.Step | None:
        where, veto = (spec.id, "not", 0), read(text)
        if veto.tree is not None and match.tree is not None and not (veto.errors or match.errors):
            error = vetoed(match.tree, veto.tree)
            if error is not None:
                self._report(where, error)
        return self._rule(where, veto, text)

    def _rule(self, where: tuple[str, str, int], reading: Reading, text: str) -> plan.Step | None:
        self._used.update(references((reading,)))
        if not self._check(where, reading, whole=True) or reading.tree is None or self.problems:
            return None  # with a mistake anywhere nothing is compiled, only checked
        return self._step(reading.tree, text, fields=False)

    def _check(self, where: tuple[str, str, int], reading: Reading, *, whole: bool) -> bool:
        """Report what is wrong with one text; True if it can be compiled."""
        errors = list(reading.errors)
        if reading.tree is not None and not errors:
            errors += problems(reading, self._lists)
            errors += self._only_nots(reading) if whole else ()
            errors += self._term_errors(reading)
            errors.sort(key=lambda error: (error.start, -error.end))
        for error in errors:
            self._report(where, error)
        if reading.tree is not None and not errors:
            for doubt, warnings in (
                ("covered", covered_terms(reading)),
                ("silent sign", silent_signs(reading)),
                ("quoted operator", quoted_operators(reading)),
            ):
                self.built.warnings += [RuleProblem(*where, error, doubt) for error in warnings]
        return not errors

    def _only_nots(self, reading: Reading) -> Iterator[RuleError]:
        if reading.tree is not None and reading.nodes.keys() & {tree.Not, tree.ListRef}:
            bad = unsearchable(reading.tree, self._lists)
            if bad is not None:
                yield only_nots(bad)

    def _report(self, where: tuple[str, str, int], error: RuleError) -> None:
        self.problems.append(RuleProblem(*where, error))

    # ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _step(self, node: Node, text: str, *, fields: bool) -> plan.Step:
        if isinstance(node, tree.Term | tree.Regex):
            return self._terms.get((node.written, fields)) or self._term(node, fields=fields)
        if isinstance(node, tree.ListRef):
            return self._list(node.name, fields=fields)
        written = text[node.start : node.end]
        if isinstance(node, tree.Zone) and node.name in FIELD_ZONES:
            return plan.Field(
                written, False, frozenset(), self._step(node.part, text, fields=True), node.name
            )
        parts = tuple([self._step(part, text, fields=fields) for part in tree.children(node)])
        return _compound(node, written, parts)

    def _term(self, node: tree.Term | tree.Regex, *, fields: bool) -> plan.Term:
        lexeme = self._lexeme(node, fields=fields)
        number, acronym = len(self.built.lexemes), lexeme.means is not None and lexeme.means.acronym
        self.built.lexemes.append(lexeme)
        step = plan.Term(node.written, True, frozenset((number,)), number, acronym)
        self._terms[node.written, fields] = step
        return step

    def _lexeme(self, node: tree.Term | tree.Regex, *, fields: bool) -> Lexeme:
        """Return what a term or expression means; worked out once for each way of writing it. Raises `RuleError`."""
        key = (node.written, fields)
        if key not in self._lexemes:
            if isinstance(node, tree.Regex):
                self._lexemes[key] = Lexeme(node.written, None, compile_regex(node), fields)
            else:
                self._lexemes[key] = Lexeme(node.written, meaning(node, folded=fields), None, fields)
        return self._lexemes[key]

    def _term_errors(self, reading: Reading) -> Iterator[RuleError]:
        for kind in (tree.Term, tree.Regex):
            for node in reading.nodes.get(kind, ()):
                try:
                    self._lexeme(node, fields=False)
                except RuleError as error:
                    yield error

    def _list(self, name: str, *, fields: bool) -> plan.Step:
        key = (name, fields)
        if key not in self._list_steps:
            trees = [reading.tree for reading in self._lists[name] if reading.tree is not None]
            texts = self._texts[name]
            parts = tuple(
                self._step(tree, text, fields=fields) for tree, text in zip(trees, texts, strict=True)
            )
            whole = _any(f"${name}", parts)
            needs = plan.needs_mention(whole)
            self._list_steps[key] = plan.Named(whole.written, whole.placed, whole.terms, whole, needs)
        return self._list_steps[key]


def _terms_below(parts: Iterable[plan.Step]) -> frozenset[int]:
    return frozenset().union(*[part.terms for part in parts])


def _any(written: str, parts: tuple[plan.Step, ...]) -> plan.Any:
    plain = {part.number: part for part in parts if isinstance(part, plan.Term)}
    others = tuple([part for part in parts if not isinstance(part, plan.Term)])
    placed = all(part.placed for part in parts)
    return plan.Any(written, placed, _terms_below(parts), parts, plain, others)


def _compound(node: Node, written: str, parts: tuple[plan.Step, ...]) -> plan.Step:
    if isinstance(node, tree.Or):
        return _any(written, parts)
    terms = _terms_below(parts)
    if isinstance(node, tree.And):
        return plan.All(written, False, terms, parts)
    if isinstance(node, tree.Not):
        return plan.No(written, False, terms, parts[0])
    common = (written, all(part.placed for part in parts), terms)
    match node:
        case tree.Near():
            return plan.Near(*common, parts[0], parts[1], node.distance, node.ordered)
        case tree.Outside():
            return plan.Outside(*common, parts[0], parts[1])
        case tree.NotNear():
            return plan.NotNear(*common, parts[0], parts[1], node.distance)
        case tree.AtLeast():
            return plan.AtLeast(*common, parts[0], node.count)
        case tree.Zone():
            return plan.Zone(*common, parts[0], node.name)
    raise TypeError(operator(node))
