"""One configuration file as text, able to say where in it something is wrong.

Every mistake is shown the same way: `file:line:column`, the line itself, a caret and a hint (`errors.Problem`). What is shown of the
line never holds a secret: a token typed into the file is masked before the line is quoted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from monitor.errors import ConfigError, Problem

MAX_BYTES = 2**20  # spec/safety.md, "1 MiB caps": no configuration file of a person is as long
MAX_SNIPPET = 160  # columns quoted of a line; of a longer one, those around the place

# Line breaks of YAML 1.1 that no editor shows as such; they would put every later line number out.
_INVISIBLE_BREAKS = {"\x85": "U+0085", "\u2028": "U+2028", "\u2029": "U+2029"}
# YAML 1.2, 5.1: the printable set; everything else must be escaped in double quotes.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
# What is masked in a quoted line: values of keys that name a secret, Slack tokens and hooks wherever they stand, URL credentials.
_NAMES_A_SECRET = (
    r"""(?i:[\w-]*(?:token|password|secret|api[_-]?key)|authorization|cookie|webhook)["']?\s*:\s+"""  # noqa: S105  # a pattern
)
_SECRETS = (
    re.compile(rf"""^[\s-]*["']?{_NAMES_A_SECRET}(?P<it>[^\s#].*?)\s*$"""),  # a line of its own: all of it
    re.compile(
        rf"""[{{,]\s*["']?{_NAMES_A_SECRET}(?P<it>"[^"]*"|'[^']*'|[^\s#"',}}\]][^,}}\]]*)"""
    ),  # in brackets: as far as the value goes
    re.compile(r"(?P<it>\bxox[a-z]-[\w-]+|\bxapp-[\w-]+)"),
    re.compile(r"hooks\.slack\.com/(?P<it>[^\s\"'}\]]+)"),
    re.compile(r"://(?:[^/\s:@\"']*:)(?P<it>[^/\s@\"']+)@"),
    re.compile(r"://(?P<it>[^/\s:@\"']{16,})@"),
)
_VARIABLE = re.compile(r"""["']?\$\{[^}]*\}["']?\s*[,}]?\s*(?:#.*)?""")


class Source:
    """The text of one file. `name` is how it is shown, `text` has LF line ends only; offsets count characters from 0."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins; only wanted once something is wrong."""
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column (from 1) of an offset."""
        line = bisect_right(self.starts, offset) - 1
        return line + 1, offset - self.starts[line] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column (both from 0), kept inside the text."""
        if line >= len(self.starts):
            return len(self.text)
        return min(self.starts[line] + column, len(self.text))

    def line(self, number: int) -> str:
        """Return a line (from 1) without its line end."""
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end]

    def problem(self, start: int, message: str, *, end: int | None = None, hint: str = "") -> Problem:
        """Describe a mistake at `start` (to `end`, underlined as far as its line goes)."""
        line, column = self.place(start)
        text = self.line(line)
        width = max(1, min((start + 1 if end is None else end) - start, len(text) - column + 1))
        shown, cut = snippet(text, column)
        return Problem(
            self.name,
            line,
            column,
            message,
            shown,
            min(width, len(shown) - (column - 1 - cut) or 1),
            hint,
            cut,
        )


def snippet(line: str, column: int) -> tuple[str, int]:
    """Return the line as it is quoted in a report, secrets masked, and how many columns are left out on its left."""
    shown = masked(line)
    if len(shown) <= MAX_SNIPPET:
        return shown, 0
    start = max(0, min(column - MAX_SNIPPET // 2, len(shown) - MAX_SNIPPET))
    part = shown[start : start + MAX_SNIPPET]
    part = part if start + MAX_SNIPPET >= len(shown) else part[:-1] + "…"
    return (part, 0) if start == 0 else ("…" + part[1:], start)


def masked(line: str) -> str:
    """Return the line with every secret in it written as asterisks of the same width; `${NAME}` is no secret."""
    for pattern in _SECRETS:
        for match in pattern.finditer(line):
            start, end = match.span("it")
            if not _VARIABLE.fullmatch(match["it"]):
                line = line[:start] + "*" * (end - start) + line[end:]
    return line


def decode(name: str, data: bytes) -> Source:
    """Return the source of a file's bytes.

    Raises ConfigError if they are too many, not UTF-8, or hold characters that no editor shows (controls, odd line breaks).
    """
    if len(data) > MAX_BYTES:
        raise ConfigError(
            [
                Problem(
                    name,
                    1,
                    1,
                    f"the file is longer than {MAX_BYTES // 2**20} MiB",
                    hint="split it, or move it elsewhere",
                )
            ]
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([_not_utf8(name, data, error.start)]) from None
    source = Source(name, text.replace("\r\n", "\n").replace("\r", "\n"))
    if unprintable := [_unprintable(source, match) for match in _UNPRINTABLE.finditer(source.text)][:10]:
        raise ConfigError(unprintable)
    return source


def _not_utf8(name: str, data: bytes, at: int) -> Problem:
    """Place the first byte that is not UTF-8."""
    before = data[:at].decode("utf-8", "replace")
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return Problem(
        name,
        line,
        column,
        f"byte 0x{data[at]:02x} is not UTF-8",
        hint="save the file with the encoding UTF-8",
    )


def _unprintable(source: Source, match: re.Match[str]) -> Problem:
    """Describe a character that cannot be seen and may not stand in a YAML file."""
    char = match[0]
    kind = "invisible line break" if char in _INVISIBLE_BREAKS else "control character"
    line, column = source.place(match.start())
    shown, cut = snippet("".join("·" if _UNPRINTABLE.match(it) else it for it in source.line(line)), column)
    return Problem(
        source.name,
        line,
        column,
        f"{kind} U+{ord(char):04X}",
        shown,
        hint="delete it, and type the line anew if need be",
        cut=cut,
    )


def read(path: Path) -> Source | None:
    """Return the source of a file, None if there is no such file; raises ConfigError if it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError([Problem(str(path), 1, 1, f"the file cannot be read: {error.strerror}")]) from None
    return decode(str(path), data)


def require_directory(path: Path) -> None:
    """Raise ConfigError, which says how to make one, if there is no directory at a path."""
    if not path.is_dir():
        raise ConfigError(
            [
                Problem(
                    str(path),
                    1,
                    1,
                    "there is no such directory",
                    hint="`monitor init` writes a configuration",
                )
            ]
        )


class Report:
    """The mistakes found so far, over all files; `raise_any` ends the loading with all of them at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._files: list[str] = []

    def expect(self, names: Iterable[str]) -> None:
        """Fix the order in which the files are reported."""
        self._files.extend(names)

    def add(self, problems: Problem | Iterable[Problem]) -> None:
        """Note one mistake or several."""
        self.problems.extend([problems] if isinstance(problems, Problem) else problems)

    def raise_any(self) -> None:
        """Raise ConfigError with every mistake, in file order and each once, if there are any."""
        if not self.problems:
            return
        order = {name: index for index, name in enumerate(self._files)}
        places = dict.fromkeys(self.problems)
        raise ConfigError(sorted(places, key=lambda it: (order.get(it.file, -1), it.line, it.column)))
