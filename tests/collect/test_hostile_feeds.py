"""Every hostile kind of feed is harmless: read or refused with a sentence, within a worker's time and memory.

Each is read in a process with a worker's limits (512 MiB of address space above the interpreter's own, 10 s of processor), because some
of them kill the interpreter when the pre-scan does not stop them; a few processes read them in turn, so that the suite stays fast.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.standins.hostile_feeds import KINDS

BUDGET = 10.0
"""Processor seconds a worker has for a feed (spec: worker 10 s)."""

REFUSED = {
    "20,000 namespaces on the root": "attributes",
    "20,000 namespaces nested": "namespaces",
    "100,000 attributes": "attributes",
    "100,000 attributes on an item": "attributes",
    "a name of a million letters": "name of an element",
    "a name that never ends": "name of an element",
    "a name of colons": "name of an element",
    "29 MB, broken": "too many",
    "100,000 brackets": "RecursionError",
    "100,000 objects": "RecursionError",
    "a number of 6,000 digits": "digits",
}
"""Refused with a sentence that holds these words."""

NO_FEED = {
    "entity chain on one line", "doctype never closed", "doctype of quotes", "100,000 instructions", "a file name", "another file name",
    "an address", "nothing", "blanks", "random bytes", "gzip", "a page with 50,000 feeds", "a page 100,000 deep",
}  # fmt: skip

READER = """
import json, resource, sys, time
from monitor.collect.feeds import parse_feed
from monitor.collect.identity import keyed
from tests.standins.hostile_feeds import body
own = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (own + 512 * 2**20, own + 512 * 2**20))
for kind in json.loads(sys.argv[1]):
    data = body(kind)
    started = time.process_time()
    document = parse_feed(data, "https://feed.example/", "text/xml; charset=undefined")
    keys = [key for candidate in keyed(document.entries).candidates for key in candidate.keys]
    print(json.dumps({
        "kind": kind, "seconds": time.process_time() - started, "outcome": document.outcome.value, "error": document.error,
        "titles": [entry.title for entry in document.entries], "longest_key": max(map(len, keys), default=0),
        "longest_title": max((len(entry.title) for entry in document.entries), default=0),
        "longest_url": max((len(entry.url or "") for entry in document.entries), default=0),
        "text": "".join(entry.title + entry.summary + entry.content for entry in document.entries)[:10_000],
    }), flush=True)
"""


def read_apart(kinds: list[str]) -> dict[str, dict[str, object]]:
    """Read hostile feeds in a process of their own; a kind that kills it is missing from the answer."""
    done = subprocess.run(
        [sys.executable, "-c", READER, json.dumps(kinds)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return {answer["kind"]: answer for line in done.stdout.splitlines() if (answer := json.loads(line))}


GROUPS = [list(KINDS)[start::6] for start in range(6)]


@pytest.mark.parametrize("kinds", GROUPS, ids=[f"group-{number}" for number in range(len(GROUPS))])
def test_hostile_feeds_are_harmless(kinds: list[str]) -> None:
    """The process lives, no kind takes longer than a worker may, titles, addresses and keys stay within their caps, and what can be read is."""
    answers = read_apart(kinds)
    assert set(answers) == set(kinds), f"the reader died of {kinds[len(answers)]!r}"
    for kind, answer in answers.items():
        assert answer["seconds"] < BUDGET, kind
        assert answer["longest_title"] <= 300, kind
        assert answer["longest_url"] <= 2_048, kind
        assert answer["longest_key"] <= 24, kind
        _check_outcome(kind, answer)


def _check_outcome(kind: str, answer: dict[str, object]) -> None:
    if words := REFUSED.get(kind):
        assert (answer["outcome"], words in str(answer["error"])) == ("not_feed", True), (
            kind,
            answer["error"],
        )
    elif kind in NO_FEED:
        assert answer["outcome"] in ("not_feed", "error"), kind
        assert answer["error"], kind
    else:
        assert answer["outcome"] == "ok", (kind, answer["error"])
        assert kind == "50,000 JSON items" or "good" in answer["titles"], kind  # type: ignore[operator]


def test_external_entities_are_never_read() -> None:
    """A feed that asks for /etc/passwd gets its own words back."""
    answer = read_apart(["external entity"])["external entity"]
    assert "root:" not in str(answer["text"])
