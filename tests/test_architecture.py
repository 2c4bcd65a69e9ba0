"""The shape of the house, checked over the imports and the syntax trees: layers, owners, purity, and the numbers we hold.

ARCHITECTURE.md states these rules in prose; a change that breaks one fails here and names the line.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "monitor"

# Highest first. A module may import from its own layer only within the same room, and from any layer below.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("monitor.cli", "monitor.__main__"),
    ("monitor.daemon", "monitor.web"),
    ("monitor.pipeline",),
    (
        "monitor.config",
        "monitor.collect.fetch",
        "monitor.collect.sandbox",
        "monitor.store",
        "monitor.deliver",
    ),
    ("monitor.collect", "monitor.topics", "monitor.stories", "monitor.digests"),
    ("monitor.seed", "monitor.html"),
    ("monitor.text", "monitor.urls"),
    ("monitor.models",),
    ("monitor.errors",),
)

# Each library is imported in one place, so that replacing it touches one place.
OWNERS: dict[str, tuple[str, ...]] = {
    "feedparser": ("monitor.collect.feeds",),
    "bs4": ("monitor.collect", "monitor.html"),
    "lxml": ("monitor.collect", "monitor.html"),
    "selectolax": ("monitor.collect", "monitor.html"),
    "aiohttp": ("monitor.collect.fetch", "monitor.deliver", "monitor.web"),
    "sqlalchemy": ("monitor.store",),
    "alembic": ("monitor.store",),
    "psycopg": ("monitor.store",),
    "slack_sdk": ("monitor.deliver.slack",),
    "apscheduler": ("monitor.daemon",),
    "pydantic": ("monitor.config",),
    "ruamel": ("monitor.config",),
    "ahocorasick_rs": ("monitor.topics",),
    "re2": ("monitor.topics",),
    "prometheus_client": ("monitor.web",),
    "jinja2": ("monitor.deliver",),
    "watchfiles": ("monitor.daemon",),
    "click": ("monitor.cli",),
}

STAGES = ("monitor.collect", "monitor.topics", "monitor.stories", "monitor.digests")
EDGES_AMONG_STAGES = ("monitor.collect.fetch", "monitor.collect.sandbox")
IMPURE = {
    "os",
    "io",
    "socket",
    "time",
    "random",
    "logging",
    "subprocess",
    "threading",
    "asyncio",
    "structlog",
    "secrets",
    "uuid",
}
PURE_IO = {"monitor.collect.feeds": {"io"}}  # feedparser reads from an in-memory file only


@dataclass(frozen=True)
class Import:
    """One import statement: who, what, where."""

    module: str
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(name: str, room: str) -> bool:
    """Whether a module is a room or stands inside it."""
    return name == room or name.startswith(room + ".") or (name.startswith(room + "_") and "." in room)


@cache
def trees() -> tuple[tuple[str, Path, ast.Module], ...]:
    """Return every module of the package with its tree."""
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if "_templates" not in path.parts]
    return tuple((module_name(path), path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def typing_only(tree: ast.Module) -> set[ast.AST]:
    """Return the nodes under `if TYPE_CHECKING:`; they never run."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            found.update(inner for statement in node.body for inner in ast.walk(statement))
    return found


def imports() -> Iterator[Import]:
    """Yield every import that runs, at whatever depth."""
    for name, _, tree in trees():
        skipped = typing_only(tree)
        for node in ast.walk(tree):
            if node in skipped:
                continue
            if isinstance(node, ast.Import):
                yield from (Import(name, alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{name}:{node.lineno} imports relatively; write the whole name"
                yield Import(name, node.module or "", node.lineno)
                if (node.module or "").startswith("monitor"):
                    yield from (
                        Import(name, f"{node.module}.{alias.name}", node.lineno) for alias in node.names
                    )


def room_of(name: str) -> tuple[int, str] | None:
    """Return (layer, room) of a module, the most exact room winning; None for the package itself."""
    rooms = [(depth, room) for depth, layer in enumerate(LAYERS) for room in layer if within(name, room)]
    return max(rooms, key=lambda found: len(found[1]), default=None)


def test_imports_point_down_only() -> None:
    """A module imports from layers below it, or from its own room; never up, never across."""
    wrong = []
    for found in imports():
        source, target = room_of(found.module), room_of(found.target)
        if source is None or target is None or source[1] == target[1]:
            continue
        same_family = {source[1], target[1]} <= {"monitor.daemon", "monitor.web"} | {
            "monitor.cli",
            "monitor.__main__",
        }
        if target[0] < source[0] or (target[0] == source[0] and not same_family):
            wrong.append(str(found))
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_each_library_has_one_owner() -> None:
    """A third-party library is imported only by the room that owns it."""
    wrong = [
        str(found)
        for found in imports()
        if (owners := OWNERS.get(found.target.split(".")[0]))
        and not any(within(found.module, owner) for owner in owners)
    ]
    assert not wrong, "\n".join(wrong)


def test_stages_are_pure() -> None:
    """A stage touches no file, socket, clock, randomness or log: it gets what it needs as arguments."""
    wrong = []
    for found in imports():
        if not any(within(found.module, stage) for stage in STAGES):
            continue
        if any(within(found.module, edge) for edge in EDGES_AMONG_STAGES):
            continue
        library = found.target.split(".")[0]
        if library in IMPURE - next(
            (allowed for room, allowed in PURE_IO.items() if within(found.module, room)), set()
        ):
            wrong.append(str(found))
    assert not wrong, "\n".join(wrong)


CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("datetime", "today"),
}


def calls(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Yield (object, attribute, line) of every `object.attribute(...)` call."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            yield node.func.value.id, node.func.attr, node.lineno


def test_the_clock_is_read_in_one_place() -> None:
    """Wall-clock time enters through monitor/cli/clock.py and is an argument everywhere else."""
    reads = [
        (name, line)
        for name, _, tree in trees()
        for thing, attribute, line in calls(tree)
        if (thing, attribute) in CLOCKS
    ]
    assert {name for name, _ in reads} == {"monitor.cli.clock"}, reads
    assert len(reads) == 1, reads


def test_nothing_sleeps() -> None:
    """Waiting is state, never a sleep; in tests too."""
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        for thing, attribute, line in calls(ast.parse(path.read_text(encoding="utf-8")))
        if attribute == "sleep" and thing in {"time", "asyncio", "anyio"}
    ]
    assert not wrong, wrong


def test_exceptions_are_caught_by_name() -> None:
    """No bare except anywhere; a broad one only where it states its reason, or raises the same again after cleaning up."""
    wrong = []
    for name, path, tree in trees():
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
            )
            cleans_up = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if (
                broad
                and not cleans_up
                and not re.search(r"except .*:  # (noqa: BLE001  # )?\w", lines[node.lineno - 1])
            ):
                wrong.append(f"{name}:{node.lineno}")
    assert not wrong, wrong


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's body, its docstring aside."""
    body = node.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 1


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield every function of the package with a place to jump to."""
    for name, _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.lineno} {node.name}", node


def test_functions_stay_short() -> None:
    """Median body <= 6 lines, nine in ten <= 22, none > 50: the tail is what separates good from poor."""
    lengths = sorted((body_lines(node), place) for place, node in functions())
    sizes = [length for length, _ in lengths]
    longest = [f"{length}  {place}" for length, place in lengths if length > 50]
    assert not longest, "\n".join(longest)
    assert statistics.median(sizes) <= 6
    assert sizes[int(len(sizes) * 0.9)] <= 22


def test_files_stay_short() -> None:
    """A module is split when it passes 400 lines."""
    long = [
        f"{name}: {count}"
        for name, path, _ in trees()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    ]
    assert not long, "\n".join(long)


FORBIDDEN_NAMES = {"utils", "helpers", "base", "core", "common", "misc"}


def test_files_are_named_for_what_they_hold() -> None:
    """No drawer for odds and ends, no Manager or Helper."""
    assert not [name for name, _, _ in trees() if set(name.split(".")) & FORBIDDEN_NAMES]
    classes = [
        f"{name}.{node.name}"
        for name, _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    assert not [name for name in classes if name.endswith(("Manager", "Helper"))]


def test_every_file_says_why_it_exists() -> None:
    """Each module of the package and the tests opens with a docstring."""
    files = [
        path
        for path in [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
        if "_templates" not in path.parts
    ]
    silent = [
        str(path.relative_to(ROOT))
        for path in files
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent, silent


def test_every_test_states_its_rule() -> None:
    """The docstring of a test says what must hold; a reader need not decode the mechanics."""
    silent = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_test = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                "test_"
            )
            if is_test and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not silent, "\n".join(silent)


LEFTOVERS = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error")


@pytest.mark.parametrize("word", LEFTOVERS)
def test_nothing_is_left_for_later(word: str) -> None:
    """What is there is finished; what is missing is an issue, not a comment."""
    assert not [name for name, path, _ in trees() if word in path.read_text(encoding="utf-8")]
