"""`make bench`: run every bench, or those named, each in a process of its own, and print what it prints.

Absolute times say little on a shared machine; each bench prints the ratio to its named peer from the same run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the benches; return 1 if one could not be run."""
    benches = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    unknown = sorted(set(names) - set(benches))
    if unknown:
        print(f"no bench {unknown[0]!r}; there are: {', '.join(benches)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or benches:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.bench_{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nnot measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
