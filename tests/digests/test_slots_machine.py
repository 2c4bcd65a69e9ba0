"""A state machine over slots: whatever clocks, downtime and edits of the rule do, every entry is in exactly one slot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitor.digests.clock import Look, look
from monitor.digests.slots import Verdict, due
from monitor.models import DigestSpec, Slot, SlotState

START = datetime(2025, 10, 25, 12, tzinfo=UTC)  # a week on, clocks change in Europe, then in America
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu")
RULES = (
    {"at": (time(8), time(17)), "every": None},
    {"at": (time(1, 30), time(2, 30), time(3)), "every": None},
    {"at": (), "every": timedelta(hours=4)},
    {"at": (), "every": timedelta(minutes=50)},
)


class SlotMachine(RuleBasedStateMachine):
    """A monitor that collects entries, ticks, sleeps, crashes between two records, and is reconfigured, on a clock that lies."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = DigestSpec("d", ("t",), at=(time(8), time(17)), timezone=ZONES[0])
        self.wall, self.monotonic = START, 0.0
        self.first_seen = START
        self.recorded: list[tuple[Slot, SlotState]] = []
        self.pending: dict[int, datetime] = {}
        self.carried: dict[int, str] = {}
        self.entries = 0
        self.seen: Look | None = None

    def pass_time(self, span: timedelta) -> None:
        self.wall += span
        self.monotonic += span.total_seconds()

    @rule(minutes=st.integers(1, 400))
    def wait(self, minutes: int) -> None:
        self.pass_time(timedelta(minutes=minutes))

    @rule(hours=st.integers(1, 90))
    def be_down(self, hours: int) -> None:
        """The process is gone; its memory of the clock with it."""
        self.pass_time(timedelta(hours=hours))
        self.seen = None

    @rule(hours=st.integers(-72, 72))
    def set_the_clock(self, hours: int) -> None:
        self.wall += timedelta(hours=hours)

    @rule(
        zone=st.sampled_from(ZONES),
        times=st.sampled_from(RULES),
        catch_up=st.sampled_from(["latest", "all", "skip"]),
    )
    def reconfigure(self, zone: str, times: dict[str, object], catch_up: str) -> None:
        self.spec = replace(self.spec, timezone=zone, catch_up=catch_up, **times)  # type: ignore[arg-type]

    @rule()
    def collect(self) -> None:
        self.entries += 1
        self.pending[self.entries] = self.wall

    @rule(dies_after=st.integers(0, 3))
    def tick(self, dies_after: int) -> None:
        """Record decisions one transaction at a time; the process may die after any of them."""
        self.seen = look(self.seen, self.wall, self.monotonic)
        for decision in due(self.spec, self.first_seen, self.recorded, self.wall, hold=self.seen.hold)[
            :dies_after
        ]:
            if decision.verdict is Verdict.HOLD:
                continue
            labels = [slot.label for slot, _ in self.recorded]
            assert decision.slot.label not in labels
            assert decision.slot.at <= self.wall
            built = decision.verdict is Verdict.BUILD
            self.recorded.append((decision.slot, SlotState.BUILT if built else SlotState.SKIPPED))
            if built:
                self.carry(decision.slot)

    def carry(self, slot: Slot) -> None:
        for entry in [entry for entry, at in self.pending.items() if at <= slot.at]:
            assert entry not in self.carried
            self.carried[entry] = slot.label
            del self.pending[entry]

    @invariant()
    def every_entry_is_pending_or_in_one_slot(self) -> None:
        assert len(self.pending) + len(self.carried) == self.entries
        assert not self.pending.keys() & self.carried.keys()

    def teardown(self) -> None:
        """In the end nothing is lost: given time and a steady clock, the next slots carry all that is pending."""
        latest = [slot.at for slot, _ in self.recorded] + list(self.pending.values())
        self.wall = max([self.wall, self.first_seen, *latest])
        for _ in range(40):
            self.pass_time(timedelta(hours=2))
            self.spec = replace(self.spec, catch_up="latest")
            self.tick(dies_after=10_000)
        assert not self.pending


SlotMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestSlots = SlotMachine.TestCase
