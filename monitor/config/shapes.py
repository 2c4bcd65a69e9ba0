"""feeds.yaml and digests.yaml as pydantic models; each model turns itself into the noun it describes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from monitor.config import values
from monitor.config.fields import (
    Allowance,
    Country,
    Days,
    Duration,
    FirstPoll,
    HeaderName,
    HeaderValue,
    Language,
    Name,
    Names,
    Shape,
    TargetField,
    Texts,
    TimeOfDay,
    Url,
    Zone,
)
from monitor.config.values import WrongValue
from monitor.models import (
    DigestSpec,
    Feed,
    FullText,
    QuietHours,
    Selectors,
    SourceType,
    Target,
)


class SelectorsShape(Shape):
    """CSS selectors that read entries off a listing page (`type: page`); all but `item` are relative to one item."""

    item: str = Field(description="One element per entry.", examples=["article.news-item"])
    link: str = Field("a", description="The link inside an item.")
    title: str | None = Field(None, description="The title inside an item; the link's text if left out.")
    date: str | None = Field(None, description="The date inside an item.", examples=["time"])


class FeedShape(Shape):
    """One source of news."""

    url: Url = Field(description="Address of the feed, sitemap or page.")
    name: Name | None = Field(None, description="Shown everywhere, unique; the host if left out.")
    type: Literal["feed", "sitemap", "page"] = Field(
        "feed", description="feed: RSS, Atom, JSON Feed. sitemap. page: read with selectors."
    )
    tags: Names = Field(default_factory=tuple, description="Words to choose feeds by.")
    country: Country | None = Field(None, description="Of the outlet.")
    language: Language | None = Field(None, description="Of its articles, where they do not say.")
    interval: Duration | None = Field(None, description="Poll exactly this often, even below the floor.")
    first_poll: FirstPoll = Field(
        "baseline", description="What is announced of what the feed holds when it is first read."
    )
    full_text: Literal["auto", "always", "never"] = Field(
        "auto", description="Whether the articles' pages are fetched."
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict, description="Sent with each request."
    )
    allow_private: Annotated[tuple[Allowance, ...], Field(strict=False)] = Field(
        default_factory=tuple, description="Private addresses this feed may use."
    )
    selectors: SelectorsShape | None = Field(None, description="For type: page.")
    body: str | None = Field(
        None, description="CSS selector of the text on this site's pages, where it is found wrongly."
    )
    strip: Texts = Field(
        default_factory=tuple, description="CSS selectors of what to leave out of this site's pages."
    )
    weight: float = Field(0.5, ge=0, le=1, description="The source's part in ranking, 0 to 1.")
    backfill: Url | None = Field(None, description="Read after a gap: a sitemap, or an address with {page}.")

    @classmethod
    def contradictions(cls, data: dict[str, Any]) -> Iterator[WrongValue]:
        """Selectors belong to `type: page` and only there."""
        if data.get("type") == "page" and not data.get("selectors"):
            yield WrongValue(
                "type: page needs selectors", "write selectors: {item: article, link: a}", key="type"
            )
        if data.get("type") != "page" and data.get("selectors"):
            yield WrongValue(
                "selectors are for type: page", "add type: page, or remove them", key="selectors"
            )

    def feed(self) -> Feed:
        """Return the feed described."""
        return Feed(
            name=self.name or values.site_name(self.url),
            url=self.url,
            type=SourceType(self.type),
            tags=self.tags,
            country=self.country,
            language=self.language,
            interval=self.interval,
            first_poll=self.first_poll,
            full_text=FullText(self.full_text),
            headers=tuple(self.headers.items()),
            allow_private=self.allow_private,
            selectors=Selectors(**self.selectors.model_dump()) if self.selectors else None,
            body=self.body,
            strip=self.strip,
            weight=self.weight,
            backfill=self.backfill,
        )


class FeedsFile(Shape):
    """feeds.yaml: where news comes from."""

    feeds: Annotated[tuple[FeedShape, ...], Field(strict=False)] = Field(
        default_factory=tuple, description="The sources."
    )


def _quiet_hours(value: object) -> QuietHours:
    """Read `22:00-07:00`, or a mapping of `hours` and the score that breaks through."""
    if isinstance(value, QuietHours):
        return value
    if isinstance(value, dict) and "hours" in value and set(value) <= {"hours", "breakthrough"}:
        return QuietHours(*_hours(value["hours"]), _breakthrough(value.get("breakthrough")))
    if isinstance(value, dict):
        raise WrongValue("not quiet hours", 'write {hours: "22:00-07:00", breakthrough: 90}')
    return QuietHours(*values.hours(value))


def _hours(value: object) -> tuple[time, time]:
    """Read the `hours` of quiet hours that are a mapping."""
    try:
        return values.hours(value)
    except WrongValue as error:
        error.value_of = "hours"
        raise


def _breakthrough(value: object) -> float | None:
    """Read the about-ness (0-100) from which alerts do not wait."""
    if value is None or (
        isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 100
    ):
        return value
    raise WrongValue("not a score", "a number from 0 to 100", value_of="breakthrough")


_HOURS_SCHEMA = {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2} ?[-–] ?[0-9]{1,2}:[0-9]{2}$"}
QuietHoursField = Annotated[
    QuietHours,
    BeforeValidator(_quiet_hours),
    WithJsonSchema(
        {
            "anyOf": [
                _HOURS_SCHEMA,
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["hours"],
                    "properties": {
                        "hours": _HOURS_SCHEMA,
                        "breakthrough": {"type": "number", "minimum": 0, "maximum": 100},
                    },
                },
            ],
            "examples": ["22:00-07:00", {"hours": "22:00-07:00", "breakthrough": 90}],
        }
    ),
]


class DigestShape(Shape):
    """One digest: which topics, when, to whom."""

    name: Name = Field(description="Its name in commands and in the ledger; renaming it begins a new digest.")
    topics: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)] = Field(
        description="Ids of topics: their files' names without .yaml."
    )
    to: Annotated[tuple[TargetField, ...], Field(strict=False)] = Field(
        default_factory=tuple, description="Where it goes; the console if left out."
    )
    at: Annotated[tuple[TimeOfDay, ...], Field(strict=False)] = Field(
        default_factory=tuple, description="Times of day, in its zone."
    )
    every: Duration | None = Field(None, description="Instead of `at`: how often, counted in UTC.")
    days: Days = Field(frozenset(range(7)), description="Days on which it is sent.")
    timezone: Zone | None = Field(None, description="Its zone; monitor.yaml's if left out.")
    title: Name | None = Field(None, description="Headline; made from the name if left out.")
    max_stories: int = Field(
        10, ge=1, le=200, description="Stories shown of each topic; the rest is counted and listed."
    )
    max_per_outlet: int | None = Field(None, ge=1, le=200, description="Stories led by one outlet.")
    when_empty: Literal["skip", "note"] = Field(
        "skip", description="Send nothing, or say that there is nothing."
    )
    catch_up: Literal["latest", "all", "skip"] = Field(
        "latest", description="Which missed digests are made up for after downtime."
    )
    max_age: Duration = Field(timedelta(hours=36), description="How far back catching up goes.")
    quiet_hours: QuietHoursField | None = Field(
        None, description="Alerts wait; those of the breakthrough score or more do not."
    )
    alerts_per_hour: int = Field(
        6, ge=0, le=120, description="At most so many alerts an hour to each target."
    )

    @classmethod
    def contradictions(cls, data: dict[str, Any]) -> Iterator[WrongValue]:
        """A digest has one kind of schedule, and each time once."""
        at, every = data.get("at"), data.get("every")
        if bool(at) == bool(every):
            message = "`at` and `every` are both given" if at else "when is it sent?"
            yield WrongValue(
                message, 'either at: ["08:00", "17:00"] or every: 4h', key="every" if at else "name"
            )
        if isinstance(at, list) and len({str(it).zfill(5) for it in at}) < len(at):
            yield WrongValue("a time stands twice in `at`", "remove one of them", key="at")

    def spec(self, timezone: str) -> DigestSpec:
        """Return the digest described; `timezone` is the one of monitor.yaml."""
        return DigestSpec(
            name=self.name,
            topics=tuple(dict.fromkeys(self.topics)),
            to=tuple(dict.fromkeys(self.to)) or (Target("console"),),
            at=tuple(sorted(self.at)),
            every=self.every,
            days=self.days,
            timezone=self.timezone or timezone,
            title=self.title or "",
            max_stories=self.max_stories,
            max_per_outlet=self.max_per_outlet,
            when_empty=self.when_empty,
            catch_up=self.catch_up,
            max_age=self.max_age,
            quiet_hours=self.quiet_hours,
            alerts_per_hour=self.alerts_per_hour,
        )


class DigestsFile(Shape):
    """digests.yaml: what is posted, when, and where to."""

    digests: Annotated[tuple[DigestShape, ...], Field(strict=False)] = Field(
        default_factory=tuple, description="The digests."
    )
