"""What the configuration costs: nothing until it is read, little for a thousand feeds, well under a second for a file of malice."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from monitor.config import load
from monitor.errors import ConfigError
from tests.standins.configs import Write, loaded


def test_importing_the_package_imports_no_library() -> None:
    """`monitor --help` pays for neither pydantic nor ruamel."""
    code = "import sys, monitor.config; print([name for name in ('pydantic', 'ruamel', 'ruamel.yaml', 're2') if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_a_thousand_feeds_are_read_in_a_moment(write: Write) -> None:
    """The file is read by libyaml (0.2 s); ruamel's own scanner alone would take more than a second."""
    feeds = "".join(
        f"  - url: https://example.org/{n}.xml\n    name: Feed {n}\n    tags: [a, b]\n    language: en\n"
        for n in range(1000)
    )
    directory = write(feeds="feeds:\n" + feeds)
    loaded(directory)
    began = time.process_time()
    assert len(loaded(directory).feeds) == 1000
    assert time.process_time() - began < 0.8


@pytest.mark.parametrize(
    "match",
    [
        ">\n" + "  (one OR two OR three)\n" * 45_000,
        "(one OR two OR three) " * 45_000,
        "(" * 20_000 + "one" + ")" * 20_000,
        '"' + "\\u0041 " * 140_000 + '"',
        ">\n" + "  a | b\n" * 100_000,
    ],
    ids=["folded", "plain", "brackets", "escapes", "mistakes"],
)
def test_a_megabyte_of_a_rule_is_refused_at_once(write: Write, match: str) -> None:
    """A rule pasted by mistake is told, not compiled."""
    directory = write(topics__irs=f"name: IRS\nmatch: {match}\n")
    began = time.process_time()
    with pytest.raises(ConfigError):
        load(directory, {})
    assert time.process_time() - began < 2.0  # 0.5 s measured, on a machine with other work
