"""The topic files as pydantic models: the last word on what may stand in them, and the source of their JSON Schema.

Files that have nothing out of the ordinary are read without these (`ordinary`), which spares most starts pydantic's price.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Annotated, Any

from pydantic import ConfigDict, Field, RootModel

from monitor.config.fields import Country, Language, Name, Names, Shape, Sources
from monitor.config.ordinary import MAX_EXAMPLES
from monitor.config.values import WrongValue
from monitor.models import AlertRule, Examples, SourceFilter, TopicSpec

Sentences = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)]


class SourcesShape(Shape):
    """Which articles a topic looks at; left out: all. `include` and `exclude` hold hosts or feed names."""

    include: Sources = Field(default_factory=tuple, description="Only these hosts or feeds.")
    exclude: Sources = Field(default_factory=tuple, description="Not these hosts or feeds.")
    countries: Annotated[tuple[Country, ...], Field(strict=False)] = Field(
        default_factory=tuple, description="Only outlets of these countries."
    )
    languages: Annotated[tuple[Language, ...], Field(strict=False)] = Field(
        default_factory=tuple, description="Only articles in these languages."
    )
    categories: Names = Field(
        default_factory=tuple, description="Only articles with one of these categories."
    )
    authors: Names = Field(default_factory=tuple, description="Only articles by one of these authors.")


class AlertShape(Shape):
    """When a match is sent at once instead of waiting for the digest; any one suffices."""

    score: float | None = Field(None, ge=0, le=100, description="About-ness of at least this.")
    outlets: int | None = Field(None, ge=2, description="The story is at this many outlets.")

    @classmethod
    def contradictions(cls, data: dict[str, Any]) -> Iterator[WrongValue]:
        """An alert that nothing can set off is a mistake; where a key is misspelt, that is."""
        if data.keys() <= {"score", "outlets"} and not any(value is not None for value in data.values()):
            yield WrongValue("nothing sets this alert off", "write {score: 80} or {outlets: 5}")


class ExamplesShape(Shape):
    """Texts the topic must match and must not; checked at every load."""

    yes: Sentences = Field(
        default_factory=tuple,
        max_length=MAX_EXAMPLES,
        description="Must match: sentences, or paths of seed files.",
    )
    no: Sentences = Field(default_factory=tuple, max_length=MAX_EXAMPLES, description="Must not match.")


class TopicFile(Shape):
    """topics/ID.yaml: one topic."""

    name: Name = Field(description="For people.")
    match: str = Field(
        description="The rule; its language is explained in config/README.md.",
        examples=["IRS AND (audit* OR refund*)"],
    )
    veto: str | None = Field(None, alias="not", description="A rule that vetoes the whole article.")
    min_score: float | None = Field(
        None, ge=0, le=100, description="Least about-ness, 0 to 100; left out: any mention."
    )
    sources: SourcesShape = Field(default_factory=SourcesShape)
    alert: AlertShape | None = Field(None, description="When a match is sent at once.")
    examples: ExamplesShape = Field(default_factory=ExamplesShape)

    def spec(self, topic: str, file: PurePath) -> TopicSpec:
        """Return the topic described; `topic` is its id, the stem of `file`."""
        return TopicSpec(
            id=topic,
            name=self.name,
            match=self.match,
            veto=self.veto,
            min_score=self.min_score,
            sources=SourceFilter(**self.sources.model_dump()),
            alert=AlertRule(**self.alert.model_dump()) if self.alert else None,
            examples=Examples(self.examples.yes, self.examples.no),
            file=file,
        )


class ListsFile(RootModel[dict[Name, Annotated[tuple[str, ...], Field(strict=False, min_length=1)]]]):
    """topics/lists.yaml: names for expressions that many rules use; `ice: [...]` is used as `$ice`."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)
