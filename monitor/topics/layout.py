"""Where the paragraphs of a title and a text are, and what of the text is furniture: images, rules, contributor lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, chain
from typing import NamedTuple

from monitor.seed import RULE, is_contributor_line
from monitor.topics.glue import BORDER, SOFT

GAP, SOFT_GAP = f" {BORDER} ", f" {SOFT} "
_STOPS = ".!?…:;。！？؟।"
_CLOSERS = "\"'”’»›)]』」"
# A line that names none of these cannot be a contributor line; spares the pattern on nearly every document.
_CONTRIBUTOR_HINTS = (
    "ontribu",
    "eporting",
    "diting",
    "riting",
    "esearch",
    "Mitarbeit",
    "Mit Material",
    "Con info",
    "Com info",
)


class Paragraph(NamedTuple):
    """A stretch of the article: `start` and `end` are offsets into the title (`zone == "title"`) or the seed text."""

    zone: str
    start: int
    end: int
    runs_on: bool = False  # the next line continues it: a phrase may reach over the line break


def layout(lines: list[str]) -> list[int] | None:
    """Return for each line of a seed document what it is: `SKIPPED` furniture, a `_PARAGRAPH`, or one that `RUNS_ON`.

    Each line is a paragraph; one that ends without a full stop may be broken by a `<br>`, so phrases run on into the next. None if
    blank lines part the paragraphs: then it is no seed document, and a line break is only a space (`blocks`).
    """
    lasts = [line[-1:] for line in lines]
    if "\r" in lasts or "" in lasts[:-1]:
        return None
    kinds = [
        _PARAGRAPH if last in _ENDINGS and line[:1] not in _ODD else _UNSURE
        for line, last in zip(lines, lasts, strict=True)
    ]
    since = _first_late(lines)
    for number, line in enumerate(lines):
        if kinds[number] == _UNSURE or number >= since:
            following = lines[number + 1] if number + 1 < len(lines) else RULE
            kinds[number] = _kind(line, following, late=number >= since)
    return kinds if RUNS_ON not in kinds else _settled(kinds)


def _first_late(lines: list[str]) -> int:
    """Return from which line on a contributor line may stand (see `seed`); past the end if no line has the words of one."""
    since = max(0, min(len(lines) - 5, len(lines) * 2 // 3))
    tail = "\n".join([line for line in lines[since:] if len(line) <= _CONTRIBUTOR_MAX])
    return since if any(map(tail.__contains__, _CONTRIBUTOR_HINTS)) else len(lines)


def _settled(kinds: list[int]) -> list[int]:
    """Return the kinds with the last paragraph running on into nothing: what followed it was furniture."""
    last = max(number for number, kind in enumerate(kinds) if kind)
    if kinds[last] == RUNS_ON:
        kinds[last] = _PARAGRAPH
    return kinds


_CONTRIBUTOR_MAX = 400  # characters; as in `seed`
SKIPPED, _PARAGRAPH, RUNS_ON, _UNSURE = 0, 1, 2, 3
_ENDINGS = frozenset(_STOPS)
_ODD = frozenset("!-")


def _kind(line: str, following: str, *, late: bool) -> int:
    if not line or _is_furniture(line, late=late):
        return SKIPPED
    return RUNS_ON if _runs_on(line, following) else _PARAGRAPH


def _is_furniture(line: str, *, late: bool) -> bool:
    if (line[0] == "!" and line.startswith("![](") and line.endswith(")")) or line == RULE:
        return True
    return (
        late
        and len(line) <= 400
        and any(map(line.__contains__, _CONTRIBUTOR_HINTS))
        and is_contributor_line(line)
    )


def _runs_on(line: str, following: str) -> bool:
    last = line[-1]
    if last in _CLOSERS:
        last = line.rstrip(_CLOSERS)[-1:]
    return (
        last not in _STOPS
        and not (line.startswith(("- ", "| ")) or following.startswith(("- ", "| ", "![](")))
        and any(map(str.isalnum, line))  # a line of asterisks or dashes parts what stands around it
    )


def softly_joined(lines: list[str], kinds: list[int]) -> str:
    """Return the lines in one string, each with the gap that its kind calls for."""
    gaps = [SOFT_GAP if kind == RUNS_ON else GAP for kind in kinds[:-1]]
    return "".join(chain.from_iterable(zip(lines, [*gaps, ""], strict=True)))


def seed_paragraphs(kinds: list[int], lines: list[str]) -> list[Paragraph]:
    """Return the paragraphs of a seed document whose lines are of these kinds."""
    found, start = [], 0
    for kind, line in zip(kinds, lines, strict=True):
        end = start + len(line)
        if kind:
            found.append(Paragraph("body", start, end, kind == RUNS_ON))
        start = end + 1
    return found


def seed_moves(title: str, kinds: list[int], lines: list[str]) -> list[int]:
    """Return for the title, if there is one, and each such paragraph how far it is from its place in the string that joins them."""
    found, start, joint = ([0], 0, len(title) + len(GAP)) if title else ([], 0, 0)
    for kind, line in zip(kinds, lines, strict=True):
        if kind:
            found.append(start - joint)
            joint += len(line) + len(GAP)
        start += len(line) + 1
    return found


def moves(paragraphs: list[Paragraph]) -> list[int]:
    """Return for each of any paragraphs how far it is from its place in the string that joins them."""
    joints = accumulate([end - start + len(GAP) for _, start, end, _ in paragraphs], initial=0)
    return [start - joint for (_, start, _, _), joint in zip(paragraphs, joints, strict=False)]


def blocks(lines: list[str]) -> Iterator[Paragraph]:
    """Yield the paragraphs of a text whose paragraphs are parted by blank lines."""
    start, opened = 0, -1
    for line in [*lines, ""]:
        blank = not line.strip() or _is_furniture(line.strip(), late=False)
        if blank and opened >= 0:
            yield Paragraph("body", opened, start - 1)
            opened = -1
        elif not blank and opened < 0:
            opened = start
        start += len(line) + 1


def lines_as(zone: str, text: str) -> list[Paragraph]:
    """Return each line as a paragraph of one zone."""
    found, start = [], 0
    for line in text.split("\n"):
        found.append(Paragraph(zone, start, start + len(line)))
        start += len(line) + 1
    return found
