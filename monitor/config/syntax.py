"""What the YAML parser's complaints mean to a person who writes a configuration, not a parser.

libyaml names the token it did not expect; the reader wants to hear of the tab, the missing quote or the indentation behind it. The
table below was written from its messages (libyaml 0.2.5, scanner.c and parser.c); an unknown one is passed on as it is.
"""

from __future__ import annotations

import re
from typing import Any

from monitor.config.source import Source
from monitor.errors import Problem

_QUOTED_START = "a value that begins with a quote ends with it; write `match: >` and the whole rule, indented, on the next line"

# (part of the parser's message, what is said, hint, whether the place is where the construct began)
_SAYINGS = (
    ("found a tab character", "a tab in the indentation", "YAML wants spaces: two for each level", False),
    (
        "mapping values are not allowed",
        "a ':' where no key can stand",
        "check this line's indentation, or put the value in quotes",
        False,
    ),
    (
        "sequence entries are not allowed",
        "a list begins on the key's own line",
        "begin each '- ' on a line of its own",
        False,
    ),
    ("mapping keys are not allowed", "a '? ' where no key can stand", "put the value in quotes", False),
    ("expected ',' or ']'", "this list is not closed", "add the ']', or a ',' between its values", True),
    ("expected ',' or '}'", "this mapping is not closed", "add the '}', or a ',' between its keys", True),
    (
        "found unexpected end of stream",
        "this quote is not closed",
        "add the closing quote; inside '…' an apostrophe is written ''",
        True,
    ),
    (
        "could not find expected ':'",
        "a key without ':'",
        "write `key: value`, or indent the line if it goes on from above",
        True,
    ),
    (
        "did not find expected '-' indicator",
        "a line that is no part of the list above it",
        "begin it with '- ', or mend its indentation",
        False,
    ),
    (
        "expected <block end>",
        "a line that does not fit the keys around it",
        "line it up with the keys of its level",
        False,
    ),
    (
        "did not find expected key",
        "a line that does not fit the keys around it",
        "line it up with the keys of its level",
        False,
    ),
    (
        "found unknown escape character",
        "an unknown escape in double quotes",
        "use single quotes, or write \\\\ for a backslash",
        False,
    ),
    (
        "expected alphabetic or numeric",
        "a value cannot begin with * or & alone",
        "put the value in quotes",
        True,
    ),
    (
        "expected comment or line break",
        "text after the | or >",
        "begin the text on the next line, indented",
        False,
    ),
    ("found incompatible YAML", "a YAML version that is not known", "remove the %YAML line", False),
)


def syntax_problem(source: Source, error: Any) -> Problem:
    """Return the mistake behind a parser's error (a `MarkedYAMLError`), placed and put in plain words."""
    here = _offset(source, error.problem_mark or error.context_mark)
    began = _offset(source, error.context_mark or error.problem_mark)
    if special := _by_text(source, here, str(error.problem)):
        return special
    for part, message, hint, at_start in _SAYINGS:
        if part in str(error.problem):
            return source.problem(began if at_start else here, message, hint=hint)
    return source.problem(here, f"this is not YAML: {error.problem}", hint="put the value in quotes")


def _offset(source: Source, mark: Any) -> int:
    """Return a mark's offset; at the end of the text, that of the last character that is no blank."""
    offset = source.offset(mark.line, mark.column)
    return offset if offset < len(source.text) else max(0, len(source.text.rstrip()) - 1)


def _by_text(source: Source, here: int, problem: str) -> Problem | None:
    """Recognise mistakes by the text at the place rather than by the parser's words for it."""
    line, column = source.place(here)
    text = source.line(line)
    if "\t" in text[: len(text) - len(text.lstrip())]:
        tab = here - (column - 1) + text.index("\t")
        return source.problem(tab, "a tab in the indentation", hint="YAML wants spaces: two for each level")
    if "expected key" in problem and re.search(r""":\s+(["']).*\1\s*\S*$""", text[:column]):
        return source.problem(here, "text after the closing quote", hint=_QUOTED_START)
    if "expected key" in problem and (star := re.search(r":\s+\*", text[:column])):
        at = here - column + star.end()
        return source.problem(
            at, "a value that begins with * is an alias", hint="put text that begins with * in quotes"
        )
    if "node content" in problem and (hash_sign := _comment_in_brackets(source, here)) is not None:
        return source.problem(
            hash_sign,
            "everything after this # is a comment",
            hint='put text that begins with # in quotes, like "#channel"',
        )
    if "expected ',' or" in problem and (variable := re.search(r"""(?<!["'\w])\$\{""", text)):
        at = source.starts[line - 1] + variable.start()
        return source.problem(
            at, "a ${NAME} without quotes inside brackets", hint='write "${NAME}", with quotes'
        )
    if "node content" in problem and text[column - 1 :].strip() in ("[", "{"):
        return source.problem(here, f"this {text[column - 1]} is not closed", hint="add the closing bracket")
    if ("start any token" in problem or "node content" in problem) and column <= len(text):
        return source.problem(
            here, f"a value cannot begin with {text[column - 1]}", hint="put the value in quotes"
        )
    return None


def _comment_in_brackets(source: Source, here: int) -> int | None:
    """Return the offset of a `#` that cut off a value inside brackets, on the last line before the place."""
    for number in range(source.place(here)[0], 0, -1):
        if source.line(number).strip():
            hash_sign = re.search(r"[\[{,:]\s+#", source.line(number))
            return source.starts[number - 1] + hash_sign.end() - 1 if hash_sign else None
    return None
