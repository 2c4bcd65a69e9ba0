"""A file's tree against its model: what pydantic objects to, placed in the file and put in words for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from monitor.config.document import Mapping as MappingNode
from monitor.config.document import Node, Scalar, Sequence, parse
from monitor.config.fields import Shape
from monitor.config.source import Report, Source, read
from monitor.config.values import WrongValue, nearest
from monitor.config.variables import Reading
from monitor.errors import ConfigError, Problem

M = TypeVar("M", bound=BaseModel)

# pydantic's error types (docs.pydantic.dev, "Validation Errors") in the words of the person who wrote the file.
_SAYINGS = {
    "string_type": ("this must be text", "put it in quotes"),
    "string_too_short": ("this must not be empty", ""),
    "int_type": ("this must be a whole number", ""),
    "int_from_float": ("this must be a whole number", ""),
    "float_type": ("this must be a number", ""),
    "bool_type": ("this must be true or false", ""),
    "tuple_type": ("this must be a list", "write [one, two], or each on a line that begins with '- '"),
    "list_type": ("this must be a list", "write [one, two], or each on a line that begins with '- '"),
    "dict_type": ("this must be a mapping", "write `key: value`, each on a line of its own"),
    "model_type": ("this must be a mapping", "write `key: value`, each on a line of its own"),
    "finite_number": ("this must be a number", ""),
}


@dataclass
class Document(Generic[M]):
    """One file as read: its source, tree, plain data, and the model if it has no mistakes of its own."""

    source: Source
    root: Node
    data: Any
    model: M | None = None

    def items(self, key: str) -> Iterator[tuple[MappingNode, dict[str, Any]]]:
        """Yield the mappings listed under a top-level key as (node, plain data), wrong ones included."""
        listed = self.root.values.get(key) if isinstance(self.root, MappingNode) else None
        if isinstance(listed, Sequence):
            for node, data in zip(listed.items, self.data[key], strict=True):
                if isinstance(node, MappingNode):
                    yield node, data

    def problem(self, node: Node, message: str, hint: str = "") -> Problem:
        """Describe a mistake at a node."""
        return self.source.problem(node.start, message, end=_visible_end(node), hint=hint)


def open_document(
    path: Path, model: type[M], env: Mapping[str, str] | None, report: Report
) -> Document[M] | None:
    """Read and validate a file; its mistakes go to the report.

    Returns None if there is no such file or its YAML cannot be read; `Document.model` is None if it has mistakes.
    """
    try:
        source = read(path)
    except ConfigError as error:
        report.add(error.problems)
        return None
    return validated(source, model, env, report) if source else None


def validated(
    source: Source, model: type[M], env: Mapping[str, str] | None, report: Report
) -> Document[M] | None:
    """Validate a file's text; its mistakes go to the report. Returns None if its YAML cannot be read; see `open_document`."""
    try:
        root, problems = parse(source)
    except ConfigError as error:
        report.add(error.problems)
        return None
    report.add(problems)
    reading = Reading(env)
    root = root or MappingNode(0, 0)
    data = reading.plain(root)
    document: Document[M] = Document(source, root, {} if data is None else data)
    partly = [document.problem(node, _not_set(name)) for node, name in _partly_unset(root, reading)]
    report.add(partly)
    contradictions = list(_contradictions(document, model, root, document.data))
    report.add(contradictions)
    try:
        valid = model.model_validate(document.data)
        document.model = None if partly or contradictions else valid
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            if not _follows(document.root, detail):
                report.add(_problem(document, model, detail, reading))
    return document


def _follows(root: Node, detail: Any) -> bool:
    """Tell whether a complaint of pydantic only follows from another: a list is "too short" once its items are refused."""
    _, node, rest = _find(root, tuple(detail["loc"]))
    return detail["type"] == "too_short" and not rest and isinstance(node, Sequence) and bool(node.items)


def _contradictions(
    document: Document[Any], model: type[BaseModel], node: Node, data: Any
) -> Iterator[Problem]:
    """Yield what the models object to about keys together, whatever else is wrong with their values."""
    if isinstance(node, Sequence):
        for item, value in zip(node.items, data, strict=True):
            yield from _contradictions(document, model, item, value)
    if not isinstance(node, MappingNode) or not issubclass(model, Shape):
        return
    for wrong in model.contradictions(data):
        yield document.problem(_blamed(node, wrong), str(wrong), wrong.hint)
    for key, inner in _shapes_in(model).items():
        if key in data:
            yield from _contradictions(document, inner, node.values[key], data[key])


def _not_set(variable: str) -> str:
    """Say that a variable is missing."""
    return f"the environment variable {variable} is not set"


def _partly_unset(root: Node, reading: Reading) -> Iterator[tuple[Node, str]]:
    """Yield the texts that hold an unset variable among other characters."""
    for node in _walk(root) if reading.unset else ():
        if id(node) in reading.unset and not reading.is_whole(node):
            yield node, reading.unset[id(node)]


def _walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it."""
    yield node
    children = (
        node.items
        if isinstance(node, Sequence)
        else list(node.values.values())
        if isinstance(node, MappingNode)
        else []
    )
    for child in children:
        yield from _walk(child)


def _problem(document: Document[Any], model: type[BaseModel], detail: Any, reading: Reading) -> Problem:
    """Turn one complaint of pydantic into a problem with its place."""
    path = tuple(detail["loc"])
    key, node, rest = _find(document.root, path)
    if unset := _unset_near(node, rest, reading):
        return document.problem(unset, _not_set(reading.unset[id(unset)]))
    if detail["type"] == "extra_forbidden":
        return _unknown_key(document, model, path, key or node)
    if detail["type"] == "missing":
        return document.problem(node, f"the key {path[-1]!r} is missing")
    if isinstance(node, Scalar) and node.value() is None:
        return _empty(document, key or node, node)
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, WrongValue):
        return document.problem(_blamed(node, cause), str(cause), cause.hint)
    if node is document.root and isinstance(node, Sequence):
        return document.problem(
            node, "the list needs a key above it", f"begin the file with `{_valid_keys(model, ())[0]}:`"
        )
    return document.problem(node, *_saying(detail, node))


def _find(root: Node, path: tuple[int | str, ...]) -> tuple[Scalar | None, Node, tuple[int | str, ...]]:
    """Follow pydantic's path through the tree: the key that leads to the node, the node, and what of the path is not there."""
    key, node = None, root
    for index, part in enumerate(path):
        if isinstance(node, MappingNode) and part in node.values:
            key, node = node.keys[str(part)], node.values[str(part)]
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            key, node = None, node.items[part]
        elif part == "[key]" and key is not None:
            return key, key, ()
        else:
            return key, node, path[index:]
    return key, node, ()


def _unset_near(node: Node, rest: tuple[int | str, ...], reading: Reading) -> Node | None:
    """Return the scalar whose missing variable explains a mistake at a node, if one does."""
    near = [node]
    if isinstance(node, MappingNode):
        near = [node.values[str(rest[0])]] if rest and rest[0] in node.values else list(node.values.values())
    return next((it for it in near if id(it) in reading.unset and reading.is_whole(it)), None)


def _unknown_key(
    document: Document[Any], model: type[BaseModel], path: tuple[int | str, ...], key: Node
) -> Problem:
    """Describe a key that does not exist, with the nearest one that does."""
    valid = _valid_keys(model, path[:-1])
    close = nearest(str(path[-1]), valid)
    suggestion = f" (did you mean {close!r}?)" if close else ""
    return document.problem(
        key,
        f"unknown key {str(path[-1])[:60]!r}{suggestion}",
        _elsewhere(model, path) or ("" if close else "keys here: " + ", ".join(valid)),
    )


def _elsewhere(model: type[BaseModel], path: tuple[int | str, ...]) -> str:
    """Say where a key belongs that is known one level further in."""
    sections = _shapes_in(_model_at(model, path[:-1])).items()
    inside = [name for name, shape in sections if path[-1] in _keys(shape)]
    return f"it stands under `{inside[0]}:`" if inside else ""


def _valid_keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Return the keys a mapping at a path may have."""
    return _keys(_model_at(model, path))


def _model_at(model: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel]:
    for part in path:
        model = _shapes_in(model).get(str(part), model)
    return model


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


@cache
def _shapes_in(model: type[BaseModel]) -> dict[str, type[Shape]]:
    """Return the models below a model by the key they stand under."""
    found = {field.alias or name: _shape_in(field) for name, field in model.model_fields.items()}
    return {key: shape for key, shape in found.items() if shape}


def _shape_in(field: FieldInfo) -> type[Shape] | None:
    """Return the model a field's type is made of (`tuple[FeedShape, ...]`, `AlertShape | None`)."""
    waiting = [field.annotation]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, Shape):
            return kind
        waiting.extend(get_args(kind))
    return None


def _blamed(node: Node, wrong: WrongValue) -> Node:
    """Return the key or value of a mapping that is to blame, or the node itself."""
    if isinstance(node, MappingNode):
        return node.keys.get(wrong.key) or node.values.get(wrong.value_of) or node
    return node


def _empty(document: Document[Any], shown: Node, node: Scalar) -> Problem:
    """Describe a value that is not there; a `#` behind it is the usual reason."""
    line, column = document.source.place(node.start)
    after = document.source.line(line)[column - 1 :].lstrip()
    hint = (
        f'a # begins a comment: put the value in quotes, like "{after.split()[0]}"'
        if after.startswith("#") and after[1:2].isalnum()
        else ""
    )
    return document.problem(shown, "there is no value here", hint)


def _saying(detail: Any, node: Node) -> tuple[str, str]:
    """Return message and hint for one of pydantic's error types."""
    kind, ctx = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        words = [word.strip("'") for word in str(ctx["expected"]).replace(" or ", ", ").split(", ")]
        close = nearest(node.text, words) if isinstance(node, Scalar) else None
        return "not one of the words known here" + (
            f" (did you mean {close!r}?)" if close else ""
        ), "one of " + ", ".join(words)
    for limit, words_for in (("ge", "at least"), ("le", "at most"), ("gt", "more than"), ("lt", "less than")):
        if limit in ctx:
            return f"this must be {words_for} {ctx[limit]:g}", ""
    if kind == "too_long":
        return f"this list has more than {ctx['max_length']} items", ""
    if kind == "too_short":
        return "this list is empty", ""
    if kind == "tuple_type" and isinstance(node, Scalar):
        return (
            "this must be a list",
            f"write [{node.text}]" if node.text.isalnum() else f'write ["{node.text}"]',
        )
    if kind == "model_type" and isinstance(node, Scalar) and (glued := re.match(r"[\w-]+:(?=\S)", node.text)):
        return "a ':' without a blank after it", f"write `{glued[0]} {node.text[glued.end() :]}`"
    if kind == "string_type" and isinstance(node, MappingNode):
        return "this must be text, and a ': ' makes it a mapping", "put the whole text in quotes"
    return _SAYINGS.get(kind, (str(detail["msg"]), ""))


def _visible_end(node: Node) -> int:
    """Return where the underline of a node ends: a mapping is underlined at its first key."""
    if isinstance(node, MappingNode) and node.keys:
        first = next(iter(node.keys.values()))
        return first.end if first.start == node.start else node.start + 1
    return max(node.end, node.start + 1)
