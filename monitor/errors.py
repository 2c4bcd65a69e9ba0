"""Every exception the package raises on purpose, drawn as one tree, so that an edge can catch exactly what it means to.

::

    MonitorError                 carries one clear line for a person: what is wrong, and what to do next
    ├── ConfigError              the configuration is wrong: every mistake at once, with file:line:column   (exit 2)
    ├── CommandError             the command line asks for something that cannot be                        (exit 2)
    ├── RuleError                a topic rule cannot be read: position, caret, hint
    ├── SeedError                a text is not in the seed format: line and reason
    ├── ParseError               bytes could not be read as what they claim to be
    │   └── NotAFeedError        they are something else (HTML, say); may carry autodiscovered addresses
    ├── WorkerError              a worker process died, ran out of time or of memory
    ├── StoreError               the database cannot do what was asked
    │   ├── StoreBusyError       locked or restarting: try again later
    │   └── SchemaError          made by a newer release, or damaged
    └── DeliveryError            a target cannot be prepared (its settings are wrong)

Failure of one feed, one page or one delivery is *not* an exception but a value with an outcome (`models.Outcome`,
`models.SendVerdict`): it is stored, shown, and the rest goes on.
"""

from __future__ import annotations

from dataclasses import dataclass


class MonitorError(Exception):
    """Base of all errors raised on purpose; `str()` is one line fit for a person."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file, placed so that an editor can jump to it.

    `line` and `column` count from 1; `snippet` is the source line, `width` the number of columns the caret underlines, `cut` how
    many columns of a long line the snippet leaves out on its left.
    """

    file: str
    line: int
    column: int
    message: str
    snippet: str = ""
    width: int = 1
    hint: str = ""
    cut: int = 0

    def __str__(self) -> str:
        """Render as `file:line:column  message`, the source line, a caret and the hint."""
        text = f"{self.file}:{self.line}:{self.column}  {self.message}"
        if self.snippet:
            caret = "".join(
                "\t" if char == "\t" else " " for char in self.snippet[: self.column - 1 - self.cut]
            )
            text += f"\n    {self.snippet}\n    {caret}{'^' * max(1, self.width)}"
        if self.hint:
            text += f"\n  hint: {self.hint}"
        return text


@dataclass(frozen=True, slots=True)
class Doubt(Problem):
    """What is no mistake but may be unintended; `kind` is what kind of doubt it is (`covered`, `silent sign`, `quoted operator`, `unused list`)."""

    kind: str = ""

    @classmethod
    def of(cls, place: Problem, kind: str) -> Doubt:
        """Return a doubt of a kind at the place, and in the words, of a problem."""
        shown = (place.snippet, place.width, place.hint, place.cut)
        return cls(place.file, place.line, place.column, place.message, *shown, kind)


class ConfigError(MonitorError):
    """The configuration is wrong; `problems` holds every mistake found, in file order."""

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CommandError(MonitorError):
    """The command asks for something that cannot be (an unknown name, a file that is not there)."""


class RuleError(MonitorError):
    """A topic rule cannot be read or can never work.

    `start` and `end` are character offsets into the rule's own text; the configuration loader turns them into file positions.
    """

    def __init__(self, message: str, start: int = 0, end: int | None = None, hint: str = "") -> None:
        self.message = message
        self.start = start
        self.end = start + 1 if end is None else end
        self.hint = hint
        super().__init__(message + (f" (hint: {hint})" if hint else ""))


class SeedError(MonitorError):
    """A text is not in the seed format; `line` counts from 1 (0: the whole document)."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(f"line {line}: {reason}" if line else reason)


class ParseError(MonitorError):
    """Bytes could not be read as what they claim to be."""


class NotAFeedError(ParseError):
    """The document is no feed; `discovered` lists feed addresses it names, if it is a web page that does."""

    def __init__(self, message: str, discovered: tuple[str, ...] = ()) -> None:
        self.discovered = discovered
        super().__init__(message)


class WorkerError(MonitorError):
    """A worker process failed its job; `cause` is one of `crash`, `timeout`, `memory`, `error`."""

    def __init__(self, cause: str, message: str) -> None:
        self.cause = cause
        super().__init__(message)


class StoreError(MonitorError):
    """The database cannot do what was asked."""


class StoreBusyError(StoreError):
    """The database is locked, full or restarting; what was asked may be asked again later."""


class SchemaError(StoreError):
    """The database was made by a newer release, or is damaged."""


class DeliveryError(MonitorError):
    """A delivery target cannot be prepared; the message says which setting to mend."""
