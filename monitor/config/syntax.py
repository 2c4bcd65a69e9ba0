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

_BRACKET_START = (
    "a value that begins with [ or { is a list or a mapping; the brackets of rules are round: ( )"
)

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
    if special := _by_text(source, began, here, str(error.problem)):
        return special
    for part, message, hint, at_start in _SAYINGS:
        if part in str(error.problem):
            return source.problem(began if at_start else here, message, hint=hint)
    return source.problem(here, f"this is not YAML: {error.problem}", hint="put the value in quotes")


def _offset(source: Source, mark: Any) -> int:
    """Return a mark's offset; at the end of the text, that of the last character that is no blank."""
    offset = source.offset(mark.line, mark.column)
    return offset if offset < len(source.text) else max(0, len(source.text.rstrip()) - 1)


def _by_text(source: Source, began: int, here: int, problem: str) -> Problem | None:
    """Recognise mistakes by the text at the place rather than by the parser's words for it."""
    line, column = source.place(here)
    text = source.line(line)
    if "\t" in text[: len(text) - len(text.lstrip())]:
        tab = source.starts[line - 1] + text.index("\t")
        return source.problem(tab, "a tab in the indentation", hint="YAML wants spaces: two for each level")
    if "expected key" in problem:
        return _where_no_key_fits(source, line, column)
    if "mapping values" in problem and (above := _line_without_colon(source, line)):
        start = source.starts[above - 1] + len(source.line(above)) - len(source.line(above).lstrip())
        return source.problem(start, "a key without ':'", end=start + 999, hint="write `key: value`")
    if "expected ',' or" in problem or "node content" in problem:
        return _in_brackets(source, began, here)
    if "start any token" in problem and column <= len(text):
        return source.problem(
            here, f"a value cannot begin with {text[column - 1]}", hint="put the value in quotes"
        )
    return None


def _where_no_key_fits(source: Source, line: int, column: int) -> Problem | None:
    """Recognise values that begin with a quote, a bracket or a star and go on behind it."""
    text = source.line(line)[:column]
    start = source.starts[line - 1]
    if re.search(r""":\s+(["']).*\1\s*\S*$""", text):
        return source.problem(start + column - 1, "text after the closing quote", hint=_QUOTED_START)
    if re.search(r":\s+(?:\[.*\]|\{.*\})\s*\S*$", text):
        return source.problem(start + column - 1, "text after the closing bracket", hint=_BRACKET_START)
    if star := re.search(r":\s+\*", text):
        return source.problem(
            start + star.end() - 1,
            "a value that begins with * is an alias",
            hint="put text that begins with * in quotes",
        )
    return None


def _line_without_colon(source: Source, line: int) -> int:
    """Return the number of the line above that should have been a key of its own and lacks its colon, else 0."""
    text = source.line(line)
    for number in range(line - 1, 0, -1):
        above = source.line(number)
        if above.strip() and not above.lstrip().startswith("#"):
            level = len(text) - len(text.lstrip()) == len(above) - len(above.lstrip())
            return number if level and ":" not in above and not above.lstrip().startswith("-") else 0
    return 0


def _in_brackets(source: Source, began: int, here: int) -> Problem | None:
    """Recognise what cuts a list or mapping in brackets short: a # that begins a comment, a variable, an unclosed bracket."""
    for number in range(source.place(began)[0], source.place(here)[0] + 1):
        text, start = source.line(number), source.starts[number - 1]
        if hash_sign := re.search(r"[\[{,:]\s+#", text):
            hint = 'put text that begins with # in quotes, like "#channel"'
            return source.problem(
                start + hash_sign.end() - 1, "everything after this # is a comment", hint=hint
            )
        if variable := re.search(r"""(?<!["'\w])\$\{""", text):
            return source.problem(
                start + variable.start(),
                "a ${NAME} without quotes inside brackets",
                hint='write "${NAME}", with quotes',
            )
    char = source.text[here : here + 1]
    if char and source.text[here:].strip() in ("[", "{"):
        return source.problem(here, f"this {char} is not closed", hint="add the closing bracket")
    if char in ("]", "}", ",") and began == here:
        return source.problem(here, f"a value cannot begin with {char}", hint="put the value in quotes")
    return None
