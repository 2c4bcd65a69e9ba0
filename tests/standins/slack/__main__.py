"""Run the stand-in as a process of its own, for drills that kill the process under test: `python -m tests.standins.slack --port 8099`."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from tests.standins.slack import SlackStandIn


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one and prints it")
    parser.add_argument(
        "--channel", action="append", help="a channel's name; may be repeated (default: irs-watch)"
    )
    parser.add_argument(
        "--journal", type=Path, help="append every stored message to this file, one JSON object a line"
    )
    parser.add_argument(
        "--fault-rate", type=float, default=0.0, help="share of posting calls that meet a fault (0-1)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the mixture of faults")
    parser.add_argument(
        "--silence", action="store_true", help="let the mixture hold calls that are never answered"
    )
    parser.add_argument(
        "--rate", type=float, help="messages a second and channel before 429 (default: no limit)"
    )
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl-C; the first line printed is the address to use as base_url."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    channels = tuple(options.channel or ("irs-watch",))
    async with SlackStandIn(channels, port=options.port, journal=options.journal, rate=options.rate) as slack:
        slack.faults.mix(options.fault_rate, options.seed, silence=options.silence)
        print(slack.base_url, flush=True)
        await stop.wait()


asyncio.run(serve(arguments()))
