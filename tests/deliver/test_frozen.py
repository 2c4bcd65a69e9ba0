"""A digest survives being written down."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings

from monitor.deliver import frozen
from monitor.models import Digest
from tests.standins.digests import digest
from tests.standins.hostile import digests


@settings(deadline=None, max_examples=20)
@given(digests(most=8))
def test_a_digest_comes_back_as_it_was(one: Digest) -> None:
    """`loads(dumps(digest)) == digest`, for hostile texts too, and in plain JSON."""
    text = frozen.dumps(one)
    assert frozen.loads(text) == one
    assert json.loads(text) == frozen.as_data(one)


def test_a_newer_release_may_add_keys() -> None:
    """What this release does not know is ignored, at every level."""
    data = frozen.as_data(digest())
    data["new"] = data["slot"]["new"] = data["coverage"]["new"] = 1
    data["sections"][0]["new"] = data["sections"][0]["stories"][0]["new"] = 1
    assert frozen.from_data(data) == digest()


def test_the_same_digest_gives_the_same_bytes() -> None:
    """A retry sends what was frozen; equal digests freeze alike."""
    assert frozen.dumps(digest()) == frozen.dumps(replace(digest()))
